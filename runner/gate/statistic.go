package gate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// kinds is every metric, by name.
var kinds = map[string]kind{
	"accuracy":     {summary: "share of cases that pass, or of the verdicts of one kind of check", compute: share},
	"iou_accuracy": {summary: "share of cases whose boxes are found: Acc@0.5 where boxes has iou 0.5", of: "boxes", compute: share},
	"pck":          {summary: "mean share of keypoints found", of: "keypoints", compute: mean},
	"anls":         {summary: "mean ANLS", of: "anls", compute: mean},
	"mean":         {summary: "mean score of the cases, or of one kind of check", compute: mean},
	"f1":           {summary: "F1 of yes over the cases that check yes_no", of: "yes_no", compute: f1},
	"srcc":         {summary: "Spearman's rank correlation of what was read from the answers with a column", needsOf: true, against: true, compute: correlation(metric.SRCC)},
	"plcc":         {summary: "Pearson's correlation of what was read from the answers with a column", needsOf: true, against: true, compute: correlation(metric.PLCC)},
	"krcc":         {summary: "Kendall's tau-b of what was read from the answers with a column", needsOf: true, against: true, compute: correlation(metric.KRCC)},
}

// rows picks what the metric looks at. Skipped cases are left out, and those
// that have no such verdict or column; a case that could not be judged counts as
// not passed, with score 0.
func (g Gate) rows(cases []result.Case, label string) ([]row, error) {
	var rows []row
	for i := range cases {
		c := &cases[i]
		if c.Outcome == result.Skipped || label != "" && !slices.Contains(c.Labels, label) {
			continue
		}
		r := row{score: c.Score, passed: c.Outcome == result.Passed || c.Outcome == result.XPassed, image: imageOf(c)}
		if g.args.Of != "" {
			found, ok := ofCheck(c, g.args.Of)
			if !ok {
				continue
			}
			found.image = r.image
			r = found
		}
		if g.args.Against != "" {
			text, ok := c.Vars[g.args.Against]
			if !ok {
				continue
			}
			var err error
			if r.opinion, err = strconv.ParseFloat(text, 64); err != nil || math.IsNaN(r.opinion) || math.IsInf(r.opinion, 0) {
				return nil, fmt.Errorf("%s:%d: column %q of the case %s is %q, no number", c.File, c.Line, g.args.Against, c.Name, text)
			}
			if math.IsNaN(r.value) {
				return nil, fmt.Errorf("%s:%d: no number was read in the answer of the case %s", c.File, c.Line, c.Name)
			}
		}
		rows = append(rows, r)
	}
	switch {
	case len(rows) == 0 && g.args.Against != "":
		return nil, fmt.Errorf("no case has a verdict of %s and a column %q", g.args.Of, g.args.Against)
	case len(rows) == 0:
		return nil, errors.New("no case has such a verdict")
	}
	return rows, nil
}

func imageOf(c *result.Case) string {
	if len(c.Images) == 0 {
		return c.ID
	}
	return c.Images[0].Path
}

// ofCheck is the mean over the samples of the verdicts of one kind of check; ok
// is false for a case that has none. A case that could not be judged has none.
func ofCheck(c *result.Case, kind string) (r row, ok bool) {
	n, passed, values := 0.0, 0, 0.0
	r.passed = true
	for _, s := range c.Samples {
		for _, t := range s.Turns {
			for _, v := range t.Verdicts {
				if v.Kind != kind {
					continue
				}
				n++
				r.score += v.Score
				if v.Outcome == result.Passed {
					passed++
				}
				values += valueOf(v)
				if v.Class != nil {
					r.gold, r.answer = v.Class.Expected, v.Class.Found
				}
			}
		}
	}
	if n == 0 {
		return row{}, false
	}
	r.score, r.value, r.passed = r.score/n, values/n, 2*passed > int(n)
	return r, true
}

// valueOf is the number that a check judged, NaN where it judged none: that of a
// target is not about the answer as a whole.
func valueOf(v result.Verdict) float64 {
	if i := slices.IndexFunc(v.Measures, func(m result.Measure) bool { return m.Target == nil }); i >= 0 {
		return v.Measures[i].Value
	}
	return math.NaN()
}

