package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/vlmspec/vlmspec/runner/gate"
	"github.com/vlmspec/vlmspec/runner/result"
)

// hostile is what a page must show and never obey.
const hostile = "<img src=x onerror=\"document.title='obeyed'\"></script><script>document.title='obeyed'</script> \u202eright to left\u202c, zero\u200bwidth, \x1b[31mred\x1b[0m"

// sampler makes the cases of a run, each on two backends; other makes a run that
// differs from the first.
type sampler struct {
	dir   string
	other int
	run   *result.Run
}

func everything(dir string, other int) *result.Run {
	s := &sampler{dir, other, &result.Run{Manifest: manifest(dir)}}
	s.marks()
	s.texts()
	s.ratings()
	s.rest()
	for i := range s.run.Cases {
		s.run.Cases[i].Index = i
	}
	s.run.Manifest.Selected, s.run.Manifest.Total = len(s.run.Cases), len(s.run.Cases)
	s.run.Manifest.Suites = suites(s.run.Cases)
	s.run.Gates = gate.Run(s.run)
	return s.run
}

// suites have a gate on accuracy, and on correlation where cases are rated.
func suites(cases []result.Case) []result.Suite {
	var all []result.Suite
	byName := map[string]int{}
	for i := range cases {
		c := &cases[i]
		k, ok := byName[c.Suite]
		if !ok {
			k = len(all)
			byName[c.Suite] = k
			suite := result.Suite{Name: c.Suite, File: c.File, Cases: map[string]int{}, Gates: []result.GateRule{{Metric: "accuracy", Min: new(0.8), Line: 41}}}
			if c.Suite == "ratings" {
				suite.Gates = append(suite.Gates, result.GateRule{Metric: "srcc", Of: "score", Against: "mos", Min: new(0.9), Line: 42}, result.GateRule{Metric: "plcc", Of: "score", Against: "mos", Line: 43})
			}
			all = append(all, suite)
		}
		all[k].Cases[c.Backend]++
	}
	return all
}

// add adds a case.
func (s *sampler) add(suite, name, backend string, line int, images []string, turn result.Turn, more ...func(*result.Case)) {
	c := result.Case{
		ID: suite + "/" + strings.ReplaceAll(name, " ", "-") + "@" + backend, Suite: suite, Name: name, File: "specs/" + suite + ".yaml", Line: line, OneOfSeveral: true, Backend: backend,
		Labels: []string{suite}, Require: "all", Params: map[string]any{"max_tokens": 64}, Seconds: 0.02,
	}
	for _, img := range images {
		c.Images = append(c.Images, shown(s.dir, img))
	}
	if turn.Prompt == "" {
		turn.Prompt = strings.Repeat("<image>", len(images)) + "Look at the image. " + name + "."
	}
	turn.Finish, turn.Tokens = "stop", result.Tokens{Text: 12, Image: 64 * len(images), Output: 9}
	turn.Timings = result.Timings{Queue: 0.001, Preprocess: 0.002, Encode: 0.006, Prefill: 0.004, Decode: 0.007, Total: 0.02}
	turn.LogProbs = []float64{-0.02, -0.1 * float64(1+len(s.run.Cases)%7)}
	c.Samples = []result.Sample{{Turns: []result.Turn{turn}}}
	c.Samples[0].Outcome = c.Samples[0].Judged()
	c.Outcome, c.Score = c.Samples[0].Outcome, 1
	for i := range turn.Verdicts {
		if v := &turn.Verdicts[i]; v.Outcome != result.Passed {
			c.Reason, c.Score = v.Kind+": "+v.Reason, v.Score
		}
	}
	for _, f := range more {
		f(&c)
	}
	s.run.Cases = append(s.run.Cases, c)
}

// marks are points, boxes, a polygon and a mask, right on tuned and not on base.
func (s *sampler) marks() {
	for _, backend := range []string{"base", "tuned"} {
		good := backend == "tuned"
		s.add("marks", "finds the disc and the square", backend, 5, []string{"wide.png"}, points(s.dir, good))
		s.add("marks", "boxes both", backend, 12, []string{"wide.png"}, boxes(good))
		s.add("marks", "stays inside the square", backend, 20, []string{"tall.png"}, region(good, result.Shape{Kind: "polygon", Points: [][2]float64{{0.58, 0.48}, {0.82, 0.48}, {0.82, 0.72}, {0.58, 0.72}}}))
		disc := []any{polygonOf(0.3, 0.4, 0.14)}
		s.add("marks", "stays inside the mask", backend, 28, []string{"shapes.png"}, region(good, result.Shape{Kind: "mask", Segmentation: disc}))
		s.add("marks", "says which is further left", backend, 36, []string{"first.png", "second.png"}, result.Turn{Answer: "The second image.", Verdicts: []result.Verdict{equals(good != (s.other > 0), "second", "The second image.", 38)}})
	}
}

func polygonOf(x, y, r float64) []any {
	var all []any
	for i := range 24 {
		a := 2 * math.Pi * float64(i) / 24
		all = append(all, (x+r*math.Cos(a))*64, (y+r*math.Sin(a))*64)
	}
	return all
}

