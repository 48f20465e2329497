package runner

import "github.com/vlmspec/vlmspec/runner/result"

// ExitCode is 0 when all is well, 1 when a case failed or a gate was missed, 3
// when nothing failed but something could not be judged, 130 when the run was
// interrupted.
func ExitCode(run *result.Run) int {
	code := 0
	count := func(o result.Outcome, passing bool) {
		switch {
		case passing:
		case o == result.Error && code == 0:
			code = 3
		case o != result.Error:
			code = 1
		}
	}
	for i := range run.Cases {
		count(run.Cases[i].Outcome, run.Cases[i].Passing())
	}
	for i := range run.Gates {
		count(run.Gates[i].Outcome, run.Gates[i].Passing())
	}
	if run.Manifest.Interrupted {
		return 130
	}
	return code
}
