package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/gate"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// suiteGate is a gate of a suite.
type suiteGate struct {
	gate.Gate
	suite, file string
	cases       map[string]int // by backend: how many cases the file has, before selection
}

// compileGates makes the gates of every suite.
func compileGates(specs *spec.Specs) ([]suiteGate, error) {
	var kinds []string
	for _, d := range check.Kinds() {
		kinds = append(kinds, d.Kind)
	}
	var gates []suiteGate
	var errs []error
	for _, m := range specs.Metrics {
		cases := map[string]int{}
		for _, c := range specs.Cases {
			if c.Pos.File == m.File {
				cases[c.Backend]++
			}
		}
		titles := map[string]bool{}
		for _, n := range m.Nodes {
			g, err := gate.Compile(n, kinds)
			if err == nil && titles[g.Title()] {
				err = n.Errorf("one entry may have min and max", "the metric %q is there twice", g.Title())
			}
			titles[g.Title()] = true
			if err != nil {
				errs = append(errs, err)
				continue
			}
			gates = append(gates, suiteGate{Gate: g, suite: m.Suite, file: m.File, cases: cases})
		}
	}
	return gates, spec.Join(errs...)
}

// Evaluate decides every gate, on each backend. Over a part of a suite a metric
// would mean something else, so it is left out.
func (p *Plan) Evaluate(cases []result.Case) []result.Gate {
	var out []result.Gate
	for _, g := range p.gates {
		for _, backend := range slices.Sorted(maps.Keys(g.cases)) {
			var ran []result.Case
			quarantined := 0 // they do not gate
			for _, c := range cases {
				switch {
				case c.File != g.file || c.Backend != backend:
				case c.Quarantine != nil && !c.Quarantine.Expired:
					quarantined++
				default:
					ran = append(ran, c)
				}
			}
			if len(ran) == 0 {
				continue
			}
			r := g.Evaluate(ran)
			if all := g.cases[backend] - quarantined; len(ran) < all {
				r.Value, r.Low, r.High, r.Labels, r.Cases = nil, nil, nil, nil, len(ran)
				r.Outcome, r.Reason = result.Skipped, fmt.Sprintf("%d of the suite's %d cases ran", len(ran), all)
			}
			r.Suite, r.Backend = g.suite, backend
			out = append(out, r)
		}
	}
	return out
}
