package report

import (
	"fmt"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
)

// ended says of a run that did not end by itself how far it came; "" of others.
func ended(run *result.Run) string {
	switch {
	case run.Killed():
		return fmt.Sprintf("killed after %s, at %s", cases(len(run.Cases)), run.Until().UTC().Format(time.RFC3339))
	case run.Manifest.UnderWay:
		return fmt.Sprintf("not yet: the run is under way, with %s so far", cases(len(run.Cases)))
	}
	return ""
}

// leftOut says how many of the selected cases have no result, and why; "" when
// all have one.
func leftOut(run *result.Run) string {
	left := run.Manifest.Selected - len(run.Cases)
	if left <= 0 {
		return ""
	}
	why := "the run stopped early"
	switch {
	case run.Killed():
		why = "the run was killed"
	case run.Manifest.UnderWay:
		why = "the run is under way"
	case run.Manifest.Interrupted:
		why = "the run was interrupted"
	}
	return fmt.Sprintf("%s did not run: %s", cases(left), why)
}
