//go:build llamacpp

package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
)

func TestProbe(t *testing.T) {
	if err := probe(); err != nil {
		t.Error(err)
	}
	var out bytes.Buffer
	b, err := newBackend()
	if err != nil {
		t.Fatal(err)
	}
	if err := inquire(b, probeFlag, &out); err != nil || out.String() != "decodes\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

// The probe would notice: its answer depends on the weights.
func TestProbeModelComputes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "probe.gguf")
	if err := os.WriteFile(path, probeModel(), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(f.Tensors); n != 11 {
		t.Errorf("%d tensors", n)
	}
	m, err := llama.LoadModel(path, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	c, err := llama.NewContext(m, llama.ContextOptions{Tokens: 8, Sequences: 1, Batch: 8, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.AddToken(3, 0, 0, true)
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, score := range c.Logits(0) {
		low, high = min(low, float64(score)), max(high, float64(score))
	}
	if !(high-low > 0.1) {
		t.Errorf("all scores between %v and %v", low, high)
	}
}
