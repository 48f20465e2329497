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
