package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Gate is a metric in a line:
// "shapes accuracy 0.93 (0.85 to 0.97 at 95 %), at least 0.9".
func Gate(g *result.Gate) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", g.Suite, g.Name)
	if g.OneOfSeveral {
		fmt.Fprintf(&b, " @%s", g.Backend)
	}
	if g.Value != nil {
		fmt.Fprintf(&b, " %s", decimal(*g.Value))
	}
	if g.Low != nil && g.High != nil && g.Cases >= fewest {
		level := 0.95
		if g.Confidence != nil {
			level = *g.Confidence
		}
		fmt.Fprintf(&b, " (%s to %s at %s %%)", decimal(*g.Low), decimal(*g.High), decimal(100*level))
	}
	if p := g.Published; p != nil {
		fmt.Fprintf(&b, ", published %s %% ± %s (%s)", decimal(p.Score), decimal(p.Within), p.Source)
	}
	if g.Min != nil {
		fmt.Fprintf(&b, ", at least %s", decimal(*g.Min))
	}
	if g.Max != nil {
		fmt.Fprintf(&b, ", at most %s", decimal(*g.Max))
	}
	return b.String()
}

// byLabel lists a metric by label, "smoke 0.90 (n=40)"; "" where that says no more.
func byLabel(g *result.Gate) string {
	if len(g.Labels) < 2 {
		return ""
	}
	parts := make([]string, len(g.Labels))
	for i, l := range g.Labels {
		parts[i] = fmt.Sprintf("%s %.2f (n=%d)", l.Label, l.Value, l.Cases)
	}
	return strings.Join(parts, ", ")
}

func decimal(f float64) string {
	s := strconv.FormatFloat(f, 'f', 3, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// notEvaluated names the metrics that were not evaluated, those of one suite and
// reason in one line: "shapes accuracy, pck: not evaluated: 2 of the suite's 5 cases ran".
func notEvaluated(gates []result.Gate) (lines []string) {
	type group struct{ suite, reason string }
	var groups []group
	names := map[group][]string{}
	for i := range gates {
		g := &gates[i]
		if g.Outcome != result.Skipped {
			continue
		}
		key := group{g.Suite, g.Reason}
		if names[key] == nil {
			groups = append(groups, key)
		}
		name := g.Name
		if g.OneOfSeveral {
			name += " @" + g.Backend
		}
		if !slices.Contains(names[key], name) {
			names[key] = append(names[key], name)
		}
	}
	for _, key := range groups {
		lines = append(lines, fmt.Sprintf("%s %s: not evaluated: %s", key.suite, strings.Join(names[key], ", "), key.reason))
	}
	return lines
}

// missed lists the gates that keep the run from passing.
func missed(run *result.Run) []*result.Gate {
	var bad []*result.Gate
	for i := range run.Gates {
		if !run.Gates[i].Passing() {
			bad = append(bad, &run.Gates[i])
		}
	}
	return bad
}
