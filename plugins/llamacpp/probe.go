//go:build llamacpp

package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
)

// probeFlag makes the program try its engine; `vlmspec doctor` does, in a process of
// its own, because kernels that the processor cannot run end the process.
const probeFlag = "--probe"

// probe decodes a few tokens with random weights, and checks that numbers come out.
func probe() error {
	folder, err := os.MkdirTemp("", "vlmspec-probe-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "probe.gguf")
	if err := os.WriteFile(path, probeModel(), 0o600); err != nil {
		return err
	}
	m, err := llama.LoadModel(path, math.MaxInt16, nil)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	defer m.Close()
	const tokens = 64 // enough for the kernels of large batches
	c, err := llama.NewContext(m, llama.ContextOptions{Tokens: 2 * tokens, Sequences: 1, Batch: tokens, Threads: 1, GPU: true})
	if err != nil {
		return fmt.Errorf("make a context: %w", err)
	}
	defer c.Close()
	for at, n := range []int{tokens, 1} {
		c.Clear()
		output := 0
		for i := range n {
			output = c.AddToken(llama.Token(i%probeWords), tokens*at+i, 0, i == n-1)
		}
		if err := c.Run(); err != nil {
			return fmt.Errorf("decode %d tokens: %w", n, err)
		}
		for _, score := range c.Logits(output) {
			if f := float64(score); math.IsNaN(f) || math.IsInf(f, 0) {
				return fmt.Errorf("decode %d tokens: %w", n, errNaN)
			}
		}
	}
	return nil
}
