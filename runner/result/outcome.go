package result

import (
	"cmp"
	"slices"
)

// Outcome is how a check, a sample or a case ended.
type Outcome string

// The outcomes. A case has exactly one.
const (
	Passed   Outcome = "passed"
	Failed   Outcome = "failed"
	Unstable Outcome = "unstable" // some samples passed, fewer than required
	Error    Outcome = "error"    // infrastructure: crash, timeout, bad image
	Skipped  Outcome = "skipped"
	Stale    Outcome = "stale"   // golden made for another image or prompt
	XFailed  Outcome = "xfailed" // failed, as the spec says it would: counts as passed
	XPassed  Outcome = "xpassed" // passed although marked xfail: counts as failed
	// Quarantined is a case that did not pass, and does not gate until a date.
	Quarantined Outcome = "quarantined"
	// Inconclusive is a gate that too few cases leave open.
	Inconclusive Outcome = "inconclusive"
	// Unchecked is an answer that no check has judged. It never counts as passed;
	// --allow-unchecked lets it be.
	Unchecked Outcome = "unchecked"
	// NotRun is a selected case that the run has not come to: it has neither passed
	// nor failed. Such cases are in [Run.NotRun], never among the judged ones.
	NotRun Outcome = "not_run"
)

// Passing reports whether an outcome leaves the gate open; see [Case.Passing]
// for a case.
func (o Outcome) Passing() bool {
	return o == Passed || o == Skipped || o == XFailed || o == Quarantined
}

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
