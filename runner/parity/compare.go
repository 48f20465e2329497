package parity

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/vlmspec/vlmspec/runner/result"
)

// In what two backends can disagree.
const (
	Verdicts   = "verdicts"
	Answers    = "answers"
	FirstToken = "first token"
)

// comparison is what became of the cases that two backends answered.
type comparison struct {
	cases     int
	found     map[string][]result.Disagreement // by kind, one a case at most but for first tokens
	distances int                              // answers whose first tokens were compared
	distance  float64                          // the greatest
}

func (c *comparison) of(kind string) []result.Disagreement { return sorted(c.found[kind]) }

func (c *comparison) add(kind string, d result.Disagreement) {
	c.found[kind] = append(c.found[kind], d)
}

// compareAll compares cases by what they have in common on both backends.
func compareAll(of, with map[string]*result.Case) comparison {
	c := comparison{found: map[string][]result.Disagreement{}}
	keys := map[string]bool{}
	for _, side := range []map[string]*result.Case{of, with} {
		for key := range side {
			keys[key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		c.compare(key, of[key], with[key])
	}
	return c
}

// compare compares a case; a side may be nil.
func (c *comparison) compare(key string, of, with *result.Case) {
	if apart(of) || apart(with) {
		return
	}
	c.cases++
	d := result.Disagreement{Case: key}
	if of == nil || with == nil {
		d.Missing, d.Reason = true, "it is there on one backend only"
		c.add(Verdicts, d)
		c.add(Answers, d)
		return
	}
	d.Line = with.Line
	if d.Of, d.With = string(of.Outcome), string(with.Outcome); of.Outcome != with.Outcome {
		d.Reason = fmt.Sprintf("%s, not %s", with.Outcome, of.Outcome)
	}
	d.Missing, d.Reason = missing(of, with, d.Reason)
	if d.Reason == "" {
		d.Reason = verdictsDiffer(of, with)
	}
	if d.Reason != "" {
		c.add(Verdicts, d)
	}
	if d.Missing {
		c.add(Answers, d)
		return
	}
	c.compareAnswers(key, of, with)
}

// apart reports whether a case is left out: it does not run, or does not gate.
func apart(c *result.Case) bool {
	return c != nil && (c.Outcome == result.Skipped || c.Quarantine != nil && !c.Quarantine.Expired)
}

// missing looks for answers that are not there on either side.
func missing(of, with *result.Case, reason string) (bool, string) {
	for _, c := range []*result.Case{of, with} {
		if where := unanswered(c); where != "" {
			return true, fmt.Sprintf("no answer on %s: %s", c.Backend, where)
		}
	}
	if len(of.Samples) != len(with.Samples) {
		return true, fmt.Sprintf("%d samples, not %d", len(with.Samples), len(of.Samples))
	}
	for i := range of.Samples {
		if a, b := len(of.Samples[i].Turns), len(with.Samples[i].Turns); a != b {
			return true, fmt.Sprintf("%d turns, not %d", b, a)
		}
	}
	return false, reason
}

// unanswered says why a case has not all its answers; "" when it has.
func unanswered(c *result.Case) string {
	if len(c.Samples) == 0 {
		return "nothing was asked"
	}
	for i := range c.Samples {
		s := &c.Samples[i]
		switch {
		case s.Error != nil:
			return s.Error.Kind
		case len(s.Turns) == 0:
			return "nothing was answered"
		}
		for j := range s.Turns {
			if s.Turns[j].Answer == "" {
				return "it is empty"
			}
		}
	}
	return ""
}

// verdictsDiffer names the first check that judged differently; samples and turns
// are as many on both sides.
func verdictsDiffer(of, with *result.Case) string {
	for i := range of.Samples {
		for j := range of.Samples[i].Turns {
			a, b := of.Samples[i].Turns[j].Verdicts, with.Samples[i].Turns[j].Verdicts
			if len(a) != len(b) {
				return fmt.Sprintf("%d verdicts, not %d", len(b), len(a))
			}
			if len(a) == 0 {
				return "no check has judged it"
			}
			for k := range a {
				if a[k].Kind != b[k].Kind || a[k].Outcome != b[k].Outcome || a[k].Unread != b[k].Unread {
					return fmt.Sprintf("%s %s, not %s", b[k].Kind, said(b[k]), said(a[k]))
				}
			}
		}
	}
	return ""
}

func said(v result.Verdict) string {
	if v.Unread {
		return "cannot read it"
	}
	return string(v.Outcome)
}

// compareAnswers compares texts, how they ended, and first tokens.
func (c *comparison) compareAnswers(key string, of, with *result.Case) {
	differs := false
	for i := range of.Samples {
		for j := range of.Samples[i].Turns {
			a, b := &of.Samples[i].Turns[j], &with.Samples[i].Turns[j]
			d := result.Disagreement{Case: key, Line: with.Line, Sample: i, Turn: j, Of: a.Answer, With: b.Answer}
			if a.Answer != b.Answer || a.Finish != b.Finish {
				if !differs {
					d.Reason = fmt.Sprintf("%s, not %s", short(b), short(a))
					c.add(Answers, d)
				}
				differs = true
				continue
			}
			c.compareFirst(d, a.LogProbs, b.LogProbs)
		}
	}
}

// compareFirst compares the log-probabilities of the first token of equal answers.
func (c *comparison) compareFirst(d result.Disagreement, of, with []float64) {
	if len(of) == 0 || len(with) == 0 {
		return
	}
	apart := math.Abs(of[0] - with[0])
	if math.IsNaN(apart) {
		apart = math.Inf(1)
	}
	c.distances++
	c.distance = max(c.distance, apart)
	d.Distance, d.Reason = &apart, strconv.FormatFloat(apart, 'g', 3, 64)
	c.add(FirstToken, d)
}

// short quotes the beginning of an answer, and says when it was cut off.
func short(t *result.Turn) string {
	const limit = 40
	text := []rune(t.Answer)
	if len(text) > limit {
		text = append(text[:limit-1], '…')
	}
	if t.Finish == "length" {
		return strconv.Quote(string(text)) + " cut off"
	}
	return strconv.Quote(string(text))
}
