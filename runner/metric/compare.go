package metric

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// McNemarExact is the two-sided p-value that two systems differ, from the cases only the first (b) or only the second
// (c) got right: min(1, 2·P(X ≤ min(b,c))) with X binomial over b+c at one half. Without such cases it is 1.
// Source: McNemar 1947; statsmodels mcnemar(exact=True).
func McNemarExact(b, c int) (float64, error) {
	if b < 0 || c < 0 {
		return 0, fmt.Errorf("McNemar test of %d and %d cases", b, c)
	}
	n := float64(b + c)
	all, _ := math.Lgamma(n + 1)
	p := 0.0
	for k := range min(b, c) + 1 {
		in, _ := math.Lgamma(float64(k) + 1)
		out, _ := math.Lgamma(n - float64(k) + 1)
		p += math.Exp(all - in - out - n*math.Ln2)
	}
	return min(1, 2*p), nil
}

// Holm adjusts p-values for m comparisons: in ascending order the i-th (from 0) is multiplied by m−i, made monotone and
// capped at 1. The result keeps the order of the input. NaN is an error. Source: Holm 1979; R p.adjust("holm").
func Holm(p []float64) ([]float64, error) {
	order := make([]int, len(p))
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, fmt.Errorf("p-value %v is not between 0 and 1", v)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compare(p[a], p[b]) })
	out := make([]float64, len(p))
	largest := 0.0
	for rank, i := range order {
		largest = max(largest, min(1, float64(len(p)-rank)*p[i]))
		out[i] = largest
	}
	return out, nil
}

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
	mean, variance := sampleMoments(diff)
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

// sampleMoments is the mean and the variance over n−1.
func sampleMoments(xs []float64) (mean, variance float64) {
	mean = sum(xs) / float64(len(xs))
	for _, x := range xs {
		variance += (x - mean) * (x - mean)
	}
	return mean, variance / float64(len(xs)-1)
}
