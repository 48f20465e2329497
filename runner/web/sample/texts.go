package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// texts are answers that a page must show with care.
func (s *sampler) texts() {
	for _, backend := range []string{"base", "tuned"} {
		good := backend == "tuned"
		s.add("texts", "hostile "+hostile, backend, 5, []string{"shapes.png"}, result.Turn{Answer: hostile, Reasoning: hostile, Verdicts: []result.Verdict{equals(good, hostile, hostile, 7)}})
		long := strings.Repeat("a word and another. ", 52_429)[:1_048_576]
		s.add("texts", "a long answer", backend, 10, []string{"shapes.png"}, result.Turn{Answer: long, Verdicts: []result.Verdict{equals(good, "short", "long", 12)}})
		said, accepted := "A white cup of coffee on a red saucer beside a spoon.", "A white espresso cup on a red saucer."
		v := result.Verdict{Kind: "golden", Outcome: result.Failed, Expected: strconv.Quote(accepted), Actual: said, Reason: "the answer is not the accepted one", Golden: &result.Golden{State: result.GoldenChanged}, File: "specs/texts.yaml", Line: 17}
		if good {
			v = result.Verdict{Kind: "golden", Outcome: result.Passed, Score: 1, Golden: &result.Golden{State: result.GoldenSame}, File: "specs/texts.yaml", Line: 17}
			said = accepted
		}
		s.add("texts", "describes the cup", backend, 15, []string{"first.png"}, result.Turn{Answer: said, Reasoning: "It is white. It stands on something red.", Verdicts: []result.Verdict{v}})
		s.add("texts", "a judge and a group", backend, 20, []string{"first.png"}, result.Turn{Answer: "A disc and a square.", Verdicts: []result.Verdict{
			{Kind: "judge", Outcome: result.Passed, Score: 0.9, Expected: "a grade of at least 0.7", Measures: []result.Measure{{What: "grade", Value: 0.9, Min: new(0.7)}}, Judge: &result.Judge{Backend: "grader", Prompt: "Grade it.", Answer: `{"score": 0.9}`, Tries: 1}, File: "specs/texts.yaml", Line: 22},
			{Kind: "any_of", Outcome: result.Passed, Score: 1, File: "specs/texts.yaml", Line: 23, Inner: []result.Verdict{equals(true, "disc", "disc", 24), equals(false, "cube", "disc", 25)}},
		}})
	}
}

// ratings are scores against people's opinion, off by more on base.
func (s *sampler) ratings() {
	for _, backend := range []string{"base", "tuned"} {
		for i := range 24 {
			mos := 1 + 4*float64(i)/23
			off := 0.9 * math.Sin(float64(i)*1.7)
			if backend == "tuned" {
				off /= 3
			}
			value := math.Round(min(5, max(1, mos+off))*10) / 10
			mos = math.Round(mos*100) / 100
			v := result.Verdict{
				Kind: "score", Outcome: result.Passed, Score: 1, Expected: fmt.Sprintf("%.2f to %.2f", mos-0.75, mos+0.75), Actual: fmt.Sprint(value), File: "specs/ratings.yaml", Line: 12,
				Measures: []result.Measure{{What: "value", Value: value, Min: new(mos - 0.75), Max: new(mos + 0.75)}},
			}
			if math.Abs(value-mos) > 0.75 {
				v.Outcome, v.Score, v.Reason = result.Failed, 0, fmt.Sprintf("read in %q: %v, expected %.2f to %.2f", fmt.Sprint(value), value, mos-0.75, mos+0.75)
			}
			image := []string{"wide.png", "tall.png", "first.png"}[i%3]
			s.add("ratings", fmt.Sprintf("rates image %d", i), backend, 10, []string{image}, result.Turn{Answer: fmt.Sprint(value), Verdicts: []result.Verdict{v}}, func(c *result.Case) {
				c.Vars = map[string]string{"mos": fmt.Sprint(mos)}
				c.Labels = append(c.Labels, []string{"blur", "noise", "jpeg"}[i%3])
			})
		}
	}
}

