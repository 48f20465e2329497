//go:build llamacpp

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	maps.Copy(c, change)
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

// All that is asked concurrently gets an answer, in however little room.
func TestManyConcurrentCalls(t *testing.T) {
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

// long is a request whose answer has so many letters, whatever the model thinks.
func long(id string, letters int) sdk.Request {
	return sdk.Request{ID: id, Messages: []sdk.Message{user("red-circle.png", "Describe the image.")}, Params: sdk.Params{
		MaxTokens: letters + 1, Extra: map[string]any{"grammar": fmt.Sprintf("root ::= [a-z]{%d}", letters)},
	}}
}

// start hands a request to the engine and returns its job.
func start(t *testing.T, ctx context.Context, b *backend, req sdk.Request) *job {
	t.Helper()
	a, err := read(ctx, req, b.engine.salt)
	if err != nil {
		t.Fatal(err)
	}
	j, err := b.engine.prepare(ctx, a, &sdk.Response{})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// A cancelled request gives its sequence back at the end of a batch, and those
// computed beside it do not notice.
func TestCancelOneOfSeveral(t *testing.T) {
	b := open(t, map[string]any{"deterministic": false, "parallel": 3.0})
	ctx, cancel := context.WithCancel(t.Context())
	begun := make(chan struct{})
	cancelled := start(t, ctx, b, long("cancelled", 200))
	cancelled.logits = func([]float32) { close(begun) }
	others := make(chan sdk.Response, 2)
	for range 2 {
		j := start(t, t.Context(), b, long("other", 150))
		go func() {
			r, err := b.engine.await(j, nil)
			if err != nil {
				t.Error(err)
			}
			others <- r
		}()
	}
	go b.engine.await(cancelled, nil) //nolint:errcheck // its job has the error
	<-begun
	cancel()
	<-cancelled.done
	if cancelled.err == nil || cancelled.response.Usage.OutputTokens > 200 {
		t.Errorf("the cancelled request ended with %v after %d tokens", cancelled.err, cancelled.response.Usage.OutputTokens)
	}
	first, second := <-others, <-others
	if len(first.Text) != 150 || first.Text != second.Text {
		t.Errorf("got %q and %q", first.Text, second.Text)
	}
	if r, err := b.Generate(t.Context(), long("after", 100), nil); err != nil || len(r.Text) != 100 {
		t.Errorf("after a cancel: %+v, %v", r, err)
	}
	b.engine.close()
	s := b.engine.scheduler
	b.engine = nil
	for _, q := range s.ledger.sequences {
		if q.busy {
			t.Errorf("sequence %d is still in use", q.id)
		}
	}
	if len(s.active)+len(s.waiting) > 0 {
		t.Errorf("%d requests are left", len(s.active)+len(s.waiting))
	}
}

// Requests that arrive first are let in first, unless they wait for what another
// is just computing; and none is let in before there is room for its whole answer.
func TestOrderAndRoom(t *testing.T) {
	b := open(t, map[string]any{"context": 256.0, "parallel": 2.0})
	var mu sync.Mutex
	var order []string
	var calls sync.WaitGroup
	gate := start(t, t.Context(), b, long("gate", 150))
	gate.logits = func([]float32) { // the scheduler waits here, so that all below arrive in order
		for i := range 4 {
			j := start(t, t.Context(), b, sdk.Request{
				ID: fmt.Sprint(i), Messages: []sdk.Message{user(fmt.Sprintf("What is %d?", i))}, Params: sdk.Params{MaxTokens: 20},
			})
			j.logits = func([]float32) {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, fmt.Sprint(i))
			}
			b.engine.scheduler.waiting = append(b.engine.scheduler.waiting, j)
			calls.Go(func() { <-j.done })
		}
	}
	if _, err := b.engine.await(gate, nil); err != nil {
		t.Fatal(err)
	}
	calls.Wait()
	if got := fmt.Sprint(order); got != "[0 1 2 3]" {
		t.Errorf("answered in the order %s", got)
	}
}

// A request has begun when its computing begins, not while it waits for others.
func TestBegun(t *testing.T) {
	b := open(t, map[string]any{"parallel": 1.0})
	begun := false
	first := start(t, t.Context(), b, long("first", 50))
	second := start(t, sdk.WithBegun(t.Context(), func() {
		begun = true
		select {
		case <-first.done:
		default:
			t.Error("the second began before the first was over")
		}
	}), b, sdk.Request{ID: "second", Messages: []sdk.Message{user("What is this?")}})
	// The scheduler waits for this, so the second arrives while the first is computed.
	first.logits = func([]float32) { b.engine.scheduler.waiting = append(b.engine.scheduler.waiting, second) }
	if _, err := b.engine.await(first, nil); err != nil {
		t.Fatal(err)
	}
	if <-second.done; !begun || second.err != nil {
		t.Errorf("begun: %v, %v", begun, second.err)
	}
}

// What is asked after the end is told so, and waits for nobody.
func TestAfterTheEnd(t *testing.T) {
	b := open(t, nil)
	e := b.engine
	b.engine = nil
	e.close()
	for _, messages := range [][]sdk.Message{{user("red-circle.png", "What is this?")}, {user("What is this?")}} {
		a, err := read(t.Context(), sdk.Request{Messages: messages}, e.salt)
		if err != nil {
			t.Fatal(err)
		}
		defer a.release()
		if _, err := e.look(t.Context(), a, &sdk.Response{}); len(a.images) > 0 && !errors.Is(err, context.Canceled) {
			t.Errorf("an image after the end: %v", err)
		}
	}
	if err := e.scheduler.submit(&job{ctx: t.Context()}); !errors.Is(err, context.Canceled) {
		t.Errorf("a request after the end: %v", err)
	}
}
