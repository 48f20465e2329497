package compare

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// half is a suite on one backend of one run.
type half struct {
	suite, file, backend string
	cases                map[string]*result.Case // by ID without the backend
	order                []string
	inSpecs              int // cases that the specs have, -1 where the run does not say
}

// key is the ID of a case without its backend, which only cases of a matrix have.
func key(c *result.Case) string { return strings.TrimSuffix(c.ID, "@"+c.Backend) }

// halves are the suites of a run by name and backend; those of one backend where it is named.
func halves(run *result.Run, backend string) (map[string]map[string]*half, error) {
	all := map[string]map[string]*half{}
	seen := map[string]bool{}
	for i := range run.Cases {
		c := &run.Cases[i]
		if seen[c.Backend] = true; backend != "" && c.Backend != backend {
			continue
		}
		if all[c.Suite] == nil {
			all[c.Suite] = map[string]*half{}
		}
		h := all[c.Suite][c.Backend]
		if h == nil {
			h = &half{suite: c.Suite, file: c.File, backend: c.Backend, cases: map[string]*result.Case{}, inSpecs: -1}
			all[c.Suite][c.Backend] = h
		}
		k := key(c)
		if h.cases[k] != nil {
			return nil, fmt.Errorf("run %s has the case %s twice", run.Manifest.ID, c.ID)
		}
		h.cases[k] = c
		h.order = append(h.order, k)
	}
	if backend != "" && !seen[backend] {
		return nil, fmt.Errorf("run %s has no backend %q; it has %s", run.Manifest.ID, backend, list(slices.Sorted(maps.Keys(seen))))
	}
	for _, s := range run.Manifest.Suites {
		for backend, n := range s.Cases {
			if h := all[s.Name][backend]; h != nil {
				h.inSpecs = max(0, h.inSpecs) + n // a suite may lie in several files
			}
		}
	}
	return all, nil
}

// match finds for each suite and backend of the base what it is compared with.
func match(base, candidate *result.Run, o Options) ([]pairing, error) {
	for _, run := range []*result.Run{base, candidate} {
		if run.Manifest.UnderWay {
			return nil, fmt.Errorf("run %s is still under way; compare it when it has ended", run.Manifest.ID)
		}
	}
	was, err := halves(base, o.BaseBackend)
	if err != nil {
		return nil, err
	}
	now, err := halves(candidate, o.CandidateBackend)
	if err != nil {
		return nil, err
	}
	if len(was) == 0 {
		return nil, fmt.Errorf("run %s, the base, has no case to compare with", base.Manifest.ID)
	}
	var all []pairing
	for _, name := range slices.Sorted(maps.Keys(was)) {
		all = append(all, matchBackends(was[name], now[name])...)
	}
	return all, nil
}

// matchBackends pairs the backends of a suite by name, and those that are left over
// where each run has one.
func matchBackends(was, now map[string]*half) []pairing {
	var all []pairing
	var left, fresh []*half
	for _, backend := range slices.Sorted(maps.Keys(was)) {
		if now[backend] != nil {
			all = append(all, pairing{was[backend], now[backend]})
		} else {
			left = append(left, was[backend])
		}
	}
	for _, backend := range slices.Sorted(maps.Keys(now)) {
		if was[backend] == nil {
			fresh = append(fresh, now[backend])
		}
	}
	if len(left) == 1 && len(fresh) == 1 {
		return append(all, pairing{left[0], fresh[0]})
	}
	for _, h := range left {
		all = append(all, pairing{h, nil})
	}
	return all
}

// pairing is a suite in both runs; nil where the candidate has none of it.
type pairing struct{ base, candidate *half }

// pair is a case in both runs; of the candidate nil where it has no result, though its
// specs have the case.
type pair struct{ base, candidate *result.Case }

// sorted are the cases that can be compared, and what is left over.
type sorted struct {
	pairs []pair
	left  []Left
	// unsure says that the candidate lacks cases of its specs, and which is not known.
	unsure int
}

