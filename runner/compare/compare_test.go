package compare_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/runner/compare"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// outcomes are those of the cases of a suite: "p" passed, "f" failed, "e" error, "s" skipped, "u" unchecked.
var outcomes = map[rune]result.Outcome{'p': result.Passed, 'f': result.Failed, 'e': result.Error, 's': result.Skipped, 'u': result.Unchecked}

// run makes a whole run of one suite on one backend, with so many cases an image.
func run(cases string, perImage int) *result.Run {
	r := &result.Run{Manifest: result.Manifest{
		ID: "20261126T101500.000Z-a1b2c3", Started: time.Unix(1, 0), Ended: time.Unix(2, 0), Selected: len(cases), Total: len(cases),
		Suites: []result.Suite{{Name: "s", File: "specs/s.yaml", Cases: map[string]int{"tiny": len(cases)}}},
	}}
	for i, o := range cases {
		image := fmt.Sprintf("i%d", i/perImage)
		c := result.Case{
			ID: fmt.Sprintf("s/c%d", i), Suite: "s", Name: fmt.Sprintf("c%d", i), File: "specs/s.yaml", Line: 10 + i, Backend: "tiny", Outcome: outcomes[o],
			Images:  []result.Image{{Path: image + ".png", SHA256: image}},
			Digests: &result.Digests{Prompt: "p", Images: image, Checks: "c", Params: "x"},
		}
		if o == 'p' {
			c.Score = 1
		}
		r.Cases = append(r.Cases, c)
	}
	return r
}

func times(s string, n int) string { return strings.Repeat(s, n) }

func compared(t *testing.T, base, candidate *result.Run, o compare.Options) *compare.Comparison {
	t.Helper()
	c, err := compare.Runs(base, candidate, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name, base, candidate string
		perImage              int
		maxDrop               float64
		verdict               compare.Verdict
		reason                string
	}{
		{"nothing differs, three cases", times("p", 3), times("p", 3), 1, 0.05, compare.Inconclusive, "neither shown nor ruled out"},
		{"nothing differs, one image short", times("p", 53), times("p", 53), 1, 0.05, compare.Inconclusive, "cases would decide"},
		{"nothing differs, on enough images", times("p", 54), times("p", 54), 1, 0.05, compare.Pass, "nothing differs"},
		{"prompts are no images", times("p", 265), times("p", 265), 5, 0.05, compare.Inconclusive, ""},
		{"gains alone pass", times("f", 40) + times("p", 60), times("p", 100), 1, 0.05, compare.Pass, "better by 40 points"},
		{"five that are lost show nothing", times("p", 40), times("f", 5) + times("p", 35), 1, 0.05, compare.Inconclusive, "only 5 images differ, and fewer than 6 cannot show a drop"},
		{"six do", times("p", 40), times("f", 6) + times("p", 34), 1, 0.05, compare.Block, "worse by 15 points, more than the 5 points"},
		{"five images with six prompts each do not", times("p", 240), times("f", 30) + times("p", 210), 6, 0.05, compare.Inconclusive, "6 prompts an image, counted by image: McNemar"},
		{"a drop that is allowed", times("p", 1000), times("f", 30) + times("p", 970), 1, 0.05, compare.Warn, "worse by 3 points, within the 5 points"},
		{"everything fails", times("p", 40), times("f", 40), 1, 0.05, compare.Block, "worse by 100 points"},
		{"everything fails on one image", times("p", 40), times("f", 40), 40, 0.05, compare.Inconclusive, "only 1 image differs"},
		{"one case", "p", "f", 1, 0.05, compare.Inconclusive, ""},
		{"one case, the same", "p", "p", 1, 0.05, compare.Inconclusive, ""},
		{"every case flips, as many each way", times("pf", 50), times("fp", 50), 1, 0.05, compare.Inconclusive, ""},
		{"all in error", times("p", 3), times("e", 3), 1, 0.05, compare.Block, "every case ended in error in the candidate"},
		{"errors count as not passed", times("p", 60), times("e", 10) + times("p", 50), 1, 0.05, compare.Block, "10 cases of the candidate ended in error"},
		{"all in error in the base", times("e", 60), times("p", 60), 1, 0.05, compare.Inconclusive, "no case can be compared: 60 ended in error in the base"},
		{"errors of the base hide no drop", times("e", 60) + times("p", 20), times("p", 60) + times("f", 20), 1, 0.05, compare.Block, "worse by 100 points"},
		{"nothing is judged", times("p", 60), times("u", 60), 1, 0.05, compare.Inconclusive, "60 judged by no check in the candidate"},
		{"no drop allowed", times("p", 200), times("p", 200), 1, 0, compare.Inconclusive, "nothing short of a gain passes"},
		{"no drop allowed, and a gain", times("f", 50) + times("p", 150), times("p", 200), 1, 0, compare.Pass, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := compare.Defaults()
			o.MaxDrop = c.maxDrop
			got := compared(t, run(c.base, c.perImage), run(c.candidate, c.perImage), o)
			if got.Verdict != c.verdict || !strings.Contains(got.Reason, c.reason) {
				t.Errorf("%s: %s", got.Verdict, got.Reason)
			}
		})
	}
}

