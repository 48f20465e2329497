package report

import (
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// quarantined lists the cases that every report shows: those that do not
// gate, and those whose quarantine is over.
func quarantined(run *result.Run) []*result.Case {
	var all []*result.Case
	for i := range run.Cases {
		if run.Cases[i].Quarantine != nil {
			all = append(all, &run.Cases[i])
		}
	}
	return all
}

// quarantineState says how long, and why: "quarantined until 2026-03-01: flaky".
func quarantineState(q *result.Quarantine) string {
	if q.Expired {
		return fmt.Sprintf("its quarantine ended on %s, so it gates again: %s", q.Until, q.Reason)
	}
	return fmt.Sprintf("quarantined until %s: %s", q.Until, q.Reason)
}

// quarantineLine says in a line how the case ended as well, and why.
func quarantineLine(c *result.Case) string {
	line := quarantineVerdict(c)
	if c.Outcome == result.Quarantined {
		line += "; " + c.Reason
	}
	return line
}

func quarantineVerdict(c *result.Case) string {
	if c.Quarantine == nil { // no run of ours
		return string(c.Outcome)
	}
	line := fmt.Sprintf("%s, %s", c.Quarantine.Outcome, quarantineState(c.Quarantine))
	switch {
	case c.Quarantine.Expired:
		line += "; remove it: vlmspec quarantine --remove " + quoted(c.ID)
	case c.Quarantine.Outcome == result.Passed:
		line += "; if it is well, remove it: vlmspec quarantine --remove " + quoted(c.ID)
	}
	return line
}

// quarantine is a note of the summary.
func (c *Console) quarantine(r *result.Case) {
	const key = "quarantine "
	text := Visible(place(r) + "  " + oneLine(name(r), 60) + "  " + quarantineVerdict(r))
	if c.o.Columns > 0 {
		text = wrapped(text, c.o.Columns-len(key)-1)
	}
	first := c.dim(key)
	for line := range strings.SplitSeq(text, "\n") {
		if r.Quarantine.Expired {
			line = c.red(line)
		}
		c.buf.WriteString(first + line + "\n")
		first = strings.Repeat(" ", len(key))
	}
}
