package result

import "testing"

// Only a verdict makes a sample pass; the worst one decides.
func TestJudged(t *testing.T) {
	v := func(o Outcome) Verdict { return Verdict{Outcome: o} }
	turns := func(all ...[]Verdict) (s Sample) {
		for _, verdicts := range all {
			s.Turns = append(s.Turns, Turn{Verdicts: verdicts})
		}
		return s
	}
	warning := Verdict{Outcome: Failed, Warn: true}
	for name, c := range map[string]struct {
		sample Sample
		want   Outcome
	}{
		"nothing":                 {Sample{}, Unchecked},
		"turns without a verdict": {turns(nil, nil), Unchecked},
		"a verdict of no outcome": {turns([]Verdict{{}}), Unchecked},
		"passed":                  {turns([]Verdict{v(Passed)}), Passed},
		"passed in one turn":      {turns(nil, []Verdict{v(Passed)}), Passed},
		"a warning":               {turns([]Verdict{warning}), Passed},
		"failed, and passed":      {turns([]Verdict{v(Failed)}, []Verdict{v(Passed)}), Failed},
		"stale, and passed":       {turns([]Verdict{v(Stale), v(Passed)}), Stale},
		"failed, and stale":       {turns([]Verdict{v(Failed), v(Stale)}), Failed},
		"failed, and an error":    {turns([]Verdict{v(Failed), v(Error)}), Failed},
		"stale, and an error":     {turns([]Verdict{v(Stale), v(Error)}), Error},
		"failed, then a fault":    {Sample{Error: &Fault{}, Turns: []Turn{{Verdicts: []Verdict{v(Failed)}}, {}}}, Failed},
		"a fault":                 {Sample{Error: &Fault{}, Turns: []Turn{{Verdicts: []Verdict{v(Passed)}}}}, Error},
	} {
		if got := c.sample.Judged(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestPassing(t *testing.T) {
	for _, c := range []struct {
		outcome Outcome
		allow   bool
		want    bool
	}{{Passed, false, true}, {Unchecked, false, false}, {Unchecked, true, true}, {Failed, true, false}, {"", true, false}, {Skipped, false, true}} {
		if got := (&Case{Outcome: c.outcome, AllowUnchecked: c.allow}).Passing(); got != c.want {
			t.Errorf("%q, allowed %v: %v", c.outcome, c.allow, got)
		}
	}
}