// What a run found of a case that the other lacks never goes silently.
func TestMissing(t *testing.T) {
	whole := times("p", 100)
	hard := func() *result.Run { // crashed before the hard ones
		r := run(whole, 1)
		r.Cases = r.Cases[:80]
		r.Manifest.Ended = time.Time{}
		return r
	}
	c := compared(t, run(whole, 1), hard(), compare.Defaults())
	s := c.Suites[0]
	if c.Verdict != compare.Block || s.Cases != 100 || s.Errors != 20 || len(s.Left) != 1 || !s.Left[0].Counts || len(s.Left[0].Cases) != 20 || !slices.Contains(c.Notes, "the candidate ended early: it has 80 of 100 cases") {
		t.Errorf("%s: %s %+v %v", c.Verdict, c.Reason, s.Left, c.Notes)
	}
	common := compare.Defaults()
	common.Common = true
	if c := compared(t, run(whole, 1), hard(), common); c.Verdict != compare.Pass || len(c.Suites[0].Left[0].Cases) != 20 || !strings.Contains(c.Reason, "not compared: 20") {
		t.Errorf("--common: %s: %s", c.Verdict, c.Reason)
	}
	removed := hard() // from the specs
	removed.Manifest.Suites[0].Cases["tiny"] = 80
	if c := compared(t, run(whole, 1), removed, compare.Defaults()); c.Verdict != compare.Pass || c.Suites[0].Left[0].Why != "only in the base" {
		t.Errorf("removed: %s: %s", c.Verdict, c.Reason)
	}
	some := hard() // 15 removed, 5 without a result
	some.Manifest.Suites[0].Cases["tiny"] = 85
	if c := compared(t, run(whole, 1), some, compare.Defaults()); c.Verdict != compare.Inconclusive || !strings.Contains(c.Reason, "5 of the cases that only the base has") {
		t.Errorf("some: %s: %s", c.Verdict, c.Reason)
	}
	silent := hard() // a run that does not say what its specs have
	silent.Manifest.Suites = nil
	if c := compared(t, run(whole, 1), silent, compare.Defaults()); c.Verdict != compare.Inconclusive {
		t.Errorf("silent: %s: %s", c.Verdict, c.Reason)
	}
	other := run(whole, 1)
	for i := range other.Cases {
		other.Cases[i].Suite = "other"
	}
	if c := compared(t, run(whole, 1), other, compare.Defaults()); c.Verdict != compare.Block || !strings.Contains(c.Reason, "no result of this suite") || !slices.Contains(c.Notes, "only in the candidate, so not compared: other") {
		t.Errorf("no suite: %s: %s %v", c.Verdict, c.Reason, c.Notes)
	}
}

// Only what was asked alike is compared, unless one asks for it.
func TestChanged(t *testing.T) {
	for what, change := range map[string]func(*result.Case){
		compare.Prompt: func(c *result.Case) { c.Digests.Prompt = "other" },
		compare.Images: func(c *result.Case) { c.Digests.Images = "other" },
		compare.Checks: func(c *result.Case) { c.Digests.Checks = "other" },
	} {
		now := run(times("f", 20)+times("p", 80), 1)
		for i := range 20 {
			change(&now.Cases[i])
		}
		c := compared(t, run(times("p", 100), 1), now, compare.Defaults())
		if left := c.Suites[0].Left; c.Verdict != compare.Pass || len(left) != 1 || left[0].Why != "changed: "+what || len(left[0].Cases) != 20 || !strings.Contains(c.Reason, "not compared: 20 changed: "+what) {
			t.Errorf("%s: %s: %s", what, c.Verdict, c.Reason)
		}
		o := compare.Defaults()
		o.Across = []string{what}
		if c := compared(t, run(times("p", 100), 1), now, o); c.Verdict != compare.Block {
			t.Errorf("across %s: %s: %s", what, c.Verdict, c.Reason)
		}
	}
	// An image that could not be read is the candidate's error, and no other image.
	broken := run(times("e", 20)+times("p", 80), 1)
	for i := range 20 {
		broken.Cases[i].Digests.Images = ""
	}
	if c := compared(t, run(times("p", 100), 1), broken, compare.Defaults()); c.Verdict != compare.Block {
		t.Errorf("unread images: %s: %s", c.Verdict, c.Reason)
	}
}

