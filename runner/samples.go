package runner

import (
	"context"
	"fmt"

	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// samples waits for the samples of a case, whose tasks begin at first, and judges them,
// until none that is left is needed where the case says so.
func (e *Execution) samples(ctx context.Context, p *plan.Case, c *result.Case, first int) bool {
	for k := 0; k < p.Repeat; {
		n := ahead(p, c.Samples)
		if n == 0 {
			break
		}
		for i := range n {
			e.pool.Begin(first + k + i)
		}
		for range n {
			a, ok := e.pool.Wait(ctx, first+k)
			if !ok {
				return false
			}
			e.sample(ctx, p, c, k, a)
			k++
		}
	}
	return true
}

// ahead is how many more samples a case surely needs, which therefore can be asked for
// together; 0 once it needs none.
func ahead(p *plan.Case, samples []result.Sample) int {
	left := p.Repeat - len(samples)
	switch passed, failed := counted(samples); {
	case p.Decided:
		needed := p.Require.Passes(p.Repeat)
		return max(0, min(left, needed-passed, p.Repeat-needed+1-failed))
	case p.Sequential > 0:
		return untilShown(p, passed, failed, left)
	}
	return left
}

// counted are the samples that passed, and that did not. An error or a stale golden could
// have been either, so it counts as one that is left.
func counted(samples []result.Sample) (passed, failed int) {
	for i := range samples {
		switch samples[i].Outcome {
		case result.Passed:
			passed++
		case result.Error, result.Stale:
		default:
			failed++
		}
	}
	return passed, failed
}

// untilShown is how many more samples, all of which pass or all of which do not, it takes
// to show that the rate is above or below what is required; not more than are left.
func untilShown(p *plan.Case, passed, failed, left int) int {
	for n := range left {
		if rateOf(p, passed+n, failed) != stats.DecidedOpen || rateOf(p, passed, failed+n) != stats.DecidedOpen {
			return n
		}
	}
	return left
}

// rateOf is whether a rate is shown to be at least, or below, the share that is required, by an
// interval that holds after every sample at once.
func rateOf(p *plan.Case, passed, failed int) stats.Decision {
	open, err := stats.InBinomialCS(p.Require.Share, passed, passed+failed, p.Sequential)
	switch {
	case err != nil || open:
		return stats.DecidedOpen
	case float64(passed) > p.Require.Share*float64(passed+failed):
		return stats.DecidedPassed
	}
	return stats.DecidedFailed
}

// concludeRate makes the outcome of a case whose rate was to be shown. What is not shown
// does not pass.
func concludeRate(p *plan.Case, c *result.Case, errors int) {
	passed, failed := counted(c.Samples)
	decision := rateOf(p, passed, failed)
	i, _ := stats.BinomialCS(passed, passed+failed, p.Sequential)
	said := fmt.Sprintf("%d of %d samples passed: the rate is between %.2f and %.2f (%g %%, at any time), and %s is required", passed, passed+failed, i.Low, i.High, 100*p.Sequential, p.Require.Text)
	switch {
	case decision == stats.DecidedPassed:
		c.Outcome = result.Passed
		return
	case decision == stats.DecidedOpen && errors > 0:
		c.Outcome = result.Error
	case passed > 0:
		c.Outcome = result.Unstable
	default:
		c.Outcome = result.Failed
	}
	if decision == stats.DecidedOpen {
		said += fmt.Sprintf("; that is not decided after %d samples", len(c.Samples))
	}
	c.Reason = said
	for _, s := range c.Samples {
		if s.Outcome != result.Passed {
			c.Reason += "; " + whyNot(s, s.Outcome)
			break
		}
	}
}
