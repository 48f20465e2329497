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
func (l *lane) converse(task Task) (a Answer) {
	a.Started = time.Now()
	defer func() { a.Seconds = time.Since(a.Started).Seconds() }()
	c := task.Case
	ctx, cancel := l.limit(c.Timeout)
	defer cancel()
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
	for _, t := range c.Turns {
		msg, prompt, images, err := l.pool.message(t)
		shown = append(shown, images...)
		var resp sdk.Response
		asked := time.Now()
		if err == nil {
			req.Messages = append(req.Messages, msg)
			resp, err = l.backend.Generate(ctx, req, nil)
		}
		if err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			a.Turns = append(a.Turns, result.Turn{Prompt: prompt})
			a.Images = append(a.Images, slices.Clip(shown))
			a.Fault = faultOf(err, c.Timeout)
			return a
		}
		a.Turns = append(a.Turns, turn(prompt, resp, time.Since(asked)))
		a.Images = append(a.Images, slices.Clip(shown))
		req.Messages = append(req.Messages, sdk.Message{Role: sdk.Assistant, Parts: []sdk.Part{{Text: resp.Text}}})
	}
	return a
}

func (l *lane) limit(timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout <= 0 {
		return context.WithCancel(l.pool.ctx)
	}
	return context.WithTimeout(l.pool.ctx, timeout)
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

func turn(prompt string, r sdk.Response, took time.Duration) result.Turn {
	t := r.Timings
	seconds := result.Timings{
		Preprocess: t.Preprocess.Seconds(), Encode: t.Encode.Seconds(), Prefill: t.Prefill.Seconds(), Decode: t.Decode.Seconds(),
		Total: took.Seconds(),
	}
	if busy := t.Preprocess + t.Encode + t.Prefill + t.Decode; busy > 0 {
		seconds.Queue = max(took-busy, 0).Seconds()
	}
	return result.Turn{
		Prompt: prompt, Answer: r.Text, Finish: string(r.Finish), Timings: seconds, LogProbs: r.LogProbs,
		Tokens: result.Tokens{Text: r.Usage.TextTokens, Image: r.Usage.ImageTokens, Output: r.Usage.OutputTokens},
	}
}
