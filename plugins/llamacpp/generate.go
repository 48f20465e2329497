//go:build llamacpp

package main

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// step is a part of a prompt in the order the model reads it: tokens, or one
// tile of an image.
type step struct {
	tokens []llama.Token
	image  *encoded
	chunk  int // of image
}

// generate answers a request. The engine forgets the conversation before it
// returns the next time it is used, not now, so that tests can look at it.
func (e *engine) generate(ctx context.Context, a ask, emit func(string)) (sdk.Response, error) {
	if err := ctx.Err(); err != nil {
		return sdk.Response{}, err
	}
	e.context.Reset()
	defer e.stopWith(ctx)()
	if e.pictures != nil {
		defer e.pictures.trim()
	}
	r := sdk.Response{Timings: sdk.Timings{Preprocess: a.decoded}}
	steps, err := e.plan(a, &r)
	if err == nil {
		err = e.encode(ctx, steps, &r.Timings)
	}
	var position int
	if err == nil {
		position, err = e.prefill(ctx, steps, &r.Timings)
	}
	if err == nil {
		err = e.answer(ctx, a.Params, steps, position, emit, &r)
	}
	if ctx.Err() != nil {
		return sdk.Response{}, ctx.Err()
	}
	return r, err
}

// stopWith stops the model when ctx is done. The function it returns ends that,
// and waits for a stop under way, which would hit the next request.
func (e *engine) stopWith(ctx context.Context) func() {
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		e.context.Stop()
		close(stopped)
	})
	return func() {
		if !stop() {
			<-stopped
		}
	}
}

// plan turns a request into steps and counts its tokens.
func (e *engine) plan(a ask, r *sdk.Response) ([]step, error) {
	pieces, err := e.template.render(a.Messages)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	images, err := e.prepare(a.images)
	if err != nil {
		return nil, err
	}
	r.Timings.Preprocess += time.Since(start)
	steps := e.steps(pieces, images)
	for _, s := range steps {
		if s.image == nil {
			r.Usage.TextTokens += len(s.tokens)
		} else {
			r.Usage.ImageTokens += s.image.Chunks[s.chunk].Count
		}
	}
	if all := r.Usage.TextTokens + r.Usage.ImageTokens; all >= e.limit {
		return nil, sdk.Errorf(sdk.InvalidRequest,
			"the prompt is %d tokens (%d of text, %d of %d images) but the context holds %d with room for an answer: shorten it, show fewer or smaller images, or raise `context`",
			all, r.Usage.TextTokens, r.Usage.ImageTokens, len(a.images), e.limit)
	}
	if len(steps) == 0 || steps[len(steps)-1].image != nil {
		return nil, sdk.Errorf(sdk.InvalidConfig, "the chat template ends a prompt without text for the model to answer to")
	}
	return steps, nil
}

func (e *engine) prepare(images []shown) ([]*encoded, error) {
	if len(images) > 0 && e.vision == nil {
		return nil, sdk.Errorf(sdk.InvalidRequest, "%s was loaded without a vision encoder: set `mmproj` to show it images", e.name)
	}
	var all []*encoded
	for _, i := range images {
		known := e.pictures.get(i.key)
		if known == nil {
			p, err := e.vision.Prepare(i.Width, i.Height, i.Pix)
			if err != nil {
				return nil, err
			}
			known = &encoded{Picture: p, embeddings: make([][]float32, len(p.Chunks)), key: i.key}
			known.bytes = e.weigh(known, i)
			e.pictures.put(known)
		}
		all = append(all, known)
	}
	return all, nil
}

// weigh estimates the memory of an encoded image: its tiles as float32 RGB,
// which llama.cpp keeps, and its embeddings.
func (e *engine) weigh(p *encoded, i shown) int {
	const rgb = 3 * 4
	bytes := rgb * i.Width * i.Height
	for _, c := range p.Chunks {
		if c.IsTile() {
			bytes += rgb*e.tile*e.tile + c.Count*e.vision.EmbeddingBytes()
		}
	}
	return bytes
}

