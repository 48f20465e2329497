package prediction

import (
	"context"
	"errors"
	"fmt"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Run is a run whose answers are given again, an sdk.Backend. It is safe for
// concurrent use.
type Run struct {
	id      string
	cases   map[string]bool // by ID
	samples map[sampleKey]*result.Sample
}

type sampleKey struct {
	id   string
	seed uint32
}

// OfRun gives the answers of a run again, each to the case and the seed that it
// was given to.
func OfRun(run *result.Run) *Run {
	r := &Run{id: run.Manifest.ID, cases: map[string]bool{}, samples: map[sampleKey]*result.Sample{}}
	for i := range run.Cases {
		c := &run.Cases[i]
		r.cases[c.ID] = true
		for k := range c.Samples {
			r.samples[sampleKey{c.ID, c.Samples[k].Seed}] = &c.Samples[k]
		}
	}
	return r
}

// Known makes sure that the run has answers for some of the cases: it may have
// been of others too, as may the specs.
func (r *Run) Known(ids map[string]bool, _ bool) error {
	for id := range r.cases {
		if ids[id] {
			return nil
		}
	}
	return fmt.Errorf("run %s has no answer for any of the cases", r.id)
}

// Configure implements sdk.Backend.
func (r *Run) Configure(context.Context, map[string]any) error { return nil }

// Describe implements sdk.Backend.
func (r *Run) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "run", Version: "1", Model: r.id}, nil
}

// Generate returns what the run was answered to a turn of the case that the
// request names. An error of the run is an error again.
func (r *Run) Generate(_ context.Context, req sdk.Request, _ func(string)) (sdk.Response, error) {
	s, ok := r.samples[sampleKey{req.ID, req.Params.Seed}]
	if !ok {
		return sdk.Response{}, sdk.Errorf(sdk.InvalidRequest, "run %s has no answer for %s with seed %d", r.id, req.ID, req.Params.Seed)
	}
	turn := turnOf(req)
	if turn >= len(s.Turns) || s.Error != nil && turn == len(s.Turns)-1 {
		problem := errors.New("it has fewer turns")
		if s.Error != nil {
			problem = errors.New(s.Error.Message)
		}
		return sdk.Response{}, sdk.Errorf(sdk.InvalidRequest, "run %s has no answer for turn %d of %s: %w", r.id, turn+1, req.ID, problem)
	}
	t := &s.Turns[turn]
	var shown []sdk.ImageShown
	for _, size := range t.Shown {
		shown = append(shown, sdk.ImageShown{Width: size.Width, Height: size.Height})
	}
	return sdk.Response{
		Images: shown, Text: t.Answer, Finish: sdk.FinishReason(t.Finish), LogProbs: t.LogProbs,
		Usage: sdk.Usage{TextTokens: t.Tokens.Text, ImageTokens: t.Tokens.Image, OutputTokens: t.Tokens.Output},
	}, nil
}

// turnOf is the turn of its conversation that a request is, from 0.
func turnOf(req sdk.Request) int {
	turn := 0
	for _, m := range req.Messages {
		if m.Role == sdk.Assistant {
			turn++
		}
	}
	return turn
}

// Close implements sdk.Backend.
func (r *Run) Close() error { return nil }