// share is the share of rows that pass, with Wilson's interval.
func share(rows []row) (estimate, error) {
	k := 0
	for _, r := range rows {
		if r.passed {
			k++
		}
	}
	n := len(rows)
	p := float64(k) / float64(n)
	return estimate{
		value:    p,
		interval: func(level float64) (stats.Interval, error) { return stats.Wilson(k, n, level) },
		needed: func(bound, level float64) int {
			return firstN(n, func(m int) bool {
				i, err := stats.Wilson(int(math.Round(p*float64(m))), m, level)
				return err == nil && (i.Low >= bound || i.High < bound)
			})
		},
	}, nil
}

// firstN is about the least n from n0 for which a property holds that holds from
// some n on; 0 when that is beyond a million.
func firstN(n0 int, holds func(n int) bool) int {
	high := max(n0, 1)
	for ; !holds(high); high *= 2 {
		if high > 1_000_000 {
			return 0
		}
	}
	low := high / 2
	for low+1 < high {
		if mid := (low + high) / 2; holds(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// mean is the mean score, with a bootstrap interval clustered by image.
func mean(rows []row) (estimate, error) {
	scores, clusters := make([]float64, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		scores[i], clusters[i] = r.score, r.image
	}
	m, err := metric.Mean(scores)
	if err != nil {
		return estimate{}, err
	}
	return resampled(m, len(rows), func(level float64) (stats.Interval, error) {
		return stats.Bootstrap{Level: level}.Mean(scores, clusters)
	}), nil
}

// resampled is a value whose interval narrows with the root of the number of cases.
func resampled(value float64, n int, interval func(level float64) (stats.Interval, error)) estimate {
	return estimate{value: value, interval: interval, needed: func(bound, level float64) int {
		i, err := interval(level)
		if err != nil || value == bound {
			return 0
		}
		half := value - i.Low
		if value < bound {
			half = i.High - value
		}
		ratio := half / (value - bound)
		return min(int(math.Ceil(float64(n)*ratio*ratio)), 1_000_000)
	}}
}

func clustersOf(rows []row) []string {
	clusters := make([]string, len(rows))
	for i, r := range rows {
		clusters[i] = r.image
	}
	return clusters
}

func f1(rows []row) (estimate, error) {
	of := func(drawn []int) (float64, bool) {
		var c metric.Confusion
		for _, i := range drawn {
			c.Add(rows[i].gold, rows[i].answer)
		}
		return c.F1(), c.TP+c.FP+c.FN > 0
	}
	value, ok := of(all(rows))
	if !ok {
		return estimate{}, errors.New("nothing is yes, neither expected nor answered")
	}
	return resampled(value, len(rows), func(level float64) (stats.Interval, error) {
		return stats.Bootstrap{Level: level}.Of(len(rows), clustersOf(rows), of)
	}), nil
}

func correlation(of func(x, y []float64) (float64, error)) func(rows []row) (estimate, error) {
	return func(rows []row) (estimate, error) {
		x, y := make([]float64, 0, len(rows)), make([]float64, 0, len(rows))
		drawn := func(index []int) (float64, error) {
			x, y = x[:0], y[:0]
			for _, i := range index {
				x, y = append(x, rows[i].value), append(y, rows[i].opinion)
			}
			return of(x, y)
		}
		value, err := drawn(all(rows))
		if err != nil {
			return estimate{}, err
		}
		if math.IsNaN(value) {
			return estimate{}, errors.New("the ratings or the opinions are all the same")
		}
		return resampled(value, len(rows), func(level float64) (stats.Interval, error) {
			return stats.Bootstrap{Level: level}.Of(len(rows), clustersOf(rows), func(index []int) (float64, bool) {
				v, err := drawn(index)
				return v, err == nil
			})
		}), nil
	}
}

func all(rows []row) []int {
	index := make([]int, len(rows))
	for i := range index {
		index[i] = i
	}
	return index
}
