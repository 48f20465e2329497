package runner

import (
	"context"

	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
)

// samples waits for the samples of a case, whose tasks begin at first, and judges them,
// until none that is left can change the verdict where the case says so.
func (e *Execution) samples(ctx context.Context, p *plan.Case, c *result.Case, first int) bool {
	for k := 0; k < p.Repeat; {
		n := p.Repeat - k
		if p.Decided {
			n = undecided(p, c.Samples)
		}
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

// undecided is how many more samples it takes at least until the verdict of a case is
// decided, which therefore can be asked for together; 0 once it is. An error or a stale
// golden could have been a pass, so they only count as what is left.
func undecided(p *plan.Case, samples []result.Sample) int {
	passed, failed := 0, 0
	for i := range samples {
		switch samples[i].Outcome {
		case result.Passed:
			passed++
		case result.Error, result.Stale:
		default:
			failed++
		}
	}
	needed := p.Require.Passes(p.Repeat)
	left := p.Repeat - len(samples)
	toPass, toFail := needed-passed, p.Repeat-needed+1-failed
	return max(0, min(left, toPass, toFail))
}