// rest has the other outcomes.
func (s *sampler) rest() {
	one := func(name string, ok bool, more func(*result.Case)) {
		s.add("rest", name, "tuned", 5+len(s.run.Cases), []string{"shapes.png"}, result.Turn{Answer: "red", Verdicts: []result.Verdict{equals(ok, "red", "red", 7)}}, more)
	}
	one("is unstable", true, func(c *result.Case) {
		c.Outcome, c.Reason, c.Require = result.Unstable, "3 of 5 samples passed, 4 needed", "4/5"
		c.Samples = nil
		for i := range 5 {
			answer := []string{"red", "red", "blue", "red", "green"}[i]
			sample := result.Sample{Index: i, Seed: uint32(i), Turns: []result.Turn{{Prompt: "<image>What color is it?", Answer: answer, Finish: "stop", Verdicts: []result.Verdict{equals(answer == "red", "red", answer, 7)}}}}
			sample.Outcome = sample.Judged()
			c.Samples = append(c.Samples, sample)
		}
	})
	one("cannot be read", true, func(c *result.Case) {
		c.Outcome, c.Reason = result.Error, "text.png: no image: it starts with 6e 6f 20 69"
		c.Images = []result.Image{shown(s.dir, "text.png")}
		c.Samples = []result.Sample{{Outcome: result.Error, Turns: []result.Turn{{Prompt: "<image>What is it?"}}, Error: &result.Fault{Kind: "invalid_request", Message: c.Reason, Stderr: "decode: no image\n"}}}
	})
	one("has lost its image", true, func(c *result.Case) {
		c.Images = []result.Image{{Path: "gone.png", SHA256: strings.Repeat("0", 64), Width: 64, Height: 64}}
	})
	one("is stale", true, func(c *result.Case) { c.Outcome, c.Reason = result.Stale, "golden: the prompt has changed" })
	one("passes though marked xfail", true, func(c *result.Case) {
		c.Outcome, c.XFail, c.Reason = result.XPassed, "the model is blind to color", "passed although marked xfail"
	})
	one("fails as it should", false, func(c *result.Case) { c.Outcome, c.XFail = result.XFailed, "the model is blind to color" })
	one("is quarantined", false, func(c *result.Case) {
		c.Outcome, c.Quarantine = result.Quarantined, &result.Quarantine{Until: "2026-12-24", Reason: "the server is being moved", File: "quarantine.yaml", Line: 3, Outcome: result.Failed}
	})
	one("is skipped", true, func(c *result.Case) { c.Outcome, c.Reason, c.Samples = result.Skipped, "skip: not on Mondays", nil })
	one("was not checked", true, func(c *result.Case) {
		c.Outcome, c.Samples[0].Outcome, c.Samples[0].Turns[0].Verdicts = result.Unchecked, result.Unchecked, nil
	})
	one("shows no image", true, func(c *result.Case) { c.Images = nil })
}

// passed is a run of one backend in which all is well.
func passed(dir string) *result.Run {
	all := everything(dir, 0)
	run := &result.Run{Manifest: all.Manifest}
	for i := range all.Cases {
		if c := all.Cases[i]; c.Backend == "tuned" && c.Outcome == result.Passed {
			run.Cases = append(run.Cases, c)
		}
	}
	run.Manifest.Selected = len(run.Cases)
	return run
}

// large has so many cases, one in thirty of which fails; in one suite they gather.
func large(dir string, n int) *result.Run {
	s := &sampler{dir, 0, &result.Run{Manifest: manifest(dir)}}
	for i := range n {
		bad := i%30 == 7 || i > n/2 && i < n/2+n/20 && i%2 == 0
		s.add(fmt.Sprintf("suite-%02d", i*20/n), fmt.Sprintf("finds the thing number %d", i), "tuned", 5, []string{"wide.png"}, points(dir, !bad))
	}
	for i := range s.run.Cases {
		s.run.Cases[i].Index, s.run.Cases[i].OneOfSeveral = i, false
	}
	return s.run
}
