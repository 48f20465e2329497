package runner

import "github.com/vlmspec/vlmspec/runner/result"

// exitCode is that of a run, as far as it has been judged: 0, 1 or 3.
type exitCode int

// add takes an outcome of a case or a gate: a failure counts more than an error.
func (c *exitCode) add(o result.Outcome, passing bool) {
	switch {
	case passing:
	case o != result.Error:
		*c = 1
	case *c == 0:
		*c = 3
	}
}

// ExitCode is that of a run that is stored, as [Summary.ExitCode] has it; 3 at least
// where cases did not run.
func ExitCode(run *result.Run) int {
	var c exitCode
	for i := range run.Cases {
		c.add(run.Cases[i].Outcome, run.Cases[i].Passing())
	}
	for i := range run.Gates {
		c.add(run.Gates[i].Outcome, run.Gates[i].Passing())
	}
	if len(run.NotRun) > 0 || run.Manifest.Interrupted || run.Manifest.Killed() {
		c.add(result.Error, false)
	}
	return int(c)
}
