package metric

import (
	"fmt"
	"math"
)

// MeanStdErr is the standard error of the mean: sample standard deviation (n−1) over √n. Fewer than two scores are
// ErrUndefined. Source: lmms-eval, api/metrics.py.
func MeanStdErr(scores []float64) (float64, error) {
	if len(scores) < 2 {
		return 0, fmt.Errorf("standard error of %d scores: %w", len(scores), ErrUndefined)
	}
	_, variance := sampleMoments(scores)
	return math.Sqrt(variance / float64(len(scores))), nil
}

// ClusteredStdErr is the standard error of the mean when scores of one cluster depend on each other:
//
//	√( s²/n + 1/n² · Σ over clusters of Σ i≠j (sᵢ−s̄)(sⱼ−s̄) )
//
// With scores that cancel out inside clusters the root has no value; that and fewer than two scores are ErrUndefined.
// Source: Miller 2024, arXiv:2411.00640, equation 4; lmms-eval, api/metrics.py.
func ClusteredStdErr(scores []float64, clusters []string) (float64, error) {
	if len(scores) != len(clusters) {
		return 0, fmt.Errorf("standard error of %d scores in %d clusters", len(scores), len(clusters))
	}
	if len(scores) < 2 {
		return 0, fmt.Errorf("standard error of %d scores: %w", len(scores), ErrUndefined)
	}
	mean, variance := sampleMoments(scores)
	n := float64(len(scores))
	squares := 0.0
	deviations := make([]float64, len(scores))
	for i, s := range scores {
		deviations[i] = s - mean
		squares += deviations[i] * deviations[i]
	}
	cross := -squares
	for _, g := range groupScores(deviations, clusters) {
		cross += g.total * g.total
	}
	v := variance/n + cross/(n*n)
	if v < 0 {
		return 0, fmt.Errorf("clustered standard error: negative variance %v: %w", v, ErrUndefined)
	}
	return math.Sqrt(v), nil
}

// ExpectedAccuracy is the mean of all samples of all questions. Source of this and the following three: lmms-eval,
// api/metrics.py; samples[i] are the scores of question i.
func ExpectedAccuracy(samples [][]float64) (float64, error) {
	var all []float64
	for _, s := range samples {
		all = append(all, s...)
	}
	return Mean(all)
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
		n += one(len(s) > 0 && is(s))
	}
	return n / float64(len(samples)), nil
}

// InternalVariance is the mean over questions of the variance (n−1) of their samples; questions with fewer than two
// samples are left out.
func InternalVariance(samples [][]float64) (float64, error) {
	var all []float64
	for _, s := range samples {
		if len(s) >= 2 {
			_, v := sampleMoments(s)
			all = append(all, v)
		}
	}
	return Mean(all)
}