func equals(ok bool, expected, actual string, line int) result.Verdict {
	v := result.Verdict{Kind: "equals", Outcome: result.Passed, Score: 1, Expected: expected, Actual: actual, Read: actual, File: "specs/marks.yaml", Line: line}
	if !ok {
		v.Outcome, v.Score, v.Reason = result.Failed, 0, fmt.Sprintf("%q is not %q", actual, expected)
	}
	return v
}

// points has a target in the middle of each shape; the second is missed on base, at
// (0.5, 0.25).
func points(dir string, good bool) result.Turn {
	const radius = 0.05
	second := [2]float64{0.5, 0.25}
	if good {
		second = [2]float64{0.705, 0.61}
	}
	size := shown(dir, "wide.png")
	off := math.Hypot((second[0]-0.7)*float64(size.Width), (second[1]-0.6)*float64(size.Height)) / float64(size.Width)
	v := result.Verdict{
		Kind: "keypoints", Outcome: result.Passed, Score: 1, Expected: "(0.3, 0.4) (0.7, 0.6) within 0.05", Actual: fmt.Sprintf("(0.305, 0.41) (%.3f, %.3f)", second[0], second[1]), File: "specs/marks.yaml", Line: 7,
		Measures: []result.Measure{
			{What: "distance", Target: new(0), Found: new(0), Value: 0.008, Max: new(radius)},
			{What: "distance", Target: new(1), Value: off, Max: new(radius)},
		},
		Overlay: &result.Overlay{
			Expected: []result.Shape{{Kind: "circle", Points: [][2]float64{{0.3, 0.4}}, Radius: radius, OK: true}, {Kind: "circle", Points: [][2]float64{{0.7, 0.6}}, Radius: radius, OK: good}},
			Found:    []result.Shape{{Kind: "point", Points: [][2]float64{{0.305, 0.41}}, OK: true}, {Kind: "point", Points: [][2]float64{second}, OK: good}},
		},
	}
	if !good {
		v.Outcome, v.Score, v.Reason = result.Failed, 0.5, fmt.Sprintf("read 2 points, and found 1 of 2 targets; a point that hit none is %.3f away from the nearest target, allowed 0.05", off)
	}
	return result.Turn{Answer: "The disc is at (0.305, 0.41), the square at " + strings.Split(v.Actual, ") ")[1] + ".", Verdicts: []result.Verdict{v, {Kind: "count", Outcome: result.Passed, Score: 1, Expected: "2 points", Actual: "2 points", File: "specs/marks.yaml", Line: 8}}}
}

func boxes(good bool) result.Turn {
	second := [][2]float64{{0.5, 0.5}, {0.72, 0.95}}
	iou := 0.28
	if good {
		second, iou = [][2]float64{{0.585, 0.4}, {0.815, 0.8}}, 0.9
	}
	v := result.Verdict{
		Kind: "boxes", Outcome: result.Passed, Score: 1, Expected: "2 boxes with an IoU of at least 0.5", Actual: "2 boxes", File: "specs/marks.yaml", Line: 14,
		Measures: []result.Measure{{What: "iou", Target: new(0), Found: new(0), Value: 0.86, Min: new(0.5)}, {What: "iou", Target: new(1), Found: new(1), Value: iou, Min: new(0.5)}},
		Overlay: &result.Overlay{
			Expected: []result.Shape{{Kind: "box", Points: [][2]float64{{0.16, 0.15}, {0.44, 0.65}}, OK: true, Label: "disc"}, {Kind: "box", Points: [][2]float64{{0.58, 0.38}, {0.82, 0.82}}, OK: good, Label: "square"}},
			Found:    []result.Shape{{Kind: "box", Points: [][2]float64{{0.17, 0.16}, {0.43, 0.63}}, OK: true}, {Kind: "box", Points: second, OK: good}},
		},
	}
	if !good {
		v.Outcome, v.Score, v.Reason = result.Failed, 0.5, "found 1 of 2 targets; the best IoU of the second is 0.28, expected at least 0.5"
	}
	return result.Turn{Answer: "disc: [0.17, 0.16, 0.43, 0.63], square", Verdicts: []result.Verdict{v}}
}

func region(good bool, s result.Shape) result.Turn {
	at := [2]float64{0.3, 0.4}
	if s.Kind == "polygon" {
		at = [2]float64{0.7, 0.6}
	}
	share := 1.0
	found := []result.Shape{{Kind: "point", Points: [][2]float64{at}, OK: true}}
	if !good {
		share = 0.5
		found = append(found, result.Shape{Kind: "point", Points: [][2]float64{{0.9, 0.2}}})
	}
	s.OK = good
	v := result.Verdict{
		Kind: "points_in", Outcome: result.Passed, Score: share, Expected: "inside the region", Actual: fmt.Sprint(len(found), " points"), File: "specs/marks.yaml", Line: 22,
		Measures: []result.Measure{{What: "inside", Value: share, Min: new(1.0)}}, Overlay: &result.Overlay{Expected: []result.Shape{s}, Found: found},
	}
	if !good {
		v.Outcome, v.Reason = result.Failed, "1 of 2 points is inside, expected at least 1 of them"
	}
	return result.Turn{Answer: fmt.Sprint(at), Verdicts: []result.Verdict{v}}
}
