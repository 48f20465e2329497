package check

import "testing"

// Time is measured, and no answer of an earlier run will do.
func TestTimed(t *testing.T) {
	for entry, want := range map[string]bool{
		"latency: 2s":                                true,
		"latency: {max: 2s, warn: true}":             true,
		`expr: "seconds < 2"`:                        true,
		`expr: "answer == '1' and $env.seconds < 2"`: true,
		`expr: "answer contains 'seconds'"`:          false,
		"tokens: {max: 3}":                           false,
		"equals: red":                                false,
	} {
		if got := Timed(mustCompile(t, entry)); got != want {
			t.Errorf("%s: %v", entry, got)
		}
	}
}
