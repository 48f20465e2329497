package web

import (
	"cmp"
	"math"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Threshold is the bound of a check in a spec, with all that it was compared
// with: enough to judge again in the page with another one.
type Threshold struct {
	Suite   string `json:"suite"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Kind    string `json:"kind"` // of the check
	Backend string `json:"backend"`
	What    string `json:"what"` // "distance", "difference"
	Unit    string `json:"unit,omitempty"`
	// Key is what the bound is called in the spec, "within"; "" where it is not known.
	Key   string  `json:"key,omitempty"`
	Bound float64 `json:"bound"`
	// Least says that values from the bound on pass, not values up to it.
	Least bool `json:"least,omitempty"`
	// An answer each: its case, the value that decides, and whether it passed.
	Cases  []int     `json:"cases"`
	Values []float64 `json:"values"`
	Passed []int     `json:"passed"` // 1 is yes
	// Lost are answers that do not pass whatever the bound is: they could not be
	// read, or fail for another reason.
	Lost []int `json:"lost,omitempty"` // cases
}

// fewest answers that a threshold is worth choosing by.
const fewest = 3

// keys are what bounds are called in specs, by kind of check and what is measured.
var keys = map[[2]string]string{
	{"boxes", "iou"}:          "iou",
	{"confidence", "value"}:   "min",
	{"judge", "grade"}:        "min",
	{"keypoints", "distance"}: "within",
	{"keypoints", "oks"}:      "oks",
	{"latency", "value"}:      "max",
	{"points_in", "inside"}:   "min",
	{"score", "difference"}:   "within",
	{"similar", "similarity"}: "min",
}

// rule is a check of a spec on one backend.
type rule struct {
	file          string
	line          int
	kind, backend string
}

// thresholds are those of the checks that compare a number with a bound that is
// the same for all cases.
func thresholds(run *result.Run) []Threshold {
	found := map[rule]*bound{}
	for i := range run.Cases {
		c := &run.Cases[i]
		eachVerdict(c, func(v *result.Verdict) {
			if v.Line == 0 || v.Outcome == result.Error {
				return
			}
			r := rule{v.File, v.Line, v.Kind, c.Backend}
			b := found[r]
			if b == nil {
				b = &bound{suite: c.Suite}
				found[r] = b
			}
			b.answers = append(b.answers, answer{i, v})
		})
	}
	all := []Threshold{}
	for r, b := range found {
		if t, ok := b.threshold(r); ok {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b Threshold) int {
		return cmp.Or(-cmp.Compare(len(a.Cases), len(b.Cases)), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Backend, b.Backend))
	})
	return all
}

// bound is what a rule said about each answer.
type bound struct {
	suite   string
	answers []answer
}

type answer struct {
	index   int
	verdict *result.Verdict
}

// threshold is ok where one number decides: the same measure against the same
// bound everywhere, and outcomes that follow from it.
func (b *bound) threshold(r rule) (t Threshold, ok bool) {
	switch {
	case b.decides(least, &t), b.decides(most, &t):
	case b.decides(near, &t) && b.middles() > 1:
		t.What = "difference"
	default:
		return t, false
	}
	t.Suite, t.File, t.Line, t.Kind, t.Backend = b.suite, r.file, r.line, r.kind, r.backend
	t.Key = keys[[2]string{r.kind, t.What}]
	return t, len(t.Cases) >= fewest
}

// side is a way to compare a measure with a bound: the value, the bound, and
// whether the measure is compared so.
type side func(m result.Measure) (value, bound float64, ok bool)

func least(m result.Measure) (value, bound float64, ok bool) {
	if m.Min == nil || m.Max != nil {
		return 0, 0, false
	}
	return m.Value, *m.Min, true
}

func most(m result.Measure) (value, bound float64, ok bool) {
	if m.Max == nil || m.Min != nil {
		return 0, 0, false
	}
	return m.Value, *m.Max, true
}

// near is the distance from the middle of what is allowed: "near 4, within 1".
func near(m result.Measure) (value, bound float64, ok bool) {
	if m.Max == nil || m.Min == nil || *m.Max <= *m.Min {
		return 0, 0, false
	}
	middle := (*m.Min + *m.Max) / 2
	return rounded(math.Abs(m.Value - middle)), rounded(*m.Max - middle), true
}

// middles counts those of what is allowed: with one, `near` may as well be a
// least and a most value.
func (b *bound) middles() int {
	seen := map[float64]bool{}
	for _, a := range b.answers {
		for _, m := range a.verdict.Measures {
			if m.Min != nil && m.Max != nil {
				seen[rounded((*m.Min+*m.Max)/2)] = true
			}
		}
	}
	return len(seen)
}

// rounded takes away what binary fractions cannot hold.
func rounded(v float64) float64 { return math.Round(v*1e9) / 1e9 }

// decides fills a threshold where a side explains every answer.
func (b *bound) decides(s side, t *Threshold) bool {
	*t = Threshold{Bound: math.NaN()}
	for _, a := range b.answers {
		if len(a.verdict.Measures) == 0 {
			t.Lost = append(t.Lost, a.index)
			continue
		}
		m := worstOf(a.verdict.Measures)
		value, bound, ok := s(m)
		if !ok || !math.IsNaN(t.Bound) && (bound != t.Bound || t.What != m.What) {
			return false
		}
		t.Bound, t.What, t.Unit, t.Least = bound, m.What, m.Unit, m.Max == nil
		inside, passed := room(m) >= -1e-9, a.verdict.Outcome == result.Passed
		switch {
		case passed && !inside: // turned round, or enough without it
			return false
		case inside && !passed:
			t.Lost = append(t.Lost, a.index)
		default:
			t.Cases, t.Values, t.Passed = append(t.Cases, a.index), append(t.Values, value), append(t.Passed, yes(passed))
		}
	}
	return !math.IsNaN(t.Bound)
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}
