package parity

import (
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
)

// one is a case of one turn on a backend; change may be nil.
func one(id, backend, answer string, outcome result.Outcome, change func(*result.Case)) result.Case {
	c := result.Case{
		ID: id + "@" + backend, File: "s.yaml", Line: 4, Backend: backend, Outcome: outcome,
		Samples: []result.Sample{{Outcome: outcome, Turns: []result.Turn{{
			Answer: answer, Finish: "stop", LogProbs: []float64{-0.5, -0.1}, Verdicts: []result.Verdict{{Kind: "equals", Outcome: outcome}},
		}}}},
	}
	if change != nil {
		change(&c)
	}
	return c
}

func gates(rule result.ParityRule, cases ...result.Case) map[string]result.Gate {
	rule.Of, rule.With = "a", []string{"b"}
	counts := map[string]int{}
	for _, c := range cases {
		counts[c.Backend]++
	}
	run := &result.Run{Cases: cases, Manifest: result.Manifest{Suites: []result.Suite{{Name: "s", File: "s.yaml", Cases: counts, Parity: &rule}}}}
	byMetric := map[string]result.Gate{}
	for _, g := range Run(run) {
		byMetric[g.Metric] = g
	}
	return byMetric
}

func turn(c *result.Case) *result.Turn { return &c.Samples[0].Turns[0] }

// Whatever is missing, empty, unread or different on the other side is no agreement.
func TestDisagreement(t *testing.T) {
	all := result.ParityRule{Verdicts: new(1.0), Answers: new(1.0)}
	for name, test := range map[string]struct {
		a, b              func(*result.Case)
		answer            string
		outcome           result.Outcome
		verdicts, answer2 result.Outcome
		reason            string
	}{
		"the same":                     {nil, nil, "red", result.Passed, result.Passed, result.Passed, ""},
		"failed alike":                 {func(c *result.Case) { c.Outcome = result.Failed; turn(c).Verdicts[0].Outcome = result.Failed }, nil, "red", result.Failed, result.Passed, result.Passed, ""},
		"another verdict":              {nil, nil, "red", result.Failed, result.Failed, result.Passed, "x (failed, not passed)"},
		"another answer, same verdict": {nil, nil, "Red.", result.Passed, result.Passed, result.Failed, `x ("Red.", not "red")`},
		"cut off":                      {nil, func(c *result.Case) { turn(c).Finish = "length" }, "red", result.Passed, result.Passed, result.Failed, `x ("red" cut off, not "red")`},
		"an error":                     {nil, broken, "red", result.Error, result.Failed, result.Failed, "x (no answer on b: crashed)"},
		"errors on both":               {broken, broken, "red", result.Error, result.Failed, result.Failed, "x (no answer on a: crashed)"},
		"empty on both":                {func(c *result.Case) { turn(c).Answer = "" }, nil, "", result.Passed, result.Failed, result.Failed, "x (no answer on a: it is empty)"},
		"no samples":                   {nil, func(c *result.Case) { c.Samples = nil }, "red", result.Passed, result.Failed, result.Failed, "x (no answer on b: nothing was asked)"},
		"fewer turns":                  {func(c *result.Case) { c.Samples[0].Turns = append(c.Samples[0].Turns, *turn(c)) }, nil, "red", result.Passed, result.Failed, result.Failed, "x (1 turns, not 2)"},
		"no verdict on either":         {func(c *result.Case) { turn(c).Verdicts = nil }, func(c *result.Case) { turn(c).Verdicts = nil }, "red", result.Passed, result.Failed, result.Passed, "x (no check has judged it)"},
		"one cannot be read": {
			func(c *result.Case) { c.Outcome = result.Failed; turn(c).Verdicts[0].Outcome = result.Failed }, func(c *result.Case) { turn(c).Verdicts[0].Unread = true }, "red", result.Failed,
			result.Failed, result.Passed, "x (equals cannot read it, not failed)",
		},
		"another check, same outcome": {nil, func(c *result.Case) { turn(c).Verdicts[0].Kind = "contains" }, "red", result.Passed, result.Failed, result.Passed, "x (contains passed, not passed)"},
	} {
		g := gates(all, one("x", "a", "red", result.Passed, test.a), one("x", "b", test.answer, test.outcome, test.b))
		if got := g["parity_verdicts"]; got.Outcome != test.verdicts {
			t.Errorf("%s: verdicts %s (%s), want %s", name, got.Outcome, got.Reason, test.verdicts)
		}
		if got := g["parity_answers"]; got.Outcome != test.answer2 {
			t.Errorf("%s: answers %s (%s), want %s", name, got.Outcome, got.Reason, test.answer2)
		}
		if reasons := g["parity_verdicts"].Reason + g["parity_answers"].Reason; !strings.Contains(reasons, test.reason) {
			t.Errorf("%s: %q lacks %q", name, reasons, test.reason)
		}
	}
}

