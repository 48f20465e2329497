package compare

import (
	"cmp"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
)

// flips lists the cases that passed in one run alone: what was lost first, by the label
// that lost most, in the order of the specs.
func (s *Suite) flips(pairs []pair) {
	rank := map[string]int{}
	for i, l := range s.Labels {
		rank[l.Label] = i
	}
	for _, p := range pairs {
		before, after := passed(p.base), p.candidate != nil && passed(p.candidate)
		if before == after {
			if !after {
				s.Known++
			}
			continue
		}
		c := cmp.Or(p.candidate, p.base)
		f := Flip{ID: c.ID, Name: c.Name, File: c.File, Line: c.Line, Labels: c.Labels, Images: c.Images, Lost: before, Base: answerOf(p.base), Now: answerOf(p.candidate)}
		if len(c.Labels) > 0 {
			f.Label = slices.MinFunc(c.Labels, func(a, b string) int { return cmp.Compare(rank[a], rank[b]) })
		}
		s.Flips = append(s.Flips, f)
	}
	slices.SortStableFunc(s.Flips, func(a, b Flip) int {
		if a.Lost != b.Lost {
			return map[bool]int{true: -1, false: 1}[a.Lost]
		}
		return cmp.Or(cmp.Compare(rank[a.Label], rank[b.Label]), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}

// answerOf is what a run said to a case: in its first sample that ended as the case did,
// in the turn that decided. nil is a case without a result.
func answerOf(c *result.Case) Answer {
	if c == nil {
		return Answer{Outcome: result.Error, Reason: "the run has no result of this case"}
	}
	a := Answer{Outcome: verdictOf(c), Samples: len(c.Samples), Reason: c.Reason}
	var tells *result.Sample
	for i := range c.Samples {
		sample := &c.Samples[i]
		if sample.Outcome == result.Passed {
			a.Passed++
		}
		if tells == nil && (sample.Outcome == result.Passed) == passed(c) {
			tells = sample
		}
	}
	if tells == nil {
		return a
	}
	if tells.Error != nil {
		a.Reason = tells.Error.Message
	}
	for i := range tells.Turns {
		t := &tells.Turns[i]
		a.Prompt, a.Text, a.Finish = t.Prompt, t.Answer, t.Finish
		if v := deciding(t.Verdicts); v != nil {
			a.Expected, a.Actual, a.Overlay = v.Expected, v.Actual, v.Overlay
			if v.Outcome != result.Passed {
				a.Reason = v.Kind + ": " + v.Reason
				break
			}
		}
	}
	return a
}

// deciding is the verdict that an answer hangs on: the first that does not pass, else
// the first that looked at the image, else the first.
func deciding(verdicts []result.Verdict) *result.Verdict {
	if i := slices.IndexFunc(verdicts, func(v result.Verdict) bool { return v.Outcome != result.Passed && !v.Warn }); i >= 0 {
		return &verdicts[i]
	}
	if i := slices.IndexFunc(verdicts, func(v result.Verdict) bool { return v.Overlay != nil }); i >= 0 {
		return &verdicts[i]
	}
	if len(verdicts) > 0 {
		return &verdicts[0]
	}
	return nil
}
