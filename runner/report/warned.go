package report

import (
	"fmt"

	"github.com/vlmspec/vlmspec/runner/result"
)

// warnedVerdicts are those of checks that only warn and do not hold.
func warnedVerdicts(c *result.Case) (all []result.Verdict) {
	for _, v := range verdictsOf(c) {
		if v.Warn && v.Outcome != result.Passed {
			all = append(all, v)
		}
	}
	return all
}

// warned counts them.
func warned(c *result.Case) int { return len(warnedVerdicts(c)) }

// warned is "2 checks that only warn do not hold", "" where all do.
func (t *tally) warned() string {
	switch t.warnings {
	case 0:
		return ""
	case 1:
		return "1 check that only warns does not hold"
	}
	return fmt.Sprintf("%d checks that only warn do not hold", t.warnings)
}

// warnings has a line for each check of a passing case that warns, the same of
// several samples once.
func (c *Console) warnings(r *result.Case) {
	type line struct{ place, text string }
	seen := map[line]bool{}
	for _, v := range warnedVerdicts(r) {
		l := line{placeOf(v.File, v.Line), v.Kind + ": " + v.Reason}
		if seen[l] {
			continue
		}
		seen[l] = true
		text := oneLine(name(r), 60) + "  " + oneLine(l.text, 160)
		if c.o.Columns > 0 {
			text = wrapped(text, max(c.o.Columns-1, 20))
		}
		fmt.Fprintf(&c.buf, "%s %s  %s\n", c.style(result.Inconclusive, "warning "), l.place, text)
		c.gap = false
	}
}
