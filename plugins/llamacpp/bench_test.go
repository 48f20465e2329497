//go:build llamacpp

package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The benchmarks compare whole runs of `vlmspec run` with other ways to the same
// answers, in turn, and report the median of the ratios: times of one moment on
// one machine can be compared, times of two cannot. `make bench` runs them.

// subject is a model to measure with.
type subject struct {
	name          string
	model, mmproj string // absolute paths
	threads       int    // of all sides: a measured number would differ between them
	side          int    // of the images in pixels, so that each is one tile
	cases         int    // of the workload with one prompt for every image
	// sample is how many of the grid's prompts the bare loop answers. It takes as
	// long for every prompt, so its time is scaled up.
	sample int
}

// maxTokens bounds every answer.
const maxTokens = 24

// eachSubject runs a benchmark on every model there is.
func eachSubject(b *testing.B, measure func(*testing.B, subject)) {
	tiny := tinyConfig(b)
	b.Run("tiny", func(b *testing.B) {
		measure(b, subject{name: b.Name(), model: tiny["model"].(string), mmproj: tiny["mmproj"].(string), threads: 1, side: 64, cases: 100, sample: len(asked)})
	})
	b.Run("smolvlm-256m", func(b *testing.B) {
		dir := os.Getenv("VLMSPEC_RANDOM_MODELS")
		if dir == "" {
			b.Skip("set VLMSPEC_RANDOM_MODELS to the folder that `make model-random SLICES=0` writes to: `make bench`")
		}
		measure(b, subject{
			name:  b.Name(),
			model: filepath.Join(dir, "random-smolvlm-256m-q8_0.gguf"), mmproj: filepath.Join(dir, "mmproj-random-smolvlm-256m-q8_0-one-tile.gguf"),
			threads: physicalCores(), side: 512, cases: 16, sample: 1,
		})
	})
}

// question is a case of a workload.
type question struct{ image, prompt string }

var asked = []string{
	"Describe the image.", "How many shapes are there?", "Is there a red circle?", "Point to the circle.", "Rate the image quality from 1 to 5.",
	"What color is the square?", "What shape is the red object?", "Is there a blue triangle?", "How many circles are there?", "Point to the square.",
}

// onePrompt asks the same of every image.
func (s subject) onePrompt(b *testing.B, prompt string) []question {
	var all []question
	for _, path := range s.draw(b, s.cases) {
		all = append(all, question{path, prompt})
	}
	return all
}

// grid asks everything of 20 images: one prompt after another, of all images, as
// specs with rows are written.
func (s subject) grid(b *testing.B) []question {
	images := s.draw(b, 20)
	var all []question
	for _, prompt := range asked {
		for _, path := range images {
			all = append(all, question{path, prompt})
		}
	}
	return all
}

// draw writes images that differ.
func (s subject) draw(b *testing.B, n int) []string {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	dir := b.TempDir()
	var paths []string
	for i := range n {
		img := image.NewNRGBA(image.Rect(0, 0, s.side, s.side))
		for _, area := range []image.Rectangle{img.Rect, image.Rect(0, 0, s.side/3, s.side/3).Add(image.Pt(random.IntN(s.side/2), random.IntN(s.side/2)))} {
			paint := color.NRGBA{uint8(random.Uint32()), uint8(random.Uint32()), uint8(random.Uint32()), 255}
			draw.Draw(img, area, image.NewUniform(paint), image.Point{}, draw.Src)
		}
		var data bytes.Buffer
		if err := png.Encode(&data, img); err != nil {
			b.Fatal(err)
		}
		paths = append(paths, filepath.Join(dir, fmt.Sprintf("%d.png", i)))
		if err := os.WriteFile(paths[i], data.Bytes(), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return paths
}

// series collects one number a round.
type series []float64

func (s series) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// sameWork makes sure that two sides gave about as many tokens: where answers tie,
// another composition of batches may tip them.
func sameWork(b *testing.B, one, other int) {
	b.Helper()
	if min(one, other) < max(one, other)*98/100 {
		b.Fatalf("one side answered with %d tokens, the other with %d", one, other)
	}
}

// What `vlmspec run` costs over a bare loop: every image is new, so there is
// nothing to save but idle time.
func BenchmarkRunOverBareLoop(b *testing.B) {
	eachSubject(b, func(b *testing.B, s subject) {
		project := newProject(b, s)
		loop := openBareLoop(b, s)
		all := s.onePrompt(b, asked[0])
		var ratios, bare, run series
		for b.Loop() {
			plain := loop.answer(b, all)
			ours := project.run(b, all, b.TempDir())
			sameWork(b, plain.tokens, ours.tokens)
			ratios, bare, run = append(ratios, ours.seconds/plain.seconds), append(bare, plain.seconds), append(run, ours.seconds)
		}
		b.ReportMetric(ratios.median(), "ratio")
		b.ReportMetric(bare.median()/float64(len(all))*1e3, "bare-ms/case")
		b.ReportMetric(run.median()/float64(len(all))*1e3, "run-ms/case")
	})
}

// What batches, prefixes and the image cache save when every image is asked ten
// questions, over one request at a time without any of them.
func BenchmarkManyPrompts(b *testing.B) {
	eachSubject(b, func(b *testing.B, s subject) {
		project := newProject(b, s)
		loop := openBareLoop(b, s)
		all := s.grid(b)
		sample := all[:len(all)*s.sample/len(asked)]
		scale := float64(len(all)) / float64(len(sample))
		var ratios, bare, run series
		for b.Loop() {
			plain := loop.answer(b, sample)
			ours := project.run(b, all, b.TempDir())
			if len(sample) == len(all) {
				sameWork(b, plain.tokens, ours.tokens)
			}
			ratios, bare, run = append(ratios, plain.seconds*scale/ours.seconds), append(bare, plain.seconds*scale), append(run, ours.seconds)
		}
		b.ReportMetric(ratios.median(), "times")
		b.ReportMetric(bare.median(), "bare-s")
		b.ReportMetric(run.median(), "run-s")
	})
}

// What is left of a run when the prompts were edited: no image is encoded again.
func BenchmarkEditedPrompts(b *testing.B) {
	eachSubject(b, func(b *testing.B, s subject) {
		project := newProject(b, s)
		before := s.onePrompt(b, asked[0])
		after := slices.Clone(before)
		for i := range after {
			after[i].prompt = "Please describe the image."
		}
		var ratios, firsts, seconds series
		for b.Loop() {
			cache := b.TempDir()
			first, second := project.run(b, before, cache), project.run(b, after, cache)
			if first.encode == 0 || second.encode != 0 {
				b.Fatalf("the first run spent %g s on encoding images, the second %g s", first.encode, second.encode)
			}
			ratios, firsts, seconds = append(ratios, first.seconds/second.seconds), append(firsts, first.seconds), append(seconds, second.seconds)
		}
		b.ReportMetric(ratios.median(), "times")
		b.ReportMetric(firsts.median(), "first-s")
		b.ReportMetric(seconds.median(), "second-s")
	})
}
