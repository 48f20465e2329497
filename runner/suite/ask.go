package suite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Answer is an answer with what it was given to: what the matchers look at.
type Answer = check.Input

// Ask shows images, by their paths, and a prompt to the project's default
// backend, greedily. It is for tests that specs cannot say, and works once the
// backends have been started.
func (s *Suite) Ask(ctx context.Context, prompt string, images ...string) (Answer, error) {
	if s.err != nil {
		return Answer{}, s.err
	}
	b, err := s.backend(ctx, s.plan.Project.DefaultBackend)
	if err != nil {
		return Answer{}, s.shown(err)
	}
	msg := sdk.Message{Role: sdk.User}
	in := Answer{Prompt: strings.Repeat("<image>", len(images)) + prompt, Goldens: s.plan.Goldens()}
	for _, path := range images {
		img, err := imaging.Look(path)
		if err != nil {
			return Answer{}, err
		}
		msg.Parts = append(msg.Parts, sdk.Part{Image: &img})
		in.Images = append(in.Images, check.Image{Path: img.Path, SHA256: img.SHA256, Width: img.Width, Height: img.Height})
	}
	msg.Parts = append(msg.Parts, sdk.Part{Text: prompt})
	asked := time.Now()
	resp, err := b.Generate(ctx, sdk.Request{ID: "ask", Messages: []sdk.Message{msg}}, nil)
	if err != nil {
		return Answer{}, s.shown(fmt.Errorf("ask %q: %w", prompt, err))
	}
	said := s.plan.Project.Backends[s.plan.Project.DefaultBackend].Reasoning.Apart(resp)
	in.Answer, in.Reasoning, in.Unclosed = said.Answer, said.Reasoning, said.Unclosed
	in.Finish = string(resp.Finish)
	if said.Answer == resp.Text {
		in.LogProbs = resp.LogProbs
	}
	for _, i := range resp.Images {
		in.Shown = append(in.Shown, result.Size{Width: i.Width, Height: i.Height})
	}
	in.Timings = result.Timings{Total: time.Since(asked).Seconds()}
	in.Tokens = result.Tokens{Text: resp.Usage.TextTokens, Image: resp.Usage.ImageTokens, Output: resp.Usage.OutputTokens}
	return in, nil
}

// shown is an error without the secrets that it quotes, which a failing test would
// print.
func (s *Suite) shown(err error) error {
	if !s.plan.Secrets().In(err.Error()) {
		return err
	}
	return errors.New(s.plan.Secrets().Hide(err.Error()))
}

func (s *Suite) backend(ctx context.Context, name string) (sdk.Backend, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b, ok := s.backends[name]; ok {
		return b, nil
	}
	b, err := s.attached(ctx, s.plan.Project.Backends[name])
	if err != nil {
		return nil, err
	}
	s.backends[name] = b
	return b, nil
}
