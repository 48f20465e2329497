//go:build llamacpp

package main

import (
	"context"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

// bareLoop is the thinnest way to answers: one question after another, each from
// its image file to its last token, by the calls of llama.cpp that this takes.
type bareLoop struct {
	model   *llama.Model
	vision  *llama.Vision
	context *llama.Context
}

// answered is what a workload took after the model was loaded.
type answered struct {
	seconds float64
	tokens  int     // of all answers
	encode  float64 // seconds spent on encoding images
}

// openBareLoop loads a model as the backend does on a processor, and answers once
// so that it is warm.
func openBareLoop(b *testing.B, s subject) *bareLoop {
	b.Helper()
	var l bareLoop
	var err error
	check := func() {
		if err != nil {
			b.Fatal(err)
		}
	}
	l.model, err = llama.LoadModel(s.model, 0, nil)
	check()
	b.Cleanup(l.model.Close)
	l.vision, err = llama.NewVision(s.mmproj, l.model, llama.VisionOptions{Threads: s.threads, PlainAttention: true})
	check()
	b.Cleanup(l.vision.Close)
	size := min(l.model.TrainedContext(), defaultContext)
	l.context, err = llama.NewContext(l.model, llama.ContextOptions{Tokens: size, Sequences: 1, Batch: min(size, cpuBatch), Threads: s.threads, FlashAttention: "off"})
	check()
	b.Cleanup(l.context.Close)
	_, err = l.ask(question{s.draw(b, 1)[0], asked[0]})
	check()
	return &l
}

func (l *bareLoop) answer(b *testing.B, all []question) answered {
	b.Helper()
	var a answered
	start := time.Now()
	for _, q := range all {
		n, err := l.ask(q)
		if err != nil {
			b.Fatal(err)
		}
		a.tokens += n
	}
	a.seconds = time.Since(start).Seconds()
	return a
}

// ask returns the number of tokens of the answer.
func (l *bareLoop) ask(q question) (int, error) {
	rgb, err := imaging.DecodeFile(context.Background(), q.image)
	if err != nil {
		return 0, err
	}
	picture, err := l.vision.Prepare(rgb.Width, rgb.Height, rgb.Pix)
	if err != nil {
		return 0, err
	}
	defer picture.Close()
	l.context.Reset()
	pos, _, err := l.read(0, l.model.Tokenize("<|im_start|>User:", true))
	for _, chunk := range picture.Chunks {
		switch {
		case err != nil:
			return 0, err
		case chunk.IsTile():
			err = l.look(pos, chunk)
			pos += chunk.Positions
		default:
			pos, _, err = l.read(pos, chunk.Tokens)
		}
	}
	if err != nil {
		return 0, err
	}
	return l.write(pos, l.model.Tokenize(q.prompt+"<end_of_utterance>\nAssistant:", true))
}

func (l *bareLoop) look(pos int, tile llama.Chunk) error {
	embeddings, err := l.vision.Encode(tile)
	if err != nil {
		return err
	}
	return l.context.RunTiles([]llama.Tile{{Embeddings: embeddings, Count: tile.Count, Columns: tile.Columns, Pos: pos}})
}

// read computes tokens, and returns where the next one goes and the output to
// sample it from.
func (l *bareLoop) read(pos int, tokens []llama.Token) (int, int, error) {
	l.context.Clear()
	output := -1
	for i, t := range tokens {
		output = l.context.AddToken(t, pos+i, 0, i == len(tokens)-1)
	}
	return pos + len(tokens), output, l.context.Run()
}

func (l *bareLoop) write(pos int, tokens []llama.Token) (int, error) {
	greedy, err := llama.NewSampler(l.model, llama.SamplerOptions{})
	if err != nil {
		return 0, err
	}
	defer greedy.Close()
	for n := range maxTokens {
		var output int
		if pos, output, err = l.read(pos, tokens); err != nil {
			return 0, err
		}
		token, _ := greedy.Sample(l.context, output)
		if l.model.EndsAnswer(token) {
			return n, nil
		}
		tokens = []llama.Token{token}
	}
	return maxTokens, nil
}
