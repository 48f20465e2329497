package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// PairedT is a paired t-test of a run against a baseline.
type PairedT struct {
	Mean, StdErr float64  // of the differences, run minus baseline
	CI           Interval // 95 percent, of the mean difference
	T, P         float64  // two-sided; T is ±Inf if all differences are one value but 0
	N            int
}

// PairedTTest needs two pairs. Source: lmms-eval, api/metrics.py (paired_ttest).
func PairedTTest(run, baseline []float64) (PairedT, error) {
	if len(run) != len(baseline) {
		return PairedT{}, fmt.Errorf("paired test of %d and %d scores", len(run), len(baseline))
	}
	n := len(run)
	if n < 2 {
		return PairedT{N: n}, fmt.Errorf("paired test of %d pairs: %w", n, ErrUndefined)
	}
	diff := make([]float64, n)
	for i := range diff {
		diff[i] = run[i] - baseline[i]
	}
	mean, variance := moments(diff)
	out := PairedT{Mean: mean, StdErr: math.Sqrt(variance / float64(n)), N: n}
	dist := distuv.StudentsT{Sigma: 1, Nu: float64(n - 1)}
	out.T, out.P = tTest(out.Mean, out.StdErr, dist)
	half := dist.Quantile(0.975) * out.StdErr
	out.CI = Interval{out.Mean - half, out.Mean + half}
	return out, nil
}

func tTest(mean, stdErr float64, dist distuv.StudentsT) (t, p float64) {
	switch {
	case stdErr > 0:
		t = mean / stdErr
		return t, 2 * (1 - dist.CDF(math.Abs(t)))
	case mean == 0:
		return 0, 1
	}
	return math.Copysign(math.Inf(1), mean), 0
}
