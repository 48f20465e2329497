package gate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/runner/result"
)

// A stored run is gated from what it has recorded, and only where it holds every
// case of the suite, once.
func TestRun(t *testing.T) {
	rule := must(t, "accuracy: {min: 0.9}").Rule()
	run := func(change func(*result.Run)) result.Gate {
		r := &result.Run{Cases: cases(10, 9)}
		for i := range r.Cases {
			r.Cases[i].Backend = "tiny"
		}
		r.Manifest.Suites = []result.Suite{{Name: "a", File: "specs/a.yaml", Cases: map[string]int{"tiny": 10, "other": 10}, Gates: []result.GateRule{rule}}}
		change(r)
		gates := Run(r)
		if len(gates) != 1 {
			t.Fatalf("%d gates", len(gates))
		}
		return gates[0]
	}
	held := &result.Quarantine{Outcome: result.Failed}
	for name, test := range map[string]struct {
		change  func(*result.Run)
		outcome result.Outcome
		reason  string
	}{
		"whole":      {func(*result.Run) {}, result.Passed, ""},
		"one failed": {func(r *result.Run) { r.Cases[0].Outcome = result.Failed; r.Cases[0].Score = 0 }, result.Failed, "0.8 is below 0.9"},
		"partial":    {func(r *result.Run) { r.Cases = r.Cases[:9] }, result.Skipped, "9 of the suite's 10 cases ran"},
		"twice": {
			func(r *result.Run) { r.Cases[9] = r.Cases[0] }, result.Error, "the run has the case 0 twice",
		},
		"quarantined": {func(r *result.Run) { r.Cases[9].Quarantine = held }, result.Passed, ""},
		"its quarantine is over": {func(r *result.Run) {
			r.Cases[8].Outcome, r.Cases[8].Score, r.Cases[8].Quarantine = result.Failed, 0, &result.Quarantine{Expired: true}
		}, result.Failed, "0.8 is below 0.9"},
		"unknown metric": {
			func(r *result.Run) { r.Manifest.Suites[0].Gates[0].Metric = "acuracy" },
			result.Error, `this vlmspec has no metric "acuracy"; use the one that made the run`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := run(test.change)
			if g.Outcome != test.outcome || g.Reason != test.reason || g.Suite != "a" || g.Backend != "tiny" || g.Line != 1 {
				t.Errorf("%+v", g)
			}
		})
	}
}

// Every key of a gate is recorded.
func TestRule(t *testing.T) {
	g := must(t, "srcc: {of: score, against: mos, label: smoke, min: 0.1, max: 0.9, confidence: 0.95}")
	low, high, level := 0.1, 0.9, 0.95
	want := result.GateRule{Metric: "srcc", Of: "score", Against: "mos", Label: "smoke", Min: &low, Max: &high, Confidence: &level, Line: 1}
	again, ok := fromRule(g.Rule(), g.Pos.File)
	if diff := cmp.Diff(want, again.Rule()); diff != "" || !ok || again.Title() != g.Title() {
		t.Error(diff, ok, again.Title())
	}
}
