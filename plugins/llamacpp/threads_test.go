//go:build llamacpp

package main

import (
	"errors"
	"testing"
	"time"
)

func TestFastest(t *testing.T) {
	for name, c := range map[string]struct {
		cores int
		took  map[int]time.Duration
		want  int
	}{
		"a small model":            {4, map[int]time.Duration{1: 10, 2: 12}, 1},
		"a large model":            {4, map[int]time.Duration{1: 100, 2: 52, 4: 30}, 4},
		"one core":                 {1, map[int]time.Duration{1: 100}, 1},
		"three cores":              {3, map[int]time.Duration{1: 100, 2: 52, 3: 40}, 3},
		"other programs take some": {4, map[int]time.Duration{1: 100, 2: 52, 4: 1000}, 2},
		"a little faster":          {2, map[int]time.Duration{1: 100, 2: 90}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := fastest(c.cores, func(n int) (time.Duration, error) {
				took, ok := c.took[n]
				if !ok {
					t.Errorf("%d threads were tried", n)
				}
				return took, nil
			})
			if err != nil || got != c.want {
				t.Errorf("got %d, %v; want %d", got, err, c.want)
			}
		})
	}
	broken := errors.New("broken")
	if _, err := fastest(2, func(int) (time.Duration, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestPace(t *testing.T) {
	p := pace{threads: 4}
	for i, c := range []struct {
		tokens int
		took   time.Duration
		want   int
	}{
		{8, 100, 4},
		{8, 999, 4},
		{8, 1000, 4},
		{8, 1000, 4},
		{8, 200, 4},    // not in a row
		{500, 9000, 4}, // many tokens take longer
		{8, 1000, 4},
		{8, 2000, 4},
		{9, 1000, 2},
		{8, 5000, 2},
		{8, 5000, 2},
		{8, 5000, 1},
		{8, 5000, 1},
		{8, 5000, 1},
		{8, 5000, 1},
		{8, 5000, 1},
	} {
		if got := p.note(c.tokens, c.took); got != c.want {
			t.Errorf("batch %d: %d threads, want %d", i, got, c.want)
		}
	}
}
