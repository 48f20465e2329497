// Package gate computes the metrics of a suite over its cases, with intervals,
// and decides whether a run may pass. Start reading at [Compile] and
// [Run], which evaluates the gates that a run has recorded; statistic.go has the
// metrics.
package gate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// Gate is an entry of `metrics`.
type Gate struct {
	Name string // accuracy
	Pos  spec.Pos
	args arguments
	kind kind
	// published is a score that the metric is to reproduce, in place of bounds.
	published *result.Published
}

// arguments are the keys of a metric.
type arguments struct {
	Of      string   `yaml:"of" doc:"kind of check whose verdicts are meant, such as boxes; all of the case when not given"`
	Against string   `yaml:"against" doc:"column of the rows that holds the opinion to correlate with"`
	Label   string   `yaml:"label" doc:"only cases with this label"`
	Min     *float64 `yaml:"min" doc:"least value"`
	Max     *float64 `yaml:"max" doc:"greatest value"`
	// Uncalibrated lets the gate pass on the word of a judge that few labels measure.
	Uncalibrated bool     `yaml:"uncalibrated" doc:"the gate may stand on a judge that fewer than 30 labels of people measure"`
	Confidence   *float64 `yaml:"confidence" above:"0" max:"0.9999" doc:"the whole interval at this confidence must keep to min and max, such as 0.95; when not given the value alone decides"`
}

// kind is a metric that a suite can have.
type kind struct {
	summary string
	of      string // the check it is about, when that is fixed
	needsOf bool
	against bool // takes a column
	compute func(rows []row) (estimate, error)
}

// Compile makes a gate of one entry: a bare name, or a map.
func Compile(n spec.Node, checks []string) (Gate, error) {
	g := Gate{Pos: n.Pos()}
	value := spec.Node{}
	key := n
	switch entries := n.Entries(); {
	case n.Kind() == spec.Scalar:
		g.Name = n.Text()
	case len(entries) == 1:
		g.Name, key, value = entries[0].Key, entries[0].KeyNode, entries[0].Value
	default:
		return g, n.Errorf("write accuracy: {min: 0.9}", "expected a metric, that is a map with one key")
	}
	var ok bool
	if g.kind, ok = kinds[g.Name]; !ok {
		return g, key.Errorf(spec.DidYouMean(g.Name, Names()), "unknown metric %q", g.Name)
	}
	if value.Kind() == spec.Map {
		if err := value.Decode(&g.args); err != nil {
			return g, err
		}
	} else if value.Kind() != spec.Null {
		return g, value.Errorf("write "+g.Name+": {min: 0.9}", "%s takes a map", g.Name)
	}
	return g, g.check(key, value, checks)
}

func (g *Gate) check(key, value spec.Node, checks []string) error {
	a := &g.args
	at := func(name string) spec.Node {
		if v := value.Get(name); !v.IsZero() {
			return v
		}
		return key
	}
	if g.kind.of != "" {
		if a.Of != "" && a.Of != g.kind.of {
			return at("of").Errorf("leave it out", "%s is about the check %s", g.Name, g.kind.of)
		}
		a.Of = g.kind.of
	}
	switch {
	case g.kind.needsOf && a.Of == "":
		return key.Errorf("write "+g.Name+": {of: score}", "%s needs the kind of check it is about", g.Name)
	case a.Of != "" && !slices.Contains(checks, a.Of):
		return at("of").Errorf(spec.DidYouMean(a.Of, checks), "unknown check %q", a.Of)
	case g.kind.against && a.Against == "":
		return key.Errorf("write "+g.Name+": {of: score, against: mos}", "%s needs a column to correlate with", g.Name)
	case !g.kind.against && a.Against != "":
		return at("against").Errorf("leave it out", "%s takes no column", g.Name)
	case a.Min != nil && a.Max != nil && *a.Min > *a.Max:
		return at("min").Errorf("", "min is above max")
	case a.Confidence != nil && a.Min == nil && a.Max == nil:
		return at("confidence").Errorf("add min: 0.9", "confidence needs a min or a max")
	}
	return nil
}

// Names lists the metrics.
func Names() []string { return slices.Sorted(maps.Keys(kinds)) }

// Describe is one line on a metric.
func Describe(name string) string { return kinds[name].summary }

// row is a case, as far as a metric looks at it.
type row struct {
	score   float64 // of the case, or of the check
	passed  bool
	value   float64 // read from the answer, for correlations
	opinion float64
	gold    string // yes or no, for F1
	answer  string
	image   string // cases of one image are drawn together
}

// estimate is a metric's value with how it varies.
type estimate struct {
	value float64
	// interval at a confidence; an error when there are too few cases.
	interval func(level float64) (stats.Interval, error)
	// needed is about how many cases would decide whether the value is above or
	// below a bound at a confidence; 0 when none would.
	needed func(bound, level float64) int
}

