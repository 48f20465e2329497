//go:build llamacpp

package main

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// fingerprint is all of an answer that must repeat, to the bit.
func fingerprint(r sdk.Response) string {
	return fmt.Sprintf("%q %s %x", r.Text, r.Finish, r.LogProbs)
}

// Fifty runs in shuffled order, one after another and all concurrently, with images
// encoded anew, from memory and from disk: every answer is the same to the bit,
// and so is every log-probability.
func TestDeterministic(t *testing.T) {
	all := mixed(t, 20)
	for i := range all {
		all[i].Params.MaxTokens = 4 + i%8
		if i%3 == 0 {
			all[i].Params.Temperature, all[i].Params.Seed = 1, uint32(i)
		}
	}
	dir := t.TempDir()
	change := map[string]any{"deterministic": true, "image_cache_disk_mb": 16.0, "image_cache_dir": dir}
	var want map[string]string
	b := open(t, change)
	for run := range 50 {
		switch run % 10 {
		case 3: // memory forgets, disk remembers
			b = open(t, change)
		case 7:
			b = open(t, map[string]any{"deterministic": true, "image_cache_mb": 0.0})
		}
		got := answers(t, b, all, run)
		if want == nil {
			want = got
		}
		for id, answer := range got {
			if answer != want[id] {
				t.Fatalf("run %d, request %s:\n got %s\nwant %s", run, id, answer, want[id])
			}
		}
	}
}

// answers asks in an order drawn from seed; every other run asks all concurrently.
func answers(t *testing.T, b *backend, all []sdk.Request, seed int) map[string]string {
	t.Helper()
	out := map[string]string{}
	var mu sync.Mutex
	ask := func(req sdk.Request) {
		r, err := b.Generate(t.Context(), req, nil)
		if err != nil {
			t.Errorf("%s: %v", req.ID, err)
		}
		mu.Lock()
		defer mu.Unlock()
		out[req.ID] = fingerprint(r)
	}
	var calls sync.WaitGroup
	for _, i := range rand.New(rand.NewPCG(uint64(seed), 0)).Perm(len(all)) {
		if seed%2 == 0 {
			ask(all[i])
		} else {
			calls.Go(func() { ask(all[i]) })
		}
	}
	calls.Wait()
	return out
}
