// Package parity compares what backends answered to the same cases: whether a
// conversion, a quantisation, a server or another engine has changed anything.
// Start reading at [Run]; compare.go compares two cases.
//
// Backends agree on a case by its verdicts, by its answers to the letter, and where
// both give log-probabilities by how far those of the first token lie apart. An
// answer that is missing on one side, or on both, is never agreement.
package parity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Run evaluates the parity of every suite of a run that asks for it: gates of each
// backend against the one that it must agree with.
func Run(run *result.Run) []result.Gate {
	var out []result.Gate
	for _, s := range run.Manifest.Suites {
		if s.Parity == nil {
			continue
		}
		ran := casesOf(run.Cases, s.File)
		for _, backend := range s.Parity.With {
			out = append(out, evaluate(s, backend, ran)...)
		}
	}
	return out
}

// casesOf lists the cases of a suite by backend and by what they have in common
// on all.
func casesOf(cases []result.Case, file string) map[string]map[string]*result.Case {
	all := map[string]map[string]*result.Case{}
	for i := range cases {
		c := &cases[i]
		if c.File != file {
			continue
		}
		if all[c.Backend] == nil {
			all[c.Backend] = map[string]*result.Case{}
		}
		all[c.Backend][strings.TrimSuffix(c.ID, "@"+c.Backend)] = c
	}
	return all
}

// evaluate compares a backend with the one that the rule names.
func evaluate(s result.Suite, backend string, ran map[string]map[string]*result.Case) []result.Gate {
	rule := s.Parity
	blank := func(what string) result.Gate {
		return result.Gate{
			Suite: s.Name, Backend: backend, OneOfSeveral: true, Name: fmt.Sprintf("parity with %s: %s", rule.Of, what),
			Metric: "parity_" + strings.ReplaceAll(what, " ", "_"), File: s.File, Line: rule.Line,
		}
	}
	verdicts, answers, first := blank("verdicts"), blank("answers"), blank("first token")
	verdicts.Min, answers.Min, first.Max = rule.Verdicts, rule.Answers, rule.FirstToken
	for _, side := range []string{rule.Of, backend} {
		if n, all := len(ran[side]), s.Cases[side]; n != all || n == 0 {
			verdicts.Outcome, verdicts.Reason = result.Skipped, fmt.Sprintf("%d of the suite's %d cases ran on %s", n, all, side)
			if all == 0 {
				verdicts.Outcome, verdicts.Reason = result.Error, fmt.Sprintf("the suite has no cases on %s", side)
			}
			return []result.Gate{verdicts}
		}
	}
	c := compareAll(ran[rule.Of], ran[backend])
	if c.cases == 0 {
		verdicts.Outcome, verdicts.Reason = result.Error, "no case was compared: all are skipped or quarantined"
		return []result.Gate{verdicts}
	}
	share(&verdicts, c, Verdicts)
	share(&answers, c, Answers)
	distance(&first, c)
	out := []result.Gate{verdicts, answers}
	if c.distances > 0 || rule.FirstToken != nil {
		out = append(out, first)
	}
	return out
}

// share decides by the share of cases that agree.
func share(g *result.Gate, c comparison, kind string) {
	g.Cases, g.Disagreements = c.cases, c.of(kind)
	value := 1 - float64(len(g.Disagreements))/float64(c.cases)
	g.Value = &value
	const slack = 1e-12
	if g.Min != nil {
		g.Outcome = result.Passed
		if value < *g.Min-slack {
			g.Outcome = result.Failed
		}
	}
	if n := len(g.Disagreements); n > 0 {
		g.Reason = fmt.Sprintf("%d of %d cases disagree: %s", n, c.cases, sample(g.Disagreements))
	}
	g.Disagreements = g.Disagreements[:min(len(g.Disagreements), MaxDisagreements)]
}

// distance decides by the greatest difference of first tokens.
func distance(g *result.Gate, c comparison) {
	g.Cases = c.distances
	if c.distances == 0 {
		g.Outcome, g.Reason = result.Error, "no equal answers have log-probabilities on both sides"
		return
	}
	value := c.distance
	g.Value = &value
	if g.Max == nil {
		return
	}
	g.Outcome = result.Passed
	var far []result.Disagreement
	for _, d := range c.of(FirstToken) {
		if *d.Distance > *g.Max {
			far = append(far, d)
		}
	}
	if len(far) > 0 {
		g.Outcome = result.Failed
		g.Reason = fmt.Sprintf("%d of %d answers are further apart: %s", len(far), c.distances, sample(far))
		g.Disagreements = far[:min(len(far), MaxDisagreements)]
	}
}

// MaxDisagreements bounds the list that a gate carries; its reason counts all.
const MaxDisagreements = 100

// sample names the first disagreements for people.
func sample(all []result.Disagreement) string {
	const shown = 3
	var parts []string
	for _, d := range all[:min(len(all), shown)] {
		parts = append(parts, fmt.Sprintf("%s (%s)", d.Case, d.Reason))
	}
	if n := len(all) - shown; n > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(parts, ", ")
}

// sorted puts what is missing first, then what is furthest apart, then by name.
func sorted(all []result.Disagreement) []result.Disagreement {
	slices.SortStableFunc(all, func(a, b result.Disagreement) int {
		far := func(d result.Disagreement) float64 {
			if d.Distance == nil {
				return 0
			}
			return *d.Distance
		}
		missing := func(d result.Disagreement) int {
			if d.Missing {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(missing(a), missing(b)), cmp.Compare(far(b), far(a)), cmp.Compare(a.Case, b.Case))
	})
	return all
}
