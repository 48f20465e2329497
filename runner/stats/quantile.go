package stats

import (
	"fmt"
	"math"
	"slices"
)

// Quantile is a quantile with its interval.
type Quantile struct {
	Value     float64  // linear between order statistics
	Low, High *float64 // order statistics; nil for an end that so few values do not give
}

// QuantileCI is the quantile q of values, in (0,1), and the order statistics that hold that of what they are drawn from
// with the confidence level. Both ends exist from 6 values on for the median, 36 for 0.9, 72 for 0.95, 368 for 0.99. No
// value is ErrUndefined. Source: Conover 1999, ch. 3.2; scipy.stats.quantile_test, numpy.quantile(method="linear").
func QuantileCI(values []float64, q, level float64) (Quantile, error) {
	if err := checkOpen("quantile", q); err != nil {
		return Quantile{}, err
	}
	if err := checkLevel(level); err != nil {
		return Quantile{}, err
	}
	if err := checkFinite(values); err != nil {
		return Quantile{}, err
	}
	n := len(values)
	if n == 0 {
		return Quantile{}, fmt.Errorf("quantile of no value: %w", ErrUndefined)
	}
	sorted := slices.Sorted(slices.Values(values))
	out := Quantile{Value: quantile(sorted, q)}
	tail := (1 - level) / 2
	if l := binomialQuantile(tail, n, q); l >= 1 {
		out.Low = &sorted[l-1]
	}
	if u := binomialQuantile(1-tail, n, q) + 1; u <= n {
		out.High = &sorted[u-1]
	}
	return out, nil
}

// quantile interpolates linearly between order statistics, as numpy does by default.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(math.Floor(at))
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
