package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stability"
)

// stabilityLine is how far the samples of a suite agree.
func stabilityLine(s *stability.Suite) string {
	return visible.Line(fmt.Sprintf("%s @%s: of %d samples each %s pass, pass@%d %s, pass^%d %s; most pass in %s, variance %s; all alike in %s, the same answer in %s of %s",
		s.Suite, s.Backend, s.Samples, percentOf(s.Expected), s.Samples, fine(s.PassAtK), s.Samples, fine(s.PassHatK), percentOf(s.Consensus), fine(s.Variance),
		percentOf(s.SameScore), percentOf(s.SameAnswer), cases(s.Cases)))
}

// answersOf is how often the samples of a case say what, the most frequent first; "" where
// all say the same.
func answersOf(c *result.Case) string {
	const most, width = 6, 80
	type answer struct {
		text string
		n    int
	}
	at := map[string]int{}
	var all []answer
	for i := range c.Samples {
		s := &c.Samples[i]
		said := stability.Said(s)
		k, ok := at[said]
		if !ok {
			k = len(all)
			at[said] = k
			all = append(all, answer{text: lastSaid(s)})
		}
		all[k].n++
	}
	if len(all) < 2 {
		return ""
	}
	slices.SortStableFunc(all, func(a, b answer) int { return -cmp.Compare(a.n, b.n) })
	var parts []string
	for _, a := range all[:min(most, len(all))] {
		parts = append(parts, fmt.Sprintf("%d× %s", a.n, oneLine(a.text, width)))
	}
	if left := len(all) - most; left > 0 {
		parts = append(parts, fmt.Sprintf("and %d others", left))
	}
	return strings.Join(parts, "\n")
}

func lastSaid(s *result.Sample) string {
	switch {
	case s.Error != nil:
		return "(" + s.Error.Kind + ")"
	case len(s.Turns) == 0:
		return "(nothing)"
	}
	return s.Turns[len(s.Turns)-1].Answer
}