// Samples count by what the case requires: one right of five is no right case.
func TestSamples(t *testing.T) {
	now := run(times("p", 100), 1)
	for i := range 30 {
		c := &now.Cases[i]
		c.Outcome, c.Score, c.Require = result.Unstable, 0.2, "all"
		for k := range 5 {
			s := result.Sample{Index: k, Outcome: result.Failed}
			if k == 0 {
				s.Outcome = result.Passed
			}
			c.Samples = append(c.Samples, s)
		}
	}
	c := compared(t, run(times("p", 100), 1), now, compare.Defaults())
	f := c.Suites[0].Flips[0]
	if c.Verdict != compare.Block || c.Suites[0].Cases != 100 || f.Now.Passed != 1 || f.Now.Samples != 5 || c.Suites[0].Scores == nil || math.Abs(c.Suites[0].Scores.Diff+0.24) > 1e-9 {
		t.Errorf("%s: %s %+v", c.Verdict, c.Reason, f)
	}
}

// The interval is over images, also where cases reach each other by way of several, and by no label.
func TestClusters(t *testing.T) {
	base, now := run(times("p", 60), 2), run(times("fpp", 20), 2)
	for i := range base.Cases {
		base.Cases[i].Labels = []string{fmt.Sprint("l", i%2)}
		if i%6 == 1 { // images 0 and 1, 3 and 4, ...
			base.Cases[i].Images = append(base.Cases[i].Images, base.Cases[i+1].Images[0])
		}
	}
	s := compared(t, base, now, compare.Defaults()).Suites[0]
	var was, is []float64
	var images []string
	for i := range base.Cases {
		was, is = append(was, 1), append(is, map[bool]float64{true: 0, false: 1}[i%3 == 0])
		images = append(images, fmt.Sprint(i/6, i%6 > 3))
	}
	want, err := stats.PairedClustered(was, is, images, 0.95)
	if err != nil || s.Images != 20 || s.Test.Method != stats.Student || math.Abs(s.Test.Interval.Low-want.Low) > 1e-12 {
		t.Errorf("%d images, %+v, want %+v (%v)", s.Images, s.Test.Interval, want, err)
	}
}

// What could be found is a share of the cases, as what is allowed is.
func TestUnit(t *testing.T) {
	s := compared(t, run(times("p", 180)+times("f", 20), 1), run(times("f", 10)+times("p", 180)+times("f", 10), 1), compare.Defaults()).Suites[0]
	if b := s.Beside; b.Lost != 10 || b.Gained != 10 || s.Test.Detectable == nil || math.Abs(*s.Test.Detectable-0.062) > 0.0005 {
		t.Errorf("%+v %+v", s.Beside, s.Test)
	}
}

// Ten suites that each would block at 5 percent are one chance in three: Holm.
func TestManySuites(t *testing.T) {
	many := func(cases string) *result.Run {
		r := run("", 1)
		for i := range 10 {
			name := fmt.Sprint("s", i)
			one := run(cases, 1)
			for k := range one.Cases {
				one.Cases[k].Suite, one.Cases[k].ID = name, fmt.Sprintf("%s/c%d", name, k)
			}
			r.Cases = append(r.Cases, one.Cases...)
			r.Manifest.Suites = append(r.Manifest.Suites, result.Suite{Name: name, Cases: map[string]int{"tiny": len(one.Cases)}})
		}
		return r
	}
	c := compared(t, many(times("p", 40)), many(times("f", 6)+times("p", 34)), compare.Defaults())
	if c.Verdict != compare.Inconclusive || c.Suites[0].Test.P > 0.05 || c.Suites[0].Test.Adjusted < 0.3 {
		t.Errorf("%s: %s", c.Verdict, c.Reason)
	}
}