// Evaluate computes the metric over the cases of a suite on one backend, and by
// label, and decides.
func (g Gate) Evaluate(cases []result.Case) result.Gate {
	out := g.blank()
	rows, err := g.rows(cases, g.args.Label)
	var e estimate
	if err == nil {
		e, err = g.kind.compute(rows)
	}
	out.Cases = len(rows)
	if err != nil {
		out.Outcome, out.Reason = result.Error, fmt.Sprintf("%s is not defined: %v", out.Name, err)
		return out
	}
	out.Value = &e.value
	level := 0.95
	if g.args.Confidence != nil {
		level = *g.args.Confidence
	}
	interval, err := e.interval(level)
	if err == nil && len(rows) >= fewest {
		out.Low, out.High = &interval.Low, &interval.High
	}
	if g.published != nil {
		g.meet(&out, e.value, interval, err)
	} else {
		g.decide(&out, e, interval, err, level)
	}
	out.Labels = g.byLabel(cases)
	return out
}

// fewest is how many cases an interval is shown of.
const fewest = 5

// blank is the gate before it is evaluated.
func (g Gate) blank() result.Gate {
	return result.Gate{
		Name: g.Title(), Metric: g.Name, Of: g.args.Of, Against: g.args.Against, Label: g.args.Label, File: g.Pos.File, Line: g.Pos.Line,
		Min: g.args.Min, Max: g.args.Max, Confidence: g.args.Confidence, Published: g.published,
	}
}

// Title names the metric with what sets it apart in its suite.
func (g Gate) Title() string {
	title := g.Name
	if p := g.published; p != nil {
		title = p.Benchmark + " by " + g.Name
	}
	if g.args.Of != "" && g.kind.of == "" {
		title += " of " + g.args.Of
	}
	if g.args.Against != "" {
		title += " against " + g.args.Against
	}
	if g.args.Label != "" {
		title += " @" + g.args.Label
	}
	return title
}

// decide compares the value, or the interval where a confidence is wanted, with the bounds.
func (g Gate) decide(out *result.Gate, e estimate, interval stats.Interval, intervalErr error, level float64) {
	low, high := e.value, e.value
	if g.args.Confidence != nil {
		if intervalErr != nil {
			out.Outcome, out.Reason = result.Error, fmt.Sprintf("there is no interval: %v", intervalErr)
			return
		}
		low, high = interval.Low, interval.High
	}
	if g.args.Min == nil && g.args.Max == nil {
		return
	}
	out.Outcome = result.Passed
	const slack = 1e-12
	undecided := func(bound float64) {
		if out.Outcome != result.Passed {
			return
		}
		out.Outcome = result.Inconclusive
		out.Reason = fmt.Sprintf("the interval from %s to %s holds %s: no number of cases would decide", number(low), number(high), number(bound))
		if n := e.needed(bound, level); n > out.Cases {
			out.Reason = fmt.Sprintf("the interval from %s to %s holds %s: needs about %d more cases", number(low), number(high), number(bound), n-out.Cases)
		}
	}
	if m := g.args.Min; m != nil {
		switch {
		case high < *m-slack:
			out.Outcome, out.Reason = result.Failed, fmt.Sprintf("%s is below %s", said(e.value, low, high), number(*m))
		case low < *m-slack:
			undecided(*m)
		}
	}
	if m := g.args.Max; m != nil && out.Outcome != result.Failed {
		switch {
		case low > *m+slack:
			out.Outcome, out.Reason = result.Failed, fmt.Sprintf("%s is above %s", said(e.value, low, high), number(*m))
		case high > *m+slack:
			undecided(*m)
		}
	}
}

func said(value, low, high float64) string {
	if low == high {
		return number(value)
	}
	return fmt.Sprintf("%s (%s to %s)", number(value), number(low), number(high))
}

// byLabel computes the metric for the cases of each label.
func (g Gate) byLabel(cases []result.Case) []result.LabelValue {
	labels := map[string]bool{}
	for _, c := range cases {
		for _, l := range c.Labels {
			labels[l] = true
		}
	}
	var out []result.LabelValue
	for _, l := range slices.Sorted(maps.Keys(labels)) {
		rows, err := g.rows(cases, l)
		if err != nil || len(rows) == 0 {
			continue
		}
		if e, err := g.kind.compute(rows); err == nil {
			out = append(out, result.LabelValue{Label: l, Cases: len(rows), Value: e.value})
		}
	}
	return out
}

// number writes a value for people.
func number(f float64) string {
	s := strings.TrimRight(fmt.Sprintf("%.3f", f), "0")
	if s = strings.TrimSuffix(s, "."); s == "-0" || s == "" {
		return "0"
	}
	if f != 0 && math.Abs(f) < 0.0005 {
		return fmt.Sprintf("%.2g", f)
	}
	return s
}
