package runner

import (
	"strings"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Pending is an answer of a run that a golden check did not pass: a person may
// accept it.
type Pending struct {
	Case    *result.Case
	Turn    int // from 0
	Stale   bool
	Agree   int // samples that gave this answer, as goldens compare
	Samples int
	Entry   golden.Entry // Answers holds the answer; who accepts and when is missing
}

// PendingAnswers lists what could be accepted of a run, in the order of its
// cases: for each turn the answer that most samples gave, the first of equals.
func PendingAnswers(run *result.Run) []Pending {
	var all []Pending
	for i := range run.Cases {
		c := &run.Cases[i]
		for turn := range turnsOf(c) {
			if p, ok := pendingOf(c, turn); ok {
				p.Entry.Backend, p.Entry.Model = c.Backend, run.Manifest.Backends[c.Backend].ModelDigest
				all = append(all, p)
			}
		}
	}
	return all
}

func turnsOf(c *result.Case) int {
	n := 0
	for _, s := range c.Samples {
		n = max(n, len(s.Turns))
	}
	return n
}

func pendingOf(c *result.Case, turn int) (p Pending, ok bool) {
	p = Pending{Case: c, Turn: turn}
	count := map[string]int{}
	var answers []string
	for _, s := range c.Samples {
		if turn >= len(s.Turns) {
			continue
		}
		for _, v := range s.Turns[turn].Verdicts {
			if v.Kind != "golden" {
				continue
			}
			p.Samples++
			ok = ok || v.Outcome == result.Failed || v.Outcome == result.Stale
			p.Stale = p.Stale || v.Outcome == result.Stale
			answer := judgedText(s.Turns[turn].Answer, v.Actual)
			count[check.Fold(answer)]++
			answers = append(answers, answer)
		}
	}
	if !ok {
		return p, false
	}
	best := ""
	for _, a := range answers {
		if n := count[check.Fold(a)]; n > p.Agree {
			p.Agree, best = n, a
		}
	}
	p.Entry = golden.Entry{Answers: []string{best}, Prompt: check.PromptDigest(promptOf(c, turn)), Images: imagesOf(c, turn)}
	return p, true
}

// judgedText is what the check read: the answer, unless it was on a part of it.
func judgedText(answer, actual string) string {
	if actual == "" || strings.Contains(actual, "bytes left out") || strings.TrimSpace(answer) == strings.TrimSpace(actual) {
		return answer
	}
	return actual
}

func promptOf(c *result.Case, turn int) string {
	for _, s := range c.Samples {
		if turn < len(s.Turns) {
			return s.Turns[turn].Prompt
		}
	}
	return ""
}

// imagesOf are the digests of the images that were shown up to a turn.
func imagesOf(c *result.Case, turn int) []string {
	n := 0
	for t := range turn + 1 {
		n += strings.Count(promptOf(c, t), "<image>")
	}
	var digests []string
	for _, img := range c.Images[:min(n, len(c.Images))] {
		if img.SHA256 != "" {
			digests = append(digests, img.SHA256)
		}
	}
	return digests
}
