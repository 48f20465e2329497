package web

import (
	"math"
	"slices"
	"strconv"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Scatter is what a correlation is computed from: what was read from the answers
// against a column of the rows.
type Scatter struct {
	Gate   int       `json:"gate"` // index into the gates
	Cases  []int     `json:"cases"`
	Values []float64 `json:"values"` // read from the answers
	Column []float64 `json:"column"` // of the rows
}

// scatters are the points of every gate that compares with a column, each column
// and check once per suite and backend.
func scatters(run *result.Run) []Scatter {
	var all []Scatter
	seen := map[[5]string]bool{}
	for i := range run.Gates {
		g := &run.Gates[i]
		key := [5]string{g.Suite, g.Backend, g.Of, g.Against, g.Label}
		if g.Against == "" || seen[key] {
			continue
		}
		seen[key] = true
		if s := scatter(run.Cases, g); len(s.Cases) > 0 {
			s.Gate = i
			all = append(all, s)
		}
	}
	return all
}

func scatter(cases []result.Case, g *result.Gate) (s Scatter) {
	for i := range cases {
		c := &cases[i]
		if c.Suite != g.Suite || c.Backend != g.Backend || c.Outcome == result.Skipped || g.Label != "" && !slices.Contains(c.Labels, g.Label) {
			continue
		}
		column, err := strconv.ParseFloat(c.Vars[g.Against], 64)
		value, ok := meanValue(c, g.Of)
		if err != nil || !ok || math.IsNaN(column) || math.IsInf(column, 0) {
			continue
		}
		s.Cases, s.Values, s.Column = append(s.Cases, i), append(s.Values, value), append(s.Column, column)
	}
	return s
}

// meanValue is the mean over the samples of what a kind of check read, as package
// gate takes it.
func meanValue(c *result.Case, kind string) (float64, bool) {
	n, sum := 0, 0.0
	eachVerdict(c, func(v *result.Verdict) {
		if v.Kind != kind {
			return
		}
		n++
		i := slices.IndexFunc(v.Measures, func(m result.Measure) bool { return m.Target == nil })
		if i < 0 {
			sum = math.NaN()
			return
		}
		sum += v.Measures[i].Value
	})
	return sum / float64(n), n > 0 && !math.IsNaN(sum)
}
