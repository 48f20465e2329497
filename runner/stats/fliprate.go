package stats

import (
	"fmt"
	"slices"
)

// FlipRate is how often a case changed its outcome though nothing that it is made of did.
type FlipRate struct {
	Flips, Pairs int
	Rate         float64 // undefined, as is Interval, without pairs
	Interval             // Wilson's at 0.95
}

// outcomes are those of a case that a run can have; only two of them make a pair.
var outcomes = []string{"passed", "failed", "error", "skipped", "unstable", "stale", "xfailed", "xpassed", "quarantined", "unchecked"}

// Flaky counts the flips of a case over its runs, in their order. A pair is two neighbouring runs with the same digest, of
// model, prompt, images, parameters and checks in one, that passed or failed; other outcomes are stepped over.
func Flaky(outcome, digest []string) (FlipRate, error) {
	var out FlipRate
	if len(outcome) != len(digest) {
		return out, fmt.Errorf("%d outcomes and %d digests", len(outcome), len(digest))
	}
	last := -1
	for i, o := range outcome {
		if !slices.Contains(outcomes, o) {
			return out, fmt.Errorf("%q is no outcome of a case", o)
		}
		if o != "passed" && o != "failed" {
			continue
		}
		if last >= 0 && digest[last] == digest[i] {
			out.Pairs++
			if outcome[last] != o {
				out.Flips++
			}
		}
		last = i
	}
	if out.Pairs > 0 {
		out.Rate = float64(out.Flips) / float64(out.Pairs)
		out.Interval, _ = Wilson(out.Flips, out.Pairs, 0.95)
	}
	return out, nil
}
