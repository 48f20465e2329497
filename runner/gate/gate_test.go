package gate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

var checks = []string{"equals", "boxes", "keypoints", "yes_no", "score", "anls"}

func compile(t *testing.T, entry string) (Gate, error) {
	t.Helper()
	n, err := spec.Parse("specs/a.yaml", []byte(entry))
	if err != nil {
		t.Fatal(err)
	}
	return Compile(n, checks)
}

func must(t *testing.T, entry string) Gate {
	t.Helper()
	g, err := compile(t, entry)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// cases makes n cases on n/perImage images, the first k of which pass.
func cases(n, k int) []result.Case {
	out := make([]result.Case, n)
	for i := range out {
		out[i] = result.Case{ID: fmt.Sprint(i), Name: fmt.Sprint(i), Outcome: result.Failed, File: "specs/a.yaml", Line: 3}
		if i < k {
			out[i].Outcome, out[i].Score = result.Passed, 1
		}
	}
	return out
}

// judged gives a case a verdict.
func judged(c result.Case, kind, expected, actual string, score float64) result.Case {
	o := result.Failed
	if score == 1 {
		o = result.Passed
	}
	v := result.Verdict{Kind: kind, Expected: "for people", Actual: "only", Outcome: o, Score: score, Class: &result.Class{Expected: expected, Found: actual}}
	if f, err := strconv.ParseFloat(actual, 64); err == nil {
		target := 0
		v.Measures = []result.Measure{{What: "iou", Target: &target, Value: 7}, {What: "value", Value: f}}
	}
	c.Samples = append(c.Samples, result.Sample{Turns: []result.Turn{{Verdicts: []result.Verdict{v}}}})
	return c
}

func TestAccuracy(t *testing.T) {
	for _, c := range []struct {
		entry   string
		n, k    int
		outcome result.Outcome
		reason  string
	}{
		{"accuracy", 10, 8, "", ""},
		{"accuracy: {min: 0.8}", 10, 8, result.Passed, ""},
		{"accuracy: {min: 0.9}", 10, 8, result.Failed, "0.8 is below 0.9"},
		{"accuracy: {max: 0.5}", 10, 8, result.Failed, "0.8 is above 0.5"},
		// 35 passes in a row are needed to show 0.9.
		{"accuracy: {min: 0.9, confidence: 0.95}", 34, 34, result.Inconclusive, "the interval from 0.898 to 1 holds 0.9: needs about 1 more cases"},
		{"accuracy: {min: 0.9, confidence: 0.95}", 35, 35, result.Passed, ""},
		// 8 of 10: 0.49 to 0.94.
		{"accuracy: {min: 0.95, confidence: 0.95}", 10, 8, result.Failed, "0.8 (0.49 to 0.943) is below 0.95"},
		{"accuracy: {min: 0.8, confidence: 0.95}", 10, 8, result.Inconclusive, "no number of cases would decide"},
		{"accuracy: {max: 0.5, confidence: 0.95}", 10, 5, result.Inconclusive, "no number of cases would decide"},
	} {
		g := must(t, c.entry).Evaluate(cases(c.n, c.k))
		if g.Outcome != c.outcome || !strings.Contains(g.Reason, c.reason) || g.Value == nil || g.Cases != c.n {
			t.Errorf("%s of %d/%d: %+v", c.entry, c.k, c.n, g)
		}
	}
}

func TestSkippedAndLabelled(t *testing.T) {
	all := cases(4, 2)
	all[0].Labels, all[3].Labels = []string{"smoke"}, []string{"smoke", "slow"}
	all[1].Outcome = result.Skipped
	g := must(t, "accuracy").Evaluate(all)
	if g.Cases != 3 || *g.Value != 1.0/3 {
		t.Errorf("%+v", g)
	}
	if fmt.Sprint(g.Labels) != "[{slow 1 0} {smoke 2 0.5}]" {
		t.Errorf("by label: %v", g.Labels)
	}
	if g := must(t, "accuracy: {label: smoke}").Evaluate(all); *g.Value != 0.5 || g.Name != "accuracy @smoke" {
		t.Errorf("%+v", g)
	}
	if g := must(t, "accuracy: {label: none}").Evaluate(all); g.Outcome != result.Error || g.Value != nil {
		t.Errorf("%+v", g)
	}
}

func TestMeansOfChecks(t *testing.T) {
	all := cases(40, 0)
	for i := range all {
		all[i] = judged(all[i], "keypoints", "", "", float64(i%2))
		all[i].Images = []result.Image{{Path: fmt.Sprint(i / 4)}}
	}
	all = append(all, cases(5, 5)...) // have no such verdict
	g := must(t, "pck: {min: 0.4}").Evaluate(all)
	if *g.Value != 0.5 || g.Cases != 40 || g.Outcome != result.Passed || g.Low == nil || *g.Low != 0.5 || *g.High != 0.5 {
		t.Errorf("every image has the same mean, so clusters do not vary: %+v", g)
	}
	for i := range 40 {
		all[i].Images = nil
	}
	g = must(t, "mean: {of: keypoints, min: 0.6, confidence: 0.95}").Evaluate(all)
	if g.Outcome != result.Inconclusive || *g.Low > 0.45 || *g.High < 0.55 || !strings.Contains(g.Reason, "needs about") {
		t.Errorf("%+v", g)
	}
	if g := must(t, "accuracy: {of: keypoints}").Evaluate(all); *g.Value != 0.5 || g.Cases != 40 {
		t.Errorf("%+v", g)
	}
}

func TestF1(t *testing.T) {
	var all []result.Case
	for i, pair := range [][2]string{{"yes", "yes"}, {"yes", "no"}, {"no", "no"}, {"no", "yes"}, {"yes", "yes"}} {
		c := cases(1, 0)[0]
		c.ID = fmt.Sprint(i)
		all = append(all, judged(c, "yes_no", pair[0], pair[1], 0))
	}
	if g := must(t, "f1").Evaluate(all); math.Abs(*g.Value-2.0/3) > 1e-12 || g.Low == nil {
		t.Errorf("%+v", g)
	}
	if g := must(t, "f1").Evaluate(all[2:3]); g.Outcome != result.Error || !strings.Contains(g.Reason, "nothing is yes") {
		t.Errorf("%+v", g)
	}
}

func TestCorrelation(t *testing.T) {
	rated := func(opinions ...string) []result.Case {
		var all []result.Case
		for i, o := range opinions {
			c := judged(cases(1, 0)[0], "score", "", fmt.Sprint(i+1), 1)
			c.ID, c.Vars = fmt.Sprint(i), map[string]string{"mos": o}
			all = append(all, c)
		}
		return all
	}
	for name, want := range map[string]float64{"srcc": 1, "krcc": 1} {
		if g := must(t, name+": {of: score, against: mos, min: 0.9}").Evaluate(rated("1.5", "2", "40", "41.5", "100")); math.Abs(*g.Value-want) > 1e-12 || g.Outcome != result.Passed {
			t.Errorf("%s: %+v", name, g)
		}
	}
	if g := must(t, "plcc: {of: score, against: mos}").Evaluate(rated("2", "4", "6")); math.Abs(*g.Value-1) > 1e-12 {
		t.Errorf("%+v", g)
	}
	for want, all := range map[string][]result.Case{
		"is not defined":       rated("3", "3", "3"),
		`is "many", no number`: rated("1", "many"),
		"and a column \"mos\"": {judged(cases(1, 0)[0], "score", "", "3", 1)},
		"no number was read": {func() result.Case {
			c := judged(cases(1, 0)[0], "score", "", "nothing", 0)
			c.Vars = map[string]string{"mos": "3"}
			return c
		}()},
		"no case has a verdict": cases(3, 3),
	} {
		if g := must(t, "srcc: {of: score, against: mos}").Evaluate(all); g.Outcome != result.Error || !strings.Contains(g.Reason, want) || g.Value != nil {
			t.Errorf("%s: %+v", want, g)
		}
	}
}

func TestMistakes(t *testing.T) {
	for entry, want := range map[string]string{
		"acuracy":                                  `specs/a.yaml:1:1: unknown metric "acuracy"; did you mean accuracy?`,
		"accuracy: 0.9":                            "accuracy takes a map",
		"accuracy: {of: bxes}":                     `unknown check "bxes"; did you mean boxes?`,
		"accuracy: {mn: 0.9}":                      `unknown key "mn"; did you mean min?`,
		"accuracy: {min: 0.9, max: 0.1}":           "min is above max",
		"accuracy: {confidence: 0.95}":             "confidence needs a min or a max",
		"accuracy: {min: 0.9, confidence: 95}":     "out of range",
		"accuracy: {against: mos}":                 "accuracy takes no column",
		"srcc: {against: mos}":                     "srcc needs the kind of check it is about",
		"srcc: {of: score}":                        "srcc needs a column to correlate with",
		"pck: {of: boxes}":                         "pck is about the check keypoints",
		"{accuracy: {min: 0.9}, mean: {min: 0.1}}": "expected a metric",
	} {
		if _, err := compile(t, entry); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", entry, err)
		}
	}
	for _, name := range Names() {
		if Describe(name) == "" {
			t.Errorf("%s has no summary", name)
		}
	}
}
