package review

import (
	"fmt"
	"slices"
	"strings"
)

// Tally counts what was decided.
type Tally map[Decision]int

func (m *model) tally() Tally {
	t := Tally{}
	for _, d := range m.decided {
		t[d]++
	}
	return t
}

// String is "2 accepted, 1 skipped".
func (t Tally) String() string {
	var parts []string
	for _, d := range decisions {
		if n := t[d.decision]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, d.done))
		}
	}
	if parts == nil {
		return "nothing decided"
	}
	return strings.Join(parts, ", ")
}

// decisions say how decisions are shown, in the order they are counted.
var decisions = []decisionWords{
	{Accept, "accepted", "✓"},
	{Alternative, "accepted as alternative", "✓"},
	{Loosen, "loosened", "≈"},
	{Reject, "rejected", "✗"},
	{Skip, "skipped", "–"},
}

type decisionWords struct {
	decision   Decision
	done, sign string
}

func wordsOf(d Decision) decisionWords {
	return decisions[slices.IndexFunc(decisions, func(t decisionWords) bool { return t.decision == d })]
}

func done(d Decision) string { return wordsOf(d).done }

// Written counts the decisions that are written somewhere.
func (t Tally) Written() int {
	n := 0
	for d, count := range t {
		if d != Skip {
			n += count
		}
	}
	return n
}
