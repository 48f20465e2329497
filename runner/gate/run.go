package gate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/vlmspec/vlmspec/runner/parity"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Rule is the gate as a run records it.
func (g Gate) Rule() result.GateRule {
	a := g.args
	return result.GateRule{
		Metric: g.Name, Of: a.Of, Against: a.Against, Label: a.Label, Min: a.Min, Max: a.Max, Confidence: a.Confidence, Line: g.Pos.Line, Published: g.published, Uncalibrated: a.Uncalibrated,
	}
}

// fromRule makes a gate of what a run has recorded. ok is false when this
// program has no such metric.
func fromRule(r result.GateRule, file string) (g Gate, ok bool) {
	g = Gate{Name: r.Metric, Pos: spec.Pos{File: cmp.Or(r.File, file), Line: r.Line}, published: r.Published, args: arguments{
		Of: r.Of, Against: r.Against, Label: r.Label, Min: r.Min, Max: r.Max, Confidence: r.Confidence, Uncalibrated: r.Uncalibrated,
	}}
	g.kind, ok = kinds[r.Metric]
	return g, ok
}

// Run evaluates every gate that a run has recorded, on each backend, and whether
// backends agree that should, from the run alone: so a run that is read back, or came from another machine, is gated
// as it was when it was made.
func Run(run *result.Run) []result.Gate {
	type place struct{ file, backend string }
	cases := map[place][]result.Case{}
	seen, twice := map[string]bool{}, map[place]string{} // by case ID; the first that is there twice
	quarantined := map[place]int{}                       // they do not gate
	for _, c := range run.Cases {
		at := place{c.File, c.Backend}
		if seen[c.ID] && twice[at] == "" {
			twice[at] = c.ID
		}
		seen[c.ID] = true
		if c.Quarantine != nil && !c.Quarantine.Expired {
			quarantined[at]++
		} else {
			cases[at] = append(cases[at], c)
		}
	}
	var out []result.Gate
	for _, s := range run.Manifest.Suites {
		for _, rule := range s.Gates {
			for _, backend := range slices.Sorted(maps.Keys(s.Cases)) {
				at := place{s.File, backend}
				if len(cases[at]) == 0 {
					continue
				}
				g := evaluate(&run.Manifest, rule, s.File, cases[at], s.Cases[backend]-quarantined[at])
				if id := twice[at]; id != "" {
					g.Outcome, g.Reason = result.Error, fmt.Sprintf("the run has the case %s twice", id)
				}
				g.Suite, g.Backend, g.OneOfSeveral = s.Name, backend, len(s.Cases) > 1
				out = append(out, g)
			}
		}
	}
	return append(out, parity.Run(run)...)
}

// evaluate decides a gate over the cases that ran, of as many as the suite has.
// Over a part of a suite a metric would mean something else, so it is left out.
func evaluate(m *result.Manifest, rule result.GateRule, file string, ran []result.Case, all int) result.Gate {
	g, known := fromRule(rule, file)
	out := g.blank()
	out.Cases, out.Outcome = len(ran), result.Skipped
	switch {
	case !known:
		out.Outcome, out.Reason = result.Error, fmt.Sprintf("this vlmspec has no metric %q; use the one that made the run", rule.Metric)
	case len(ran) != all:
		out.Reason = fmt.Sprintf("%d of the suite's %d cases ran", len(ran), all)
	default:
		out = g.Evaluate(ran)
		g.stands(&out, m, ran)
	}
	return out
}