func broken(c *result.Case) {
	c.Outcome = result.Error
	c.Samples = []result.Sample{{Outcome: result.Error, Error: &result.Fault{Kind: "crashed"}}}
}

func TestFirstToken(t *testing.T) {
	rule := result.ParityRule{Verdicts: new(1.0), FirstToken: new(0.01)}
	near := func(c *result.Case) { turn(c).LogProbs[0] = -0.505 }
	far := func(c *result.Case) { turn(c).LogProbs[0] = -0.6 }
	none := func(c *result.Case) { turn(c).LogProbs = nil }
	for name, test := range map[string]struct {
		change func(*result.Case)
		want   result.Outcome
		value  float64
	}{
		"near": {near, result.Passed, 0.005}, "far": {far, result.Failed, 0.1}, "without log-probabilities": {none, result.Error, 0},
	} {
		g := gates(rule, one("x", "a", "red", result.Passed, nil), one("x", "b", "red", result.Passed, test.change))["parity_first_token"]
		if g.Outcome != test.want || test.value > 0 && (g.Value == nil || *g.Value < test.value-1e-9 || *g.Value > test.value+1e-9) {
			t.Errorf("%s: %+v", name, g)
		}
	}
	g := gates(rule, one("x", "a", "red", result.Passed, nil), one("x", "b", "green", result.Passed, nil))["parity_first_token"]
	if g.Outcome != result.Error {
		t.Errorf("different answers were compared by their first tokens: %+v", g)
	}
	g, there := gates(result.ParityRule{Verdicts: new(1.0)}, one("x", "a", "red", result.Passed, none), one("x", "b", "red", result.Passed, nil))["parity_first_token"]
	if there {
		t.Errorf("nobody asked for %+v", g)
	}
}

// The share decides; what is missing comes first, and of many only some are carried.
func TestManyDisagreements(t *testing.T) {
	var cases []result.Case
	for i := range 300 {
		id := string(rune('a'+i/26)) + string(rune('a'+i%26))
		cases = append(cases, one(id, "a", "red", result.Passed, nil), one(id, "b", "red", result.Failed, nil))
	}
	cases = append(cases, one("zz", "a", "red", result.Passed, nil), one("zz", "b", "red", result.Passed, broken))
	g := gates(result.ParityRule{Verdicts: new(0.5)}, cases...)["parity_verdicts"]
	if g.Outcome != result.Failed || *g.Value != 0 || g.Cases != 301 || len(g.Disagreements) != MaxDisagreements || g.Disagreements[0].Case != "zz" {
		t.Errorf("%s %v of %d, %d listed, first %+v", g.Outcome, *g.Value, g.Cases, len(g.Disagreements), g.Disagreements[0])
	}
	if want := "301 of 301 cases disagree: zz (no answer on b: crashed), aa (failed, not passed)"; !strings.HasPrefix(g.Reason, want) || !strings.HasSuffix(g.Reason, "and 298 more") {
		t.Errorf("got %q", g.Reason)
	}
	if g := gates(result.ParityRule{Verdicts: new(0.0)}, cases...)["parity_verdicts"]; g.Outcome != result.Passed {
		t.Errorf("a bound of 0: %s", g.Outcome)
	}
}

// A part of a suite says nothing of the whole, and a suite of which nothing was compared passes nothing.
func TestWhatIsNotCompared(t *testing.T) {
	rule := result.ParityRule{Of: "a", With: []string{"b"}, Verdicts: new(1.0)}
	suite := result.Suite{Name: "s", File: "s.yaml", Cases: map[string]int{"a": 1, "b": 1}, Parity: &rule}
	run := func(cases ...result.Case) result.Gate {
		return Run(&result.Run{Cases: cases, Manifest: result.Manifest{Suites: []result.Suite{suite}}})[0]
	}
	a, b := one("x", "a", "red", result.Passed, nil), one("x", "b", "red", result.Passed, nil)
	if g := run(a); g.Outcome != result.Skipped || g.Reason != "0 of the suite's 1 cases ran on b" {
		t.Errorf("one side: %+v", g)
	}
	if g := run(a, b); g.Outcome != result.Passed {
		t.Errorf("both: %+v", g)
	}
	a.Outcome, b.Outcome = result.Skipped, result.Skipped
	if g := run(a, b); g.Outcome != result.Error {
		t.Errorf("skipped: %+v", g)
	}
	other := one("y", "b", "red", result.Passed, nil)
	if g := run(one("x", "a", "red", result.Passed, nil), other); g.Outcome != result.Failed || !strings.Contains(g.Reason, "on one backend only") {
		t.Errorf("different cases: %+v", g)
	}
	delete(suite.Cases, "b")
	if g := run(a); g.Outcome != result.Error || g.Reason != "the suite has no cases on b" {
		t.Errorf("no cases: %+v", g)
	}
}
