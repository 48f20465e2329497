package metric

import (
	"fmt"
	"math"
)

// Interval is a confidence interval, both ends in the unit of the score.
type Interval struct{ Low, High float64 }

// Wilson is the score interval of a share of k among n at the given confidence level (0.95, say), within [0,1].
// Source: Wilson 1927; statsmodels proportion_confint(method="wilson").
func Wilson(k, n int, level float64) (Interval, error) {
	if n <= 0 {
		return Interval{}, fmt.Errorf("interval of a share of %d: %w", n, ErrUndefined)
	}
	if k < 0 || k > n {
		return Interval{}, fmt.Errorf("interval of %d among %d", k, n)
	}
	if err := checkLevel(level); err != nil {
		return Interval{}, err
	}
	z := math.Sqrt2 * math.Erfinv(level)
	p, m := float64(k)/float64(n), float64(n)
	center := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	out := Interval{max(0, center-half), min(1, center+half)}
	if k == 0 { // exact, where rounding would leave a trace
		out.Low = 0
	}
	if k == n {
		out.High = 1
	}
	return out, nil
}

func checkLevel(level float64) error {
	if !(level > 0 && level < 1) {
		return fmt.Errorf("confidence level %v is not between 0 and 1", level)
	}
	return nil
}