func (p pairing) sort(o Options) sorted {
	var s sorted
	var gone []pair
	for _, k := range p.base.order {
		b, c := p.base.cases[k], p.candidate.cases[k]
		switch why := incomparable(b, c, o); {
		case c == nil && b.Outcome != result.Skipped:
			gone = append(gone, pair{b, nil})
		case why != "":
			s.leave(why, b.ID)
		default:
			s.pairs = append(s.pairs, pair{b, c})
		}
	}
	s.missing(gone, p.candidate, o)
	for _, k := range p.candidate.order {
		if p.base.cases[k] == nil {
			s.leave("only in the candidate", p.candidate.cases[k].ID)
		}
	}
	slices.SortStableFunc(s.left, func(a, b Left) int { return -cmp.Compare(len(a.Cases), len(b.Cases)) })
	return s
}

// missing are cases of the base that the candidate has no result of. How many cases its
// specs have is known, not which they are.
func (s *sorted) missing(gone []pair, candidate *half, o Options) {
	unknown, notRun := candidate.inSpecs < 0, candidate.inSpecs-len(candidate.cases)
	for _, g := range gone {
		switch why := incomparable(g.base, nil, o); {
		case o.Common:
			s.leave("without a result in the candidate", g.base.ID)
		case notRun < len(gone):
			s.leave("only in the base", g.base.ID)
		case why != "":
			s.leave(why, g.base.ID)
		default:
			s.leave("in the specs of the candidate, without a result", g.base.ID)
			s.left[len(s.left)-1].Counts = true
			s.pairs = append(s.pairs, g)
		}
	}
	switch {
	case o.Common || len(gone) == 0:
	case unknown:
		s.unsure = len(gone)
	case notRun > 0 && notRun < len(gone):
		s.unsure = notRun
	}
}

func (s *sorted) leave(why, id string) {
	i := slices.IndexFunc(s.left, func(l Left) bool { return l.Why == why })
	if i < 0 {
		i = len(s.left)
		s.left = append(s.left, Left{Why: why})
	}
	s.left[i].Cases = append(s.left[i].Cases, id)
}

// incomparable is why a case is not compared; "" where it is. candidate may be nil.
func incomparable(base, candidate *result.Case, o Options) string {
	switch {
	case base.Outcome == result.Skipped:
		return "skipped in the base"
	case base.Outcome == result.Unchecked:
		return "judged by no check in the base"
	case verdictOf(base) == result.Error:
		return "ended in error in the base"
	case candidate == nil:
		return ""
	case candidate.Outcome == result.Skipped:
		return "skipped in the candidate"
	case candidate.Outcome == result.Unchecked:
		return "judged by no check in the candidate"
	case candidate.Quarantine != nil && !candidate.Quarantine.Expired:
		return "in quarantine"
	}
	if changed := changes(base, candidate); len(changed) > 0 {
		changed = slices.DeleteFunc(changed, func(what string) bool { return slices.Contains(o.Across, what) })
		if len(changed) > 0 {
			return "changed: " + strings.Join(changed, ", ")
		}
	}
	return ""
}

// verdictOf is the outcome of a case whether or not it gates.
func verdictOf(c *result.Case) result.Outcome {
	if c.Quarantine != nil && c.Quarantine.Outcome != "" {
		return c.Quarantine.Outcome
	}
	return c.Outcome
}

// passed reports whether the samples of a case did what the case requires, marked xfail or not.
func passed(c *result.Case) bool {
	o := verdictOf(c)
	return o == result.Passed || o == result.XPassed
}

// changes is what a case is asked, or judged by, that differs between the runs.
func changes(base, candidate *result.Case) []string {
	var all []string
	add := func(what string, was, now string) {
		if was != now {
			all = append(all, what)
		}
	}
	was, now := base.Digests, candidate.Digests
	unseen := verdictOf(candidate) == result.Error // its images may be what could not be read
	if was == nil || now == nil {
		if !unseen {
			add(Images, imagesOf(base), imagesOf(candidate))
		}
		return all
	}
	add(Prompt, was.Prompt, now.Prompt)
	if !unseen || now.Images != "" {
		add(Images, was.Images, now.Images)
	}
	add(Checks, was.Checks, now.Checks)
	return all
}

func imagesOf(c *result.Case) string {
	var all []string
	for _, img := range c.Images {
		all = append(all, img.SHA256)
	}
	return strings.Join(all, " ")
}
