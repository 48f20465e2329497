package result

import (
	"cmp"
	"slices"
)

// Judged is the outcome of a sample: the worst of its verdicts, which is a
// failure, an error, a stale golden, or a pass. A failure counts more than an
// error, also one of a later turn: whatever else could not be judged, the case has
// failed. A verdict that only warns never fails it. A sample without a verdict is
// [Unchecked], so that only a check can make an answer pass.
func (s *Sample) Judged() Outcome {
	rank := map[Outcome]int{Unchecked: 0, Passed: 1, Stale: 2, Error: 3, Failed: 4}
	worst := Unchecked
	if s.Error != nil {
		worst = Error
	}
	for _, t := range s.Turns {
		for _, v := range t.Verdicts {
			outcome := v.Outcome
			if v.Warn {
				outcome = Passed
			}
			if rank[outcome] > rank[worst] {
				worst = outcome
			}
		}
	}
	return worst
}

// SortCases brings cases into the order of the specs, in whatever order they were
// judged.
func SortCases(cases []Case) {
	slices.SortStableFunc(cases, func(a, b Case) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}

// Broken reports whether something of the sample could not be judged, be it
// failing or not.
func (s Sample) Broken() bool {
	for _, t := range s.Turns {
		for _, v := range t.Verdicts {
			if v.Outcome == Error && !v.Warn {
				return true
			}
		}
	}
	return s.Error != nil
}
