package plan

import (
	"slices"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/gate"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// suitesOf lists what every spec file holds, with its gates, in the order of the
// specs.
func suitesOf(specs *spec.Specs, cases []*Case) ([]result.Suite, error) {
	var suites []result.Suite
	at := map[string]int{} // by file: its place in suites
	for _, c := range cases {
		k, known := at[c.Pos.File]
		if !known {
			k = len(suites)
			at[c.Pos.File] = k
			suites = append(suites, result.Suite{Name: c.Suite, File: c.Pos.File, Cases: map[string]int{}})
		}
		suites[k].Cases[c.Backend]++
	}
	var errs []error
	for _, m := range specs.Metrics {
		rules, err := rulesOf(m)
		errs = append(errs, err)
		if k, ok := at[m.File]; ok {
			suites[k].Gates = rules
		}
	}
	for _, p := range specs.Parities {
		if k, ok := at[p.File]; ok {
			suites[k].Parity = &result.ParityRule{Of: p.Of, With: p.With, Verdicts: p.Verdicts, Answers: p.Answers, FirstToken: p.FirstToken, Line: p.Pos.Line}
		}
	}
	return suites, spec.Join(errs...)
}

// rulesOf compiles the metrics of a suite.
func rulesOf(m spec.SuiteMetrics) ([]result.GateRule, error) {
	var kinds []string
	for _, d := range check.Kinds() {
		kinds = append(kinds, d.Kind)
	}
	var rules []result.GateRule
	var errs []error
	titles := map[string]bool{}
	for i, n := range slices.Concat(m.Nodes, m.Expected) {
		compile := gate.Compile
		if i >= len(m.Nodes) {
			compile = gate.CompilePublished
		}
		g, err := compile(n, kinds)
		if err == nil && titles[g.Title()] {
			err = n.Errorf("one entry may have min and max", "the metric %q is there twice", g.Title())
		}
		titles[g.Title()] = true
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rule := g.Rule()
		if g.Pos.File != m.File {
			rule.File = g.Pos.File
		}
		rules = append(rules, rule)
	}
	return rules, spec.Join(errs...)
}

// Gated reports whether a gate looks at a case.
func (p *Plan) Gated(i int) bool { return p.gated[p.cases[i].Pos.File] }

// gatedFiles are the files of suites with gates.
func gatedFiles(suites []result.Suite) map[string]bool {
	files := map[string]bool{}
	for _, s := range suites {
		files[s.File] = len(s.Gates) > 0 || s.Parity != nil
	}
	return files
}

// several reports whether suites name more than one backend.
func several(suites []result.Suite) bool {
	names := map[string]bool{}
	for _, s := range suites {
		for name := range s.Cases {
			names[name] = true
		}
	}
	return len(names) > 1
}
