package web

import (
	"math"

	"github.com/vlmspec/vlmspec/runner/result"
)

// farthest is the measure that tells how far off a case was: of the first check
// that did not pass, else of the first that measured something; of its targets the
// worst.
func farthest(c *result.Case) *Measure {
	s := worst(c)
	if s == nil {
		return nil
	}
	var first *result.Verdict
	for i := range s.Turns {
		for j := range s.Turns[i].Verdicts {
			v := &s.Turns[i].Verdicts[j]
			if len(v.Measures) == 0 {
				continue
			}
			if v.Outcome != result.Passed {
				return measureOf(v)
			}
			if first == nil {
				first = v
			}
		}
	}
	if first == nil {
		return nil
	}
	return measureOf(first)
}

func measureOf(v *result.Verdict) *Measure {
	m := worstOf(v.Measures)
	what := m.What
	if what == "value" {
		what = v.Kind
	}
	return &Measure{what, m.Unit, m.Value}
}

// worstOf is the measure that is the farthest beyond what is allowed, or the
// nearest to it.
func worstOf(all []result.Measure) result.Measure {
	worst := all[0]
	for _, m := range all[1:] {
		if room(m) < room(worst) {
			worst = m
		}
	}
	return worst
}

// room is how far a value is inside of what is allowed; negative outside.
func room(m result.Measure) float64 {
	least := math.Inf(1)
	if m.Min != nil {
		least = min(least, m.Value-*m.Min)
	}
	if m.Max != nil {
		least = min(least, *m.Max-m.Value)
	}
	return least
}

// confidence is the geometric mean of the probabilities of the answer's tokens;
// nil where the backend gives none.
func confidence(t *result.Turn) *float64 {
	if len(t.LogProbs) == 0 {
		return nil
	}
	sum := 0.0
	for _, p := range t.LogProbs {
		sum += p
	}
	mean := math.Exp(sum / float64(len(t.LogProbs)))
	if math.IsNaN(mean) || math.IsInf(mean, 0) {
		return nil
	}
	return &mean
}
