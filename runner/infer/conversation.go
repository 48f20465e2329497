package infer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// converse holds one sample: its turns one after another, each with the history.
func (l *lane) converse(task Task, in place) (a Answer) {
	a.Started = time.Now()
	c := task.Case
	t := l.ticket(in)
	defer func() {
		if began := t.leave(); !began.IsZero() {
			a.Started = began
		}
		a.Seconds = time.Since(a.Started).Seconds()
	}()
	if err := l.fits(c); err != nil {
		a.Fault = faultOf(err, c.Timeout)
		return a
	}
	req := sdk.Request{ID: c.ID, Params: c.Params}
	req.Params.Seed = task.Seed
	if c.System != "" {
		req.Messages = append(req.Messages, sdk.Message{Role: sdk.System, Parts: []sdk.Part{{Text: c.System}}})
	}
	var shown []check.Image
	for i := range c.Turns {
		msg, prompt, images, err := l.pool.message(c.Turns[i])
		shown = append(shown, images...)
		a.Images = append(a.Images, slices.Clip(shown))
		a.Turns = append(a.Turns, result.Turn{Prompt: prompt})
		if err == nil {
			req.Messages = append(req.Messages, msg)
			err = l.ask(t, c, i, req, &a.Turns[i])
		}
		if err != nil {
			a.Fault = faultOf(err, c.Timeout)
			return a
		}
		req.Messages = append(req.Messages, sdk.Message{Role: sdk.Assistant, Parts: []sdk.Part{{Text: a.Turns[i].Answer}}})
	}
	return a
}

// ask sends a turn of a case and fills in what came of it.
func (l *lane) ask(t *ticket, c *spec.Case, turn int, req sdk.Request, out *result.Turn) error {
	if turn == 0 {
		if err := t.enter(c.Timeout); err != nil {
			return err
		}
	}
	begun := func() {}
	if turn == len(c.Turns)-1 {
		begun = t.last
	}
	sent := time.Now()
	r, err := l.generate(t.ctx, req, begun)
	if t.ctx.Err() != nil {
		return context.Cause(t.ctx)
	}
	if err != nil {
		return err
	}
	out.Answer, out.Finish, out.LogProbs = r.Text, string(r.Finish), r.LogProbs
	out.Tokens = result.Tokens{Text: r.Usage.TextTokens, Image: r.Usage.ImageTokens, Output: r.Usage.OutputTokens}
	out.Timings = timings(r.Timings, t.since(sent))
	return nil
}

func (l *lane) generate(ctx context.Context, req sdk.Request, begun func()) (sdk.Response, error) {
	if b, ok := l.backend.(Ahead); ok {
		return b.GenerateAhead(ctx, req, begun)
	}
	return l.backend.Generate(ctx, req, nil)
}

// timings of a call that took so long in all.
func timings(t sdk.Timings, took time.Duration) result.Timings {
	seconds := result.Timings{
		Preprocess: t.Preprocess.Seconds(), Encode: t.Encode.Seconds(), Prefill: t.Prefill.Seconds(), Decode: t.Decode.Seconds(),
		Total: took.Seconds(),
	}
	if busy := t.Preprocess + t.Encode + t.Prefill + t.Decode; busy > 0 {
		seconds.Queue = max(took-busy, 0).Seconds()
	}
	return seconds
}

// fits refuses a case that needs more than the backend has.
func (l *lane) fits(c *spec.Case) error {
	most, n := l.info.Capabilities.MaxImages, 0
	for _, t := range c.Turns {
		for _, p := range t.Parts {
			if p.Image != nil {
				n++
			}
		}
	}
	if most > 0 && n > most {
		return sdk.Errorf(sdk.InvalidRequest, "the case shows %d images, and backend %s takes at most %d", n, l.name, most)
	}
	return nil
}

// message makes the user message of a turn, and its text with <image> where an
// image stands.
func (p *Pool) message(t spec.Turn) (msg sdk.Message, prompt string, shown []check.Image, err error) {
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
			err = sdk.Errorf(sdk.InvalidRequest, "%s: %s", part.Image.Pos, strings.Replace(lookErr.Error(), part.Image.Path, part.Image.Name, 1))
		}
		shown = append(shown, check.Image{Path: part.Image.Path, SHA256: img.SHA256, Width: img.Width, Height: img.Height})
		msg.Parts = append(msg.Parts, sdk.Part{Image: &img})
	}
	return msg, text.String(), shown, err
}