// steps puts text and images in order; text on either side of an image is
// tokenised apart, as llama.cpp does.
func (e *engine) steps(pieces []piece, images []*encoded) []step {
	var steps []step
	addTokens := func(tokens []llama.Token) {
		if n := len(steps); n > 0 && steps[n-1].image == nil {
			steps[n-1].tokens = append(steps[n-1].tokens, tokens...)
		} else if len(tokens) > 0 {
			steps = append(steps, step{tokens: append([]llama.Token{}, tokens...)})
		}
	}
	text := 0 // pieces from here on are text not tokenised yet
	for i, p := range pieces {
		if p.image < 0 {
			continue
		}
		addTokens(e.tokens.tokens(pieces[text:i]))
		text = i + 1
		for c, chunk := range images[p.image].Chunks {
			if chunk.IsTile() {
				steps = append(steps, step{image: images[p.image], chunk: c})
			} else {
				addTokens(chunk.Tokens)
			}
		}
	}
	addTokens(e.tokens.tokens(pieces[text:]))
	return e.withBOS(steps)
}

func (e *engine) withBOS(steps []step) []step {
	bos := e.model.BOS()
	if !e.model.AddBOS() || bos < 0 {
		return steps
	}
	if len(steps) > 0 && steps[0].image == nil {
		if first := steps[0].tokens; first[0] != bos {
			steps[0].tokens = append([]llama.Token{bos}, first...)
		}
		return steps
	}
	return append([]step{{tokens: []llama.Token{bos}}}, steps...)
}

// encode runs the tiles that were not encoded before through the vision encoder.
func (e *engine) encode(ctx context.Context, steps []step, t *sdk.Timings) error {
	start := time.Now()
	encoded := false
	for _, s := range steps {
		if s.image == nil || s.image.embeddings[s.chunk] != nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		embeddings, err := e.vision.Encode(s.image.Chunks[s.chunk])
		if err != nil {
			return err
		}
		s.image.embeddings[s.chunk] = embeddings
		encoded = true
	}
	if encoded {
		t.Encode = time.Since(start)
	}
	return nil
}

// prefill runs the prompt through the language model and returns the position
// of the token to come.
func (e *engine) prefill(ctx context.Context, steps []step, t *sdk.Timings) (int, error) {
	start := time.Now()
	position := 0
	for _, s := range steps {
		if s.image != nil {
			chunk := s.image.Chunks[s.chunk]
			if err := e.vision.Show(e.context, chunk, s.image.embeddings[s.chunk], position); err != nil {
				return 0, err
			}
			position += chunk.Positions
			continue
		}
		for rest := s.tokens; len(rest) > 0; {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			n := min(len(rest), e.context.BatchSize())
			if err := e.context.Decode(rest[:n], position); err != nil {
				return 0, err
			}
			rest, position = rest[n:], position+n
		}
	}
	t.Prefill = time.Since(start)
	return position, nil
}

var errNaN = errors.New("the model computed no numbers (NaN): its weights or the GPU's results are damaged")

// answer chooses tokens until the model ends its turn, a stop string comes, or
// the limit of tokens is reached.
func (e *engine) answer(ctx context.Context, p sdk.Params, steps []step, position int, emit func(string), r *sdk.Response) error {
	start := time.Now()
	sampler := llama.NewSampler(llama.SamplerOptions{
		Temperature: p.Temperature, TopK: p.TopK, TopP: p.TopP, MinP: p.MinP, RepeatPenalty: p.RepeatPenalty, Seed: p.Seed,
	})
	defer sampler.Close()
	for _, s := range steps {
		for _, t := range s.tokens {
			sampler.Accept(t)
		}
	}
	limit := p.MaxTokens
	if limit == 0 {
		limit = e.config.maxTokens
	}
	limit = min(limit, e.limit-r.Usage.TextTokens-r.Usage.ImageTokens)
	text := answer{stops: p.Stop, emit: emit}
	r.Finish = sdk.FinishLength
	for {
		token := sampler.Sample(e.context)
		if e.model.EndsAnswer(token) {
			r.Finish = sdk.FinishStop
			break
		}
		logprob := e.context.LogProb(token)
		if math.IsNaN(logprob) {
			return errNaN
		}
		r.LogProbs = append(r.LogProbs, logprob)
		r.Usage.OutputTokens++
		if text.add(e.model.Piece(token, false)) {
			r.Finish = sdk.FinishStop
			break
		}
		if r.Usage.OutputTokens == limit {
			break
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := e.context.Decode([]llama.Token{token}, position); err != nil {
			return err
		}
		position++
	}
	r.Text = text.finish()
	r.Timings.Decode = time.Since(start)
	return nil
}
