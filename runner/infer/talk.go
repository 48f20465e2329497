package infer

import (
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/reasoning"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// talk is the conversation of a sample as far as it has come: what is to be asked
// next, and in answer what has been asked and said.
type talk struct {
	pool   *Pool
	rule   reasoning.Rule
	turns  []spec.Turn
	req    sdk.Request
	shown  []sdk.Image
	answer *Answer
}

func (p *Pool) talk(task Task, a *Answer) *talk {
	c := task.Case
	t := &talk{pool: p, rule: c.Reasoning, turns: c.Turns, req: sdk.Request{ID: c.ID, Params: c.Params}, answer: a}
	t.req.Params.Seed = c.SampleSeed(task.Index)
	if c.System != "" {
		t.req.Messages = append(t.req.Messages, sdk.Message{Role: sdk.System, Parts: []sdk.Part{{Text: c.System}}})
	}
	return t
}

// ask makes the request of a turn, the next one. The error says that an image
// cannot be shown.
func (t *talk) ask(turn int) error {
	msg, prompt, images, err := t.pool.message(t.turns[turn])
	t.shown = append(t.shown, images...)
	t.answer.Images = append(t.answer.Images, slices.Clip(t.shown))
	t.answer.Turns = append(t.answer.Turns, result.Turn{Prompt: prompt})
	t.req.Messages = append(t.req.Messages, msg)
	return err
}

// said adds the answer to what was asked last.
func (t *talk) said(r sdk.Response) *result.Turn {
	turn := &t.answer.Turns[len(t.answer.Turns)-1]
	said := t.rule.Apart(r)
	turn.Answer, turn.Reasoning, turn.Unclosed = said.Answer, said.Reasoning, said.Unclosed
	turn.Finish = string(r.Finish)
	if said.Answer == r.Text { // else nobody knows which of them are the answer's
		turn.LogProbs = r.LogProbs
	}
	turn.Tokens = result.Tokens{Text: r.Usage.TextTokens, Image: r.Usage.ImageTokens, Output: r.Usage.OutputTokens, Cached: r.Usage.CachedTokens}
	turn.CachedImages = r.Usage.CachedImages
	for _, i := range r.Images {
		turn.Shown = append(turn.Shown, result.Size{Width: i.Width, Height: i.Height})
	}
	t.req.Messages = append(t.req.Messages, sdk.Message{Role: sdk.Assistant, Parts: []sdk.Part{{Text: said.Answer}}})
	return turn
}

// message makes the user message of a turn, and its text with <image> where an
// image stands.
func (p *Pool) message(t spec.Turn) (msg sdk.Message, prompt string, shown []sdk.Image, err error) {
	msg.Role = sdk.User
	var text strings.Builder
	for _, part := range t.Parts {
		if part.Image == nil {
			msg.Parts = append(msg.Parts, sdk.Part{Text: part.Text})
			text.WriteString(part.Text)
			continue
		}
		text.WriteString("<image>")
		img, lookErr := p.images.look(part.Image.Path)
		if lookErr != nil && err == nil {
			err = sdk.Errorf(sdk.InvalidRequest, "%s", part.Image.Problem(lookErr))
		}
		shown = append(shown, img)
		msg.Parts = append(msg.Parts, sdk.Part{Image: &img})
	}
	return msg, text.String(), shown, err
}
