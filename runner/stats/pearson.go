package stats

import (
	"math"

	"github.com/vlmspec/vlmspec/runner/metric"
)

// Pearson is the linear correlation of two lists with Fisher's interval, which is −1 to 1 for three pairs or fewer. A
// constant side is ErrUndefined. Source: Fisher 1921; scipy.stats.pearsonr(...).confidence_interval.
func Pearson(x, y []float64, level float64) (r float64, interval Interval, err error) {
	if err := checkLevel(level); err != nil {
		return 0, Interval{}, err
	}
	if r, err = metric.PLCC(x, y); err != nil {
		return 0, Interval{}, err
	}
	if len(x) <= 3 {
		return r, Interval{-1, 1}, nil
	}
	z, half := math.Atanh(r), normal((1-level)/2)/math.Sqrt(float64(len(x)-3))
	return r, Interval{math.Tanh(z - half), math.Tanh(z + half)}, nil
}
