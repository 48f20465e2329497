package main

import "testing"

func TestSequencesFor(t *testing.T) {
	for name, c := range map[string]struct {
		cores             int
		gpu               bool
		affordable, limit int
		want              int
	}{
		"one core":          {1, false, 100_000, 4096, 8},
		"three cores":       {3, false, 100_000, 4096, 12},
		"many cores":        {64, false, 100_000, 4096, 16},
		"a GPU":             {1, true, 100_000, 4096, 16},
		"little memory":     {1, false, 2500, 4096, 4},
		"next to no memory": {1, true, 100, 4096, 1},
	} {
		if got := sequencesFor(c.cores, c.gpu, c.affordable, c.limit); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
