package report

import (
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
)

// status is how a case ended in the few words that other tools have.
type status int

const (
	statusPassed status = iota
	statusFailed
	statusSkipped  // did not run
	statusExpected // did not pass, and need not: xfail, quarantine, an answer without a check
)

func statusOf(c *result.Case) status {
	switch {
	case c.Outcome == result.Skipped, c.Outcome == result.NotRun:
		return statusSkipped
	case !c.Passing():
		return statusFailed
	case c.Outcome == result.Passed:
		return statusPassed
	case c.Outcome == result.Quarantined && c.Quarantine != nil && c.Quarantine.Outcome == result.Passed:
		return statusPassed
	}
	return statusExpected
}

func gateStatus(g *result.Gate) status {
	switch {
	case g.Outcome == result.Skipped, g.Outcome == "": // a value that nothing is asked of has not passed
		return statusSkipped
	case !g.Passing():
		return statusFailed
	}
	return statusPassed
}

// gateWhy says in a sentence why a metric is not simply passed.
func gateWhy(g *result.Gate) string {
	if g.Outcome == "" {
		return "a value without a bound"
	}
	return g.Reason
}

// why says in a sentence why a case is not simply passed; "" of one that is.
func why(c *result.Case) string {
	switch c.Outcome {
	case result.Passed:
		return ""
	case result.XFailed:
		return "failed as expected: " + c.XFail
	case result.Quarantined:
		return quarantineLine(c)
	case result.NotRun:
		return "not run: " + c.Reason
	}
	return c.Reason
}

// selected are the cases that were to run: the judged ones, then those that the run
// has not come to.
func selected(run *result.Run) []*result.Case {
	var all []*result.Case
	for _, cases := range [][]result.Case{run.Cases, run.NotRun} {
		for i := range cases {
			all = append(all, &cases[i])
		}
	}
	return all
}

// problems are why a run must not be taken for a whole one: the mistakes that kept
// it from beginning, or that it has no end.
func problems(run *result.Run) []result.Mistake {
	if why := unended(&run.Manifest); why != "" {
		return append(slices.Clip(run.Mistakes), result.Mistake{Message: why})
	}
	return run.Mistakes
}

// unended says why a run that has no end must not be taken for a whole one; "" of
// a run that has ended.
func unended(m *result.Manifest) string {
	switch {
	case m.Killed():
		return "the run was killed before it had ended"
	case m.UnderWay:
		return "the run is under way"
	}
	return ""
}

// flaky says that a case passed although samples of it did not.
func flaky(c *result.Case) bool {
	if c.Outcome != result.Passed {
		return false
	}
	for i := range c.Samples {
		if c.Samples[i].Outcome != result.Passed {
			return true
		}
	}
	return false
}
