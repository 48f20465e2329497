package compare

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// compare compares a suite. Its verdict follows, once the number of suites is known,
// but where there is nothing to test.
func (p pairing) compare(o Options) Suite {
	s := Suite{Name: p.base.suite, File: p.base.file, Base: p.base.backend}
	if p.candidate == nil {
		s.absent(p, o)
		return s
	}
	s.Candidate = p.candidate.backend
	sorted := p.sort(o)
	s.Left, s.unsure = sorted.left, sorted.unsure
	pairs := sorted.pairs
	s.Cases = len(pairs)
	if len(pairs) == 0 {
		s.Verdict, s.Reason = Inconclusive, "no case can be compared: "+s.leftOver()
		return s
	}
	images := clusters(pairs)
	was, now := s.count(pairs)
	s.test(was, now, images, o)
	s.scores(pairs, images, o)
	s.labels(pairs)
	s.flips(pairs)
	s.figures(p)
	return s
}

// absent is a suite that the candidate has nothing of.
func (s *Suite) absent(p pairing, o Options) {
	s.Verdict, s.Reason = Block, fmt.Sprintf("the candidate has no result of this suite on %s", p.base.backend)
	if o.Common {
		s.Verdict, s.Reason = Inconclusive, s.Reason+", and only what both runs have is compared"
	}
	s.Left = []Left{{Why: "without a result in the candidate", Counts: !o.Common, Cases: slices.Clone(p.base.order)}}
}

// count fills in who passed what, and returns it as scores of 0 and 1.
func (s *Suite) count(pairs []pair) (was, now []float64) {
	was, now = make([]float64, len(pairs)), make([]float64, len(pairs))
	b := &Beside{}
	for i, p := range pairs {
		before, after := passed(p.base), p.candidate != nil && passed(p.candidate)
		if p.candidate == nil || verdictOf(p.candidate) == result.Error {
			s.Errors++
		}
		switch {
		case before && after:
			b.Both++
		case before:
			b.Lost++
		case after:
			b.Gained++
		default:
			b.Neither++
		}
		if before {
			was[i] = 1
		}
		if after {
			now[i] = 1
		}
	}
	s.Passed = [2]int{b.Both + b.Lost, b.Both + b.Gained}
	s.BaseShare, s.Share = float64(s.Passed[0])/float64(len(pairs)), float64(s.Passed[1])/float64(len(pairs))
	s.Beside = b
	return was, now
}

// test fills in the numbers; the errors that these functions have are excluded by what they are given.
func (s *Suite) test(was, now []float64, images []string, o Options) {
	paired, err := stats.Pair(was, now, images)
	if err != nil {
		panic(err)
	}
	level := 1 - o.Alpha
	s.Images = paired.Clusters()
	flips := paired.SignFlip()
	t := &Test{Diff: flips.Diff, P: flips.P, MidP: flips.MidP, Differ: flips.Clusters, Exact: flips.Exact, DesignEffect: paired.DesignEffect()}
	interval, method, err := paired.Interval(level)
	if t.Method = method; err == nil {
		t.Interval = &Interval{interval.Low, interval.High}
	}
	s.Test = t
	s.plan(o)

	b := s.Beside
	table := stats.Table{Both: b.Both, B: b.Lost, C: b.Gained, Neither: b.Neither}
	b.McNemar, _ = stats.McNemarExact(b.Lost, b.Gained)
	b.McNemarMid, _ = stats.McNemarMidP(b.Lost, b.Gained)
	if i, err := stats.Newcombe(table, level); err == nil {
		b.Newcombe = &Interval{i.Low, i.High}
	}
	b.CohensH, _ = stats.CohensH(s.Share, s.BaseShare)
	if g, err := stats.CohensG(b.Lost, b.Gained); err == nil {
		b.CohensG = &g
	}
}

// scores compares mean scores, where a case can score more than that it passes.
func (s *Suite) scores(pairs []pair, images []string, o Options) {
	was, now := make([]float64, len(pairs)), make([]float64, len(pairs))
	graded := false
	for i, p := range pairs {
		was[i] = p.base.Score
		if p.candidate != nil {
			now[i] = p.candidate.Score
		}
		graded = graded || was[i] != 0 && was[i] != 1 || now[i] != 0 && now[i] != 1
	}
	if !graded {
		return
	}
	c, err := stats.PairedClustered(was, now, images, 1-o.Alpha)
	if err != nil || !c.Spread {
		return
	}
	n := float64(len(pairs))
	for i := range was {
		if s.Scores == nil {
			s.Scores = &Scores{Diff: c.Diff, P: c.P, Interval: &Interval{c.Low, c.High}}
		}
		s.Scores.Base += was[i] / n
		s.Scores.Candidate += now[i] / n
	}
}

// labels counts by label, the one that lost most first.
func (s *Suite) labels(pairs []pair) {
	at := map[string]int{}
	for _, p := range pairs {
		before, after := passed(p.base), p.candidate != nil && passed(p.candidate)
		labels := p.base.Labels
		if p.candidate != nil {
			labels = p.candidate.Labels
		}
		for _, name := range labels {
			i, ok := at[name]
			if !ok {
				i = len(s.Labels)
				at[name] = i
				s.Labels = append(s.Labels, Label{Label: name})
			}
			l := &s.Labels[i]
			l.Cases++
			if before && !after {
				l.Lost++
			} else if after && !before {
				l.Gained++
			}
		}
	}
	for i := range s.Labels {
		l := &s.Labels[i]
		l.Diff = float64(l.Gained-l.Lost) / float64(l.Cases)
	}
	slices.SortFunc(s.Labels, func(a, b Label) int { return cmp.Or(cmp.Compare(a.Diff, b.Diff), cmp.Compare(a.Label, b.Label)) })
}
