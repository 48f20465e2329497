package stability

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vlmspec/vlmspec/runner/result"
)

// sampled is a case whose samples say one letter each; a capital one passes.
func sampled(suite, said string) *result.Case {
	c := &result.Case{Suite: suite, Backend: "tiny"}
	for _, r := range said {
		s := result.Sample{Outcome: result.Failed, Turns: []result.Turn{{Answer: string(r) + " \n"}}}
		if r >= 'A' && r <= 'Z' {
			s.Outcome = result.Passed
		}
		if r == '!' {
			s.Error = &result.Fault{Kind: "timeout"}
		}
		c.Samples = append(c.Samples, s)
	}
	return c
}

func TestSuites(t *testing.T) {
	var c Collector
	for _, said := range []string{"AAA", "aab", "aaa", "AAb", "Aa!", "A"} {
		c.Add(sampled("s", said))
	}
	c.Add(sampled("r", "AAAAA"))
	c.Add(sampled("r", "Ab")) // stopped early: the first two of each count
	want := []Suite{
		{"r", "tiny", 2, 2, 0.75, 0.5, 0.25, 0.5, 0.5, 1, 0.5},
		{"s", "tiny", 5, 3, 6. / 15, 2. / 5, (1./3 + 1./3) / 5, 3. / 5, 2. / 5, 3. / 5, 1. / 5},
	}
	if diff := cmp.Diff(want, c.Suites(), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Error(diff)
	}
	if (&Collector{}).Suites() != nil || math.IsNaN(c.Suites()[0].Variance) {
		t.Error("nothing has a stability")
	}
}
