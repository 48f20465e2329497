package compare

import (
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// figures compares how long answers took and how long they are, sample by sample.
func (s *Suite) figures(p pairing) {
	for _, f := range []struct {
		what, unit string
		of         func(*result.Sample) (float64, bool)
	}{{"latency", "s", latency}, {"output tokens", "tokens", tokens}} {
		was, now := values(p.base, f.of), values(p.candidate, f.of)
		if len(was) == 0 || len(now) == 0 {
			continue
		}
		for _, q := range []float64{0.5, 0.95} {
			figure := Figure{What: f.what, Unit: f.unit, Quantile: q, Base: quantileOf(was, q), Candidate: quantileOf(now, q)}
			b, c := figure.Base, figure.Candidate
			figure.Differ = b.High != nil && c.Low != nil && *b.High < *c.Low || c.High != nil && b.Low != nil && *c.High < *b.Low
			s.Figures = append(s.Figures, figure)
		}
	}
}

func values(h *half, of func(*result.Sample) (float64, bool)) []float64 {
	var all []float64
	for _, k := range h.order {
		c := h.cases[k]
		for i := range c.Samples {
			if v, ok := of(&c.Samples[i]); ok {
				all = append(all, v)
			}
		}
	}
	return all
}

// latency is that of a sample that was not taken from the cache, in seconds.
func latency(s *result.Sample) (float64, bool) {
	total := 0.0
	for i := range s.Turns {
		if s.Turns[i].Cached {
			return 0, false
		}
		total += s.Turns[i].Timings.Total
	}
	return total, s.Error == nil && total > 0
}

func tokens(s *result.Sample) (float64, bool) {
	total := 0
	for i := range s.Turns {
		total += s.Turns[i].Tokens.Output
	}
	return float64(total), s.Error == nil && total > 0
}

func quantileOf(values []float64, q float64) Quantile {
	out := Quantile{Samples: len(values)}
	if ci, err := stats.QuantileCI(values, q, 0.95); err == nil {
		out.Value, out.Low, out.High = ci.Value, ci.Low, ci.High
	}
	return out
}
