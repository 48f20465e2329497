package report

import (
	"fmt"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
)

// ended says of a run that did not end by itself how far it came; "" of others.
func ended(m *result.Manifest, t *tally) string {
	switch {
	case m.Killed():
		return fmt.Sprintf("killed after %s, at %s", cases(t.cases), t.until(m).UTC().Format(time.RFC3339))
	case m.UnderWay:
		return fmt.Sprintf("not yet: the run is under way, with %s so far", cases(t.cases))
	}
	return ""
}

// leftOut says how many of the selected cases have no result, and why; "" when
// all have one.
func leftOut(m *result.Manifest, t *tally) string {
	left := m.Selected - t.cases
	if left <= 0 {
		return ""
	}
	why := "the run stopped early"
	switch {
	case m.Lacks != "":
		why = m.Lacks
	case m.Killed():
		why = "the run was killed"
	case m.UnderWay:
		why = "the run is under way"
	case m.Interrupted:
		why = "the run was interrupted"
	}
	return fmt.Sprintf("%s did not run: %s", cases(left), why)
}
