package stats

import (
	"fmt"
	"math"

	"github.com/vlmspec/vlmspec/runner/metric"
)

// MeanStdErr is the standard error of the mean: sample standard deviation (n−1) over √n. Fewer than two scores are
// ErrUndefined. Source: lmms-eval, api/metrics.py.
func MeanStdErr(scores []float64) (float64, error) {
	if len(scores) < 2 {
		return 0, fmt.Errorf("standard error of %d scores: %w", len(scores), ErrUndefined)
	}
	_, variance := moments(scores)
	return math.Sqrt(variance / float64(len(scores))), nil
}

// ExpectedAccuracy is the mean of all samples of all questions. Source of this and the following three: lmms-eval,
// api/metrics.py; samples[i] are the scores of question i.
func ExpectedAccuracy(samples [][]float64) (float64, error) {
	var all []float64
	for _, s := range samples {
		all = append(all, s...)
	}
	return metric.Mean(all)
}

// ConsensusAccuracy is the share of questions for which more than half of the samples are right; a tie is not.
func ConsensusAccuracy(samples [][]float64) (float64, error) {
	return shareOf(samples, func(s []float64) bool { return sum(s) > float64(len(s))/2 })
}

// ConsistencyRate is the share of questions whose samples all have one score.
func ConsistencyRate(samples [][]float64) (float64, error) {
	return shareOf(samples, func(s []float64) bool {
		for _, v := range s {
			if v != s[0] {
				return false
			}
		}
		return true
	})
}

// shareOf counts a question without samples as one that is not.
func shareOf(samples [][]float64, is func([]float64) bool) (float64, error) {
	if len(samples) == 0 {
		return 0, fmt.Errorf("share of no questions: %w", ErrUndefined)
	}
	n := 0.0
	for _, s := range samples {
		if len(s) > 0 && is(s) {
			n++
		}
	}
	return n / float64(len(samples)), nil
}

// InternalVariance is the mean over questions of the variance (n−1) of their samples; questions with fewer than two
// samples are left out.
func InternalVariance(samples [][]float64) (float64, error) {
	var all []float64
	for _, s := range samples {
		if len(s) >= 2 {
			_, v := moments(s)
			all = append(all, v)
		}
	}
	return metric.Mean(all)
}
