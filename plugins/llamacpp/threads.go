//go:build llamacpp

package main

import (
	"log/slog"
	"math"
	"math/bits"
	"time"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
)

// Threads of llama.cpp wait for each other by spinning. With more of them than
// idle cores one that is not scheduled keeps all others spinning: a hundred times
// slower is possible. So the number is measured, not derived from the machine.

// chooseThreads is what the config says, else what computes a few tokens fastest
// now. In deterministic mode nothing may depend on a measurement.
func (e *engine) chooseThreads() error {
	e.threads = e.config.threads
	switch {
	case e.threads != auto:
		return nil
	case e.layers > e.model.Layers()-1:
		e.threads = 1 // a GPU computes
		return nil
	case e.config.deterministic:
		e.threads = 1
		if e.model.Parameters() >= smallModel {
			e.threads = physicalCores()
		}
		return nil
	}
	c, err := llama.NewContext(e.model, llama.ContextOptions{Tokens: 64, Sequences: 1, Batch: trialTokens, Threads: 1})
	if err != nil {
		return err
	}
	defer c.Close()
	e.threads, err = fastest(physicalCores(), func(threads int) (time.Duration, error) {
		c.SetThreads(threads)
		return trial(c, max(e.model.BOS(), 0))
	})
	return err
}

// fastest doubles the threads as long as that pays.
func fastest(limit int, measure func(threads int) (time.Duration, error)) (int, error) {
	best, least := 1, time.Duration(math.MaxInt64)
	for threads := 1; ; threads = min(2*threads, limit) {
		took, err := measure(threads)
		if err != nil {
			return 0, err
		}
		if float64(took) > worthwhileThreads*float64(least) {
			return best, nil
		}
		if best, least = threads, took; threads >= limit {
			return best, nil
		}
	}
}

const (
	// trialTokens is as many as concurrent requests.
	trialTokens = 8
	// worthwhileThreads is what twice the threads must make of the time.
	worthwhileThreads = 0.8
	// A trial is repeated while it is short, to see past what else the machine does.
	trials    = 5
	longTrial = 50 * time.Millisecond
)

// trial is the shortest time that a few tokens took.
func trial(c *llama.Context, t llama.Token) (time.Duration, error) {
	least := time.Duration(math.MaxInt64)
	for range trials {
		c.Reset()
		c.Clear()
		for i := range trialTokens {
			c.AddToken(t, i, 0, i == trialTokens-1)
		}
		start := time.Now()
		if err := c.Run(); err != nil {
			return 0, err
		}
		took := time.Since(start)
		if least = min(least, took); took > longTrial {
			break
		}
	}
	return least, nil
}

// pace notices when cores that were idle no longer are, and takes fewer threads.
// It is for one goroutine.
type pace struct {
	threads int
	usual   [bits.UintSize]time.Duration // the shortest time of a batch, by the size of its number of tokens
	slow    int                          // batches in a row
}

const (
	collapse  = 10 // times the usual
	collapses = 3  // batches in a row
)

// note takes the time of a batch and returns the number of threads from now on.
func (p *pace) note(tokens int, took time.Duration) int {
	usual := &p.usual[bits.Len(uint(tokens))]
	if *usual == 0 || took < *usual {
		*usual = took
	}
	if p.threads == 1 || took < collapse**usual {
		p.slow = 0
		return p.threads
	}
	if p.slow++; p.slow == collapses {
		p.slow, p.threads = 0, p.threads/2
		slog.Warn("the machine is busy: llama.cpp goes on with fewer threads", "threads", p.threads)
	}
	return p.threads
}
