//go:build llamacpp

package main

import (
	"context"
	"time"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// generate answers a request. It may be called any number of times concurrently.
func (e *engine) generate(ctx context.Context, a ask, emit func(string)) (sdk.Response, error) {
	r := sdk.Response{Timings: sdk.Timings{Preprocess: a.decoded}}
	j, err := e.prepare(ctx, a, &r)
	if err != nil {
		return sdk.Response{}, err
	}
	if emit != nil {
		// It never fills: a token gives at most one piece, and the end another.
		j.pieces = make(chan string, j.maxTokens+1)
		j.text.emit = func(text string) { j.pieces <- text }
	}
	return e.await(j, emit)
}

// prepare makes a job of a request: it encodes images and lays out the prompt.
func (e *engine) prepare(ctx context.Context, a ask, r *sdk.Response) (*job, error) {
	defer a.release()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pictures, err := e.look(ctx, a, r)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	prompt, err := e.plan(a, pictures, &r.Usage)
	if err != nil {
		return nil, err
	}
	r.Timings.Preprocess += time.Since(start)
	p := a.Params
	sampler, err := llama.NewSampler(e.model, llama.SamplerOptions{
		Temperature: p.Temperature, TopK: p.TopK, TopP: p.TopP, MinP: p.MinP, RepeatPenalty: p.RepeatPenalty, Seed: p.Seed,
		Grammar: a.grammar,
	})
	if err != nil {
		return nil, sdk.Errorf(sdk.InvalidRequest, "%v", err)
	}
	return &job{
		ctx: ctx, params: p, prompt: prompt, sampler: sampler, response: *r, done: make(chan struct{}),
		maxTokens: e.maxTokens(p, cellsOf(prompt)), text: answer{stops: p.Stop},
	}, nil
}

// await hands a job to the scheduler and passes on its text.
func (e *engine) await(j *job, emit func(string)) (sdk.Response, error) {
	defer context.AfterFunc(j.ctx, e.scheduler.cancelled)()
	if err := e.scheduler.submit(j); err != nil {
		j.sampler.Close()
		return sdk.Response{}, err
	}
	pieces := j.pieces
	for {
		select {
		case text, more := <-pieces:
			if more {
				emit(text)
			} else {
				pieces = nil // blocks from now on
			}
		case <-j.done:
			if pieces != nil {
				for text := range pieces { // closed before done
					emit(text)
				}
			}
			if j.err != nil {
				return sdk.Response{}, j.err
			}
			return j.response, nil
		case <-j.ctx.Done(): // the scheduler finds out at the end of a batch
			return sdk.Response{}, j.ctx.Err()
		}
	}
}
