// Package stats holds the statistics by which runs are compared and gated: intervals, paired tests, effect sizes,
// sample sizes, agreement of judges. Every function is pure and cites its source; values agree with scipy, statsmodels,
// scikit-learn, krippendorff, lmms-eval and evalstats, whose numbers are in the tests.
//
// Start reading at [SignFlip], the test that decides a comparison, and [PairedClustered], its interval. One file holds one family.
//
// Differences are candidate minus base everywhere. b is the number of cases that only the base got right, c that of
// those that only the candidate did. A level is that of confidence, in (0,1). What has no value (an interval over fewer
// values than it needs) is ErrUndefined, never NaN and never an interval of no width; a wrong input is another error.
package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"

	"github.com/vlmspec/vlmspec/runner/metric"
)

// ErrUndefined is wrapped by errors for values that a definition leaves open.
var ErrUndefined = metric.ErrUndefined

// Interval is a confidence interval, both ends in the unit of the value.
type Interval struct{ Low, High float64 }

func checkLevel(level float64) error { return checkOpen("confidence level", level) }

// checkOpen refuses what is not strictly between 0 and 1.
func checkOpen(what string, x float64) error {
	if !(x > 0 && x < 1) {
		return fmt.Errorf("%s %v is not between 0 and 1", what, x)
	}
	return nil
}

func checkShare(what string, x float64) error {
	if !(x >= 0 && x <= 1) {
		return fmt.Errorf("%s %v is not within 0 and 1", what, x)
	}
	return nil
}

func checkFinite(xs ...[]float64) error {
	for _, all := range xs {
		for _, x := range all {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("%v is not a finite number", x)
			}
		}
	}
	return nil
}

// normal is the quantile of the standard normal distribution that a share of upper lies above.
func normal(upper float64) float64 { return -mathext.NormalQuantile(upper) }

func sum(xs []float64) float64 {
	s := 0.0
	for _, x := range xs {
		s += x
	}
	return s
}

// moments is the mean and the variance over n−1; that of fewer than two values is 0.
func moments(xs []float64) (mean, variance float64) {
	mean = sum(xs) / float64(len(xs))
	for _, x := range xs {
		variance += (x - mean) * (x - mean)
	}
	return mean, variance / max(1, float64(len(xs)-1))
}
