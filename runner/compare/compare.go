// Package compare says whether a run got worse than another: paired case by case, with cases that share an image counted
// together. Start reading at [Runs]; decide.go has the verdict, docs/statistics.md the reasons. A comparison is data:
// text.go and markdown.go show it.
package compare

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// Verdict of a comparison, or of one suite in it.
type Verdict string

// The verdicts. Only Block keeps a change out.
const (
	Pass         Verdict = "PASS"         // a drop of more than what is allowed is ruled out
	Inconclusive Verdict = "INCONCLUSIVE" // too few cases to say
	Warn         Verdict = "WARN"         // worse, by less than what is allowed as far as seen
	Block        Verdict = "BLOCK"        // worse by more than what is allowed, or not comparable for a fault of the candidate
)

var severity = map[Verdict]int{Pass: 0, Inconclusive: 1, Warn: 2, Block: 3}

// What may differ between the runs for cases to be compared all the same.
const (
	Prompt = "prompt"
	Images = "images"
	Checks = "checks"
)

// Options of a comparison. The zero value is not one; see [Defaults].
type Options struct {
	MaxDrop float64 `json:"max_drop"` // drop that is allowed, as a share: 0.05 is 5 points
	Alpha   float64 `json:"alpha"`    // two-sided
	// Common compares the cases that both runs have, although the candidate left out
	// some that its specs have.
	Common bool `json:"common,omitempty"`
	// Across is what may differ between the runs in a case: prompt, images, checks.
	Across []string `json:"across,omitempty"`
	// BaseBackend and CandidateBackend pick one backend of each run; "" is all.
	BaseBackend      string `json:"base_backend,omitempty"`
	CandidateBackend string `json:"candidate_backend,omitempty"`
}

// Defaults are 5 points, at 5 percent.
func Defaults() Options { return Options{MaxDrop: 0.05, Alpha: 0.05} }

func (o *Options) check() error {
	switch {
	case !(o.MaxDrop >= 0 && o.MaxDrop <= 1):
		return fmt.Errorf("the allowed drop is %v; it is a share from 0 to 1, such as 0.05 for 5 points", o.MaxDrop)
	case !(o.Alpha > 0 && o.Alpha < 1):
		return fmt.Errorf("alpha is %v; it lies between 0 and 1, such as 0.05", o.Alpha)
	}
	for _, what := range o.Across {
		if !slices.Contains([]string{Prompt, Images, Checks}, what) {
			return fmt.Errorf("%q is nothing that cases differ in; those are %s, %s and %s", what, Prompt, Images, Checks)
		}
	}
	return nil
}

// Runs compares two runs, of which neither is changed: candidate minus base throughout.
func Runs(base, candidate *result.Run, o Options) (*Comparison, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	out := &Comparison{Schema: schema, Options: o, Base: sideOf(base, o.BaseBackend), Candidate: sideOf(candidate, o.CandidateBackend)}
	matched, err := match(base, candidate, o)
	if err != nil {
		return nil, err
	}
	out.Notes = notes(base, candidate)
	for i := range matched {
		out.Suites = append(out.Suites, matched[i].compare(o))
	}
	slices.SortStableFunc(out.Suites, func(a, b Suite) int {
		return cmp.Or(-cmp.Compare(severity[a.Verdict], severity[b.Verdict]), cmp.Compare(a.File, b.File), cmp.Compare(a.Name, b.Name))
	})
	out.adjust()
	out.conclude()
	return out, nil
}

// adjust corrects the p-values of all suites for their number, by Holm, and decides
// each by what has become of its own.
func (c *Comparison) adjust() {
	var p []float64
	var of []*Suite
	for i := range c.Suites {
		if s := &c.Suites[i]; s.Test != nil {
			p, of = append(p, s.Test.P), append(of, s)
		}
	}
	adjusted, err := stats.Holm(p)
	if err != nil { // no p-value is out of range
		panic(err)
	}
	for i, s := range of {
		s.Test.Adjusted = adjusted[i]
		s.decide(c.Options)
	}
}
