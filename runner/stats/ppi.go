package stats

import (
	"fmt"
	"math"
)

// PPI is a mean that a judge has estimated and labels have corrected.
type PPI struct {
	Estimate, StdErr float64
	Interval
	Lambda float64 // weight of the judge
}

// PPIMean is the mean of what people would say, from n items that both people and a judge have scored and N others that
// only the judge has: ȳ + λ(r̄ − j̄), with Student's interval of n−1 degrees. lambda nil takes the weight with the least
// variance, within [0,1]; 1 is for fewer than some 50 labels. The labelled items must be drawn at random and stand apart from the
// others. Fewer than two items in either set are ErrUndefined.
// Source: Angelopoulos et al. 2023, arXiv:2301.09633 (PPI), and arXiv:2311.01453 (PPI++).
func PPIMean(human, judge, rest []float64, lambda *float64, level float64) (PPI, error) {
	if err := checkLevel(level); err != nil {
		return PPI{}, err
	}
	if len(human) != len(judge) {
		return PPI{}, fmt.Errorf("%d labels and %d scores of the judge for them", len(human), len(judge))
	}
	if err := checkFinite(human, judge, rest); err != nil {
		return PPI{}, err
	}
	if lambda != nil && (math.IsNaN(*lambda) || math.IsInf(*lambda, 0)) {
		return PPI{}, fmt.Errorf("lambda %v is not a finite number", *lambda)
	}
	if len(human) < 2 || len(rest) < 2 {
		return PPI{}, fmt.Errorf("%d labelled items and %d others: %w", len(human), len(rest), ErrUndefined)
	}
	n, m := float64(len(human)), float64(len(rest))
	y, varY := moments(human)
	j, varJ := moments(judge)
	r, varR := moments(rest)
	cov := 0.0
	for i := range human {
		cov += (human[i] - y) * (judge[i] - j) / (n - 1)
	}
	weight := 1.0
	if spread := varR/m + varJ/n; lambda != nil {
		weight = *lambda
	} else if spread > 0 {
		weight = min(1, max(0, cov/n/spread))
	}
	variance := varY/n + weight*weight*(varR/m+varJ/n) - 2*weight*cov/n
	out := PPI{Estimate: y + weight*(r-j), StdErr: math.Sqrt(max(0, variance)), Lambda: weight}
	half := student(n-1, level) * out.StdErr
	out.Interval = Interval{out.Estimate - half, out.Estimate + half}
	return out, nil
}
