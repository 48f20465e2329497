// Package stability says how far the samples of cases agree, beside how often they pass. Start reading at [Collector].
package stability

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// Suite is the stability of a suite on one backend. All shares are over the same number of samples of each case, the
// first ones: those of a case that stopped early would be biased, as it stops at what decides.
type Suite struct {
	Suite   string `json:"suite"`
	Backend string `json:"backend"`
	Cases   int    `json:"cases"`   // with two samples or more
	Samples int    `json:"samples"` // of each
	// Expected is the share of samples that pass (EA), Consensus that of cases of which
	// more than half do (CA), Variance the mean variance within a case (IV).
	Expected  float64 `json:"expected"`
	Consensus float64 `json:"consensus"`
	Variance  float64 `json:"internal_variance"`
	// SameScore is the share of cases whose samples all pass or all fail (CR), SameAnswer
	// that of those that say the same but for case and blanks: two different wrong answers
	// have the same score.
	SameScore  float64 `json:"same_score"`
	SameAnswer float64 `json:"same_answer"`
	// PassAtK and PassHatK are the chances that any, and that all, of Samples samples pass.
	PassAtK  float64 `json:"pass_at_k"`
	PassHatK float64 `json:"pass_hat_k"`
}

// Collector gathers cases one by one. It is not safe for concurrent use.
type Collector struct {
	seed   maphash.Seed
	suites map[[2]string]*gathered
}

// gathered are the cases of a suite on a backend.
type gathered struct {
	passes  [][]float64 // by case, by sample: 1 or 0
	answers [][]uint64
}

// Add takes a case into account; one with fewer than two samples says nothing.
func (c *Collector) Add(k *result.Case) {
	if len(k.Samples) < 2 {
		return
	}
	if c.suites == nil {
		c.seed, c.suites = maphash.MakeSeed(), map[[2]string]*gathered{}
	}
	at := [2]string{k.Suite, k.Backend}
	g := c.suites[at]
	if g == nil {
		g = &gathered{}
		c.suites[at] = g
	}
	passes, answers := make([]float64, len(k.Samples)), make([]uint64, len(k.Samples))
	for i := range k.Samples {
		if k.Samples[i].Outcome == result.Passed {
			passes[i] = 1
		}
		answers[i] = maphash.String(c.seed, Said(&k.Samples[i]))
	}
	g.passes, g.answers = append(g.passes, passes), append(g.answers, answers)
}

// Said is what a sample says, in small letters with single blanks; of one without an answer, that.
func Said(s *result.Sample) string {
	if s.Error != nil {
		return "\x00" + s.Error.Kind
	}
	var all []string
	for _, t := range s.Turns {
		all = append(all, strings.Join(strings.Fields(strings.ToLower(t.Answer)), " "))
	}
	return strings.Join(all, "\x00")
}

// Suites are the suites whose cases have samples, by name.
func (c *Collector) Suites() []Suite {
	var all []Suite
	for at, g := range c.suites {
		s := g.stability()
		s.Suite, s.Backend = at[0], at[1]
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Suite) int { return cmp.Or(cmp.Compare(a.Suite, b.Suite), cmp.Compare(a.Backend, b.Backend)) })
	return all
}

func (g *gathered) stability() Suite {
	s := Suite{Cases: len(g.passes), Samples: len(g.passes[0])}
	for _, passes := range g.passes {
		s.Samples = min(s.Samples, len(passes))
	}
	first := make([][]float64, len(g.passes))
	for i, passes := range g.passes {
		first[i] = passes[:s.Samples]
		k := 0
		for _, p := range first[i] {
			k += int(p)
		}
		if k > 0 {
			s.PassAtK++
		}
		if k == s.Samples {
			s.PassHatK++
		}
		if same(g.answers[i][:s.Samples]) {
			s.SameAnswer++
		}
	}
	n := float64(s.Cases)
	s.PassAtK, s.PassHatK, s.SameAnswer = s.PassAtK/n, s.PassHatK/n, s.SameAnswer/n
	// None is undefined, as each case has two samples or more.
	s.Expected, _ = stats.ExpectedAccuracy(first)
	s.Consensus, _ = stats.ConsensusAccuracy(first)
	s.Variance, _ = stats.InternalVariance(first)
	s.SameScore, _ = stats.ConsistencyRate(first)
	return s
}

func same(all []uint64) bool {
	for _, x := range all {
		if x != all[0] {
			return false
		}
	}
	return true
}
