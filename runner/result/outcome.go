package result

import (
	"cmp"
	"slices"
)

// Judged is the outcome of a sample: the worst of its verdicts, which is an
// error, a failure, a stale golden, or a pass. A verdict that only warns never
// fails it. A sample without a verdict is [Unchecked], so that only a check can
// make an answer pass.
func (s *Sample) Judged() Outcome {
	if s.Error != nil {
		return Error
	}
	rank := map[Outcome]int{Unchecked: 0, Passed: 1, Stale: 2, Failed: 3, Error: 4}
	worst := Unchecked
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
