package stats

import (
	"fmt"
	"math"
)

// Wilson is the score interval of a share of k among n, within [0,1]; of none it is ErrUndefined.
// Source: Wilson 1927; statsmodels proportion_confint(method="wilson").
func Wilson(k, n int, level float64) (Interval, error) {
	if err := checkCount(k, n, level); err != nil {
		return Interval{}, err
	}
	if n == 0 {
		return Interval{}, fmt.Errorf("interval of a share of none: %w", ErrUndefined)
	}
	return wilson(k, n, normal((1-level)/2)), nil
}

func wilson(k, n int, z float64) Interval { return wilsonOf(float64(k)/float64(n), float64(n), z) }

func wilsonOf(p, m, z float64) Interval {
	center := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	out := Interval{max(0, center-half), min(1, center+half)}
	if p == 0 { // exact, where rounding would leave a trace
		out.Low = 0
	}
	if p == 1 {
		out.High = 1
	}
	return out
}

func checkCount(k, n int, level float64) error {
	if k < 0 || n < 0 || k > n {
		return fmt.Errorf("share of %d among %d", k, n)
	}
	return checkLevel(level)
}

// BinomialCS is the confidence sequence of a rate of which k among n are seen so far: {p : (n+1)·C(n,k)·p^k·(1−p)^(n−k)
// ≥ 1−level}. It holds the rate at every n at once with the confidence level, so that one may look after each sample and
// stop; of none it is 0 to 1. Source: Robbins 1970; Howard et al. 2021, arXiv:1810.08240, with a uniform mixture.
func BinomialCS(k, n int, level float64) (Interval, error) {
	if err := checkCount(k, n, level); err != nil {
		return Interval{}, err
	}
	out := Interval{0, 1}
	inside := func(p float64) bool { return inCS(p, k, n, level) }
	at := 0.5
	if n > 0 {
		at = float64(k) / float64(n) // the likeliest rate is always inside
	}
	if k > 0 {
		out.Low = bisect(at, 0, inside)
	}
	if k < n {
		out.High = bisect(at, 1, inside)
	}
	return out, nil
}

func inCS(p float64, k, n int, level float64) bool {
	return float64(n+1)*binomialPMF(k, n, p) >= 1-level
}

// InBinomialCS reports whether a rate is within [BinomialCS].
func InBinomialCS(rate float64, k, n int, level float64) (bool, error) {
	if err := checkShare("rate", rate); err != nil {
		return false, err
	}
	return inCS(rate, k, n, level), checkCount(k, n, level)
}

// bisect finds where a property that holds at one place and not at another ends.
func bisect(holds, not float64, property func(float64) bool) float64 {
	for range 200 {
		mid := holds + (not-holds)/2
		if mid == holds || mid == not {
			break
		}
		if property(mid) {
			holds = mid
		} else {
			not = mid
		}
	}
	return holds
}