// A flip has both answers whole, the image and what was seen in it.
func TestFlips(t *testing.T) {
	answer := func(r *result.Run, text string) *result.Run {
		for i := range r.Cases {
			c := &r.Cases[i]
			c.Labels = []string{"easy"}
			if i < 8 {
				c.Labels = []string{"all", "red"}
			}
			o := &result.Overlay{Found: []result.Shape{{Kind: "point", Points: [][2]float64{{0.5, 0.5}}}}}
			c.Samples = []result.Sample{{Outcome: c.Outcome, Turns: []result.Turn{{Answer: text, Verdicts: []result.Verdict{{Kind: "points", Outcome: c.Outcome, Expected: "in the circle", Overlay: o, Reason: "beside it"}}}}}}
		}
		return r
	}
	long := times("a long answer ", 40)
	c := compared(t, answer(run(times("p", 20), 1), long+"yes"), answer(run("p"+times("f", 7)+times("p", 11)+"f", 1), long+"no"), compare.Defaults())
	s := c.Suites[0]
	if len(s.Flips) != 8 || s.Labels[0].Label != "all" || s.Labels[0].Lost != 7 {
		t.Fatalf("%+v", s.Labels)
	}
	f := s.Flips[0]
	if f.Label != "all" || !f.Lost || f.Base.Text != long+"yes" || f.Now.Text != long+"no" || f.Images[0].Path != "i1.png" || f.Now.Overlay == nil || f.Now.Reason != "points: beside it" || f.Line != 11 {
		t.Errorf("%+v", f)
	}
	if last := s.Flips[7]; last.Label != "easy" {
		t.Errorf("%+v", last)
	}
}

// Backends are paired by name, else where each run has one; one run can be both sides.
func TestBackends(t *testing.T) {
	on := func(backend string, r *result.Run) *result.Run {
		for i := range r.Cases {
			r.Cases[i].Backend, r.Cases[i].ID = backend, r.Cases[i].ID+"@"+backend
		}
		r.Manifest.Suites[0].Cases = map[string]int{backend: len(r.Cases)}
		return r
	}
	c := compared(t, run(times("p", 60), 1), on("q4", run(times("f", 60), 1)), compare.Defaults())
	if c.Verdict != compare.Block || c.Suites[0].Title() != "s @tiny → @q4" {
		t.Errorf("%s: %s", c.Verdict, c.Reason)
	}
	both := on("a", run(times("p", 60), 1))
	both.Cases = append(both.Cases, on("b", run(times("p", 60), 1)).Cases...)
	both.Manifest.Suites[0].Cases = map[string]int{"a": 60, "b": 60}
	o := compare.Defaults()
	o.BaseBackend, o.CandidateBackend = "a", "b"
	if c := compared(t, both, both, o); c.Verdict != compare.Pass || len(c.Suites) != 1 || c.Suites[0].Cases != 60 {
		t.Errorf("%s: %s", c.Verdict, c.Reason)
	}
	o.CandidateBackend = "c"
	if _, err := compare.Runs(both, both, o); err == nil || !strings.Contains(err.Error(), `has no backend "c"; it has a, b`) {
		t.Error(err)
	}
}

func TestRefused(t *testing.T) {
	good := func() *result.Run { return run("pp", 1) }
	twice := good()
	twice.Cases[1].ID = twice.Cases[0].ID
	underWay := good()
	underWay.Manifest.UnderWay = true
	for _, c := range []struct {
		base, candidate *result.Run
		change          func(*compare.Options)
		want            string
	}{
		{twice, good(), nil, "has the case s/c0 twice"},
		{good(), twice, nil, "has the case s/c0 twice"},
		{good(), underWay, nil, "is still under way"},
		{run("", 1), good(), nil, "has no case to compare with"},
		{good(), good(), func(o *compare.Options) { o.MaxDrop = 5 }, "0.05 for 5 points"},
		{good(), good(), func(o *compare.Options) { o.MaxDrop = math.NaN() }, "0.05 for 5 points"},
		{good(), good(), func(o *compare.Options) { o.Alpha = 0 }, "alpha is 0"},
		{good(), good(), func(o *compare.Options) { o.Across = []string{"seed"} }, `"seed" is nothing that cases differ in`},
	} {
		o := compare.Defaults()
		if c.change != nil {
			c.change(&o)
		}
		if _, err := compare.Runs(c.base, c.candidate, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}
