//go:build llamacpp

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// open loads the tiny model with other config than most tests.
func open(t testing.TB, change map[string]any) *backend {
	t.Helper()
	c := tinyConfig(t)
	for k, v := range change {
		c[k] = v
	}
	b, err := newBackend()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Configure(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b.(*backend)
}

var prompts = []string{
	"Describe the image.", "How many shapes are there?", "What color is the circle?", "Is there a red circle?", "Point to the circle.",
	"Rate the image quality from 1 to 5.", "What do you see?",
}

// mixed is requests with one image, several, none, more turns than one.
func mixed(t testing.TB, n int) []sdk.Request {
	t.Helper()
	images, err := filepath.Glob(shapes + "/*.png")
	if err != nil || len(images) < 10 {
		t.Fatal(images, err)
	}
	draw := rand.New(rand.NewPCG(1, 2))
	var all []sdk.Request
	for i := range n {
		image, prompt := filepath.Base(images[draw.IntN(10)]), prompts[draw.IntN(len(prompts))]
		messages := []sdk.Message{user(image, prompt)}
		switch i % 5 {
		case 1:
			messages = []sdk.Message{user("First:", image, "Second:", "sharp-a.png", "Which one is sharper?")}
		case 2:
			messages = append(messages, assistant("a circle"), user("What color is it?"))
		case 3:
			messages = []sdk.Message{user("What is a circle?")}
		}
		all = append(all, sdk.Request{ID: fmt.Sprint(i), Messages: messages, Params: sdk.Params{MaxTokens: 1 + draw.IntN(24)}})
	}
	return all
}

// All that is asked at once gets an answer, in however little room.
func TestManyAtOnce(t *testing.T) {
	for name, change := range map[string]map[string]any{
		"defaults":      nil,
		"little room":   {"context": 96.0, "parallel": 8.0},
		"no cache":      {"image_cache_mb": 0.0},
		"deterministic": {"deterministic": true},
		"two":           {"parallel": 2.0},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, change)
			var calls sync.WaitGroup
			for _, req := range mixed(t, 120) {
				calls.Go(func() {
					r, err := b.Generate(t.Context(), req, nil)
					if err != nil || r.Usage.OutputTokens > req.Params.MaxTokens || r.Finish == "" {
						t.Errorf("%s: %+v, %v", req.ID, r, err)
					}
				})
			}
			calls.Wait()
		})
	}
}
