package metric

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Bootstrap says how to resample.
type Bootstrap struct {
	Resamples int     // 0 means 10,000
	Level     float64 // 0 means 0.95
	Seed      uint64  // the same seed gives the same interval
}

// Mean is the percentile interval of the mean score. Scores with the same cluster (cases on one image, samples of one
// question) are drawn together; clusters nil means that every score stands alone. One cluster alone has no spread, and
// no score no mean: both are ErrUndefined. Source: Efron and Tibshirani 1993; clusters as Miller 2024, arXiv:2411.00640.
func (b Bootstrap) Mean(scores []float64, clusters []string) (Interval, error) {
	if b.Resamples <= 0 {
		b.Resamples = 10_000
	}
	if b.Level == 0 {
		b.Level = 0.95
	}
	if err := checkLevel(b.Level); err != nil {
		return Interval{}, err
	}
	for _, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return Interval{}, fmt.Errorf("bootstrap of a score that is %v", s)
		}
	}
	rng := rand.New(rand.NewPCG(b.Seed, 0))
	if clusters == nil {
		if len(scores) < 2 {
			return Interval{}, fmt.Errorf("bootstrap of %d scores: %w", len(scores), ErrUndefined)
		}
		return b.interval(func() float64 { return resampledMean(rng, scores) }), nil
	}
	if len(clusters) != len(scores) {
		return Interval{}, fmt.Errorf("bootstrap of %d scores in %d clusters", len(scores), len(clusters))
	}
	groups := groupScores(scores, clusters)
	if len(groups) < 2 {
		return Interval{}, fmt.Errorf("bootstrap of %d clusters: %w", len(groups), ErrUndefined)
	}
	return b.interval(func() float64 { return resampledClusters(rng, groups) }), nil
}

func (b Bootstrap) interval(draw func() float64) Interval {
	means := make([]float64, b.Resamples)
	for i := range means {
		means[i] = draw()
	}
	slices.Sort(means)
	tail := (1 - b.Level) / 2
	return Interval{quantile(means, tail), quantile(means, 1-tail)}
}

func resampledMean(rng *rand.Rand, scores []float64) float64 {
	n := uint32(len(scores))
	total := 0.0
	for range scores {
		total += scores[rng.Uint32N(n)]
	}
	return total / float64(n)
}

type scoreGroup struct{ total, n float64 }

func groupScores(scores []float64, clusters []string) []scoreGroup {
	at := map[string]int{}
	var groups []scoreGroup
	for i, c := range clusters {
		k, ok := at[c]
		if !ok {
			k = len(groups)
			at[c] = k
			groups = append(groups, scoreGroup{})
		}
		groups[k].total += scores[i]
		groups[k].n++
	}
	return groups
}

func resampledClusters(rng *rand.Rand, groups []scoreGroup) float64 {
	total, n := 0.0, 0.0
	for range groups {
		g := groups[rng.IntN(len(groups))]
		total += g.total
		n += g.n
	}
	return total / n
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

// Of is the percentile interval of any statistic of n cases, which gets the indices of the cases drawn; those draws for
// which it is not defined are left out. clusters is as for Mean. Fewer than half of the draws defined is ErrUndefined.
func (b Bootstrap) Of(n int, clusters []string, statistic func(drawn []int) (float64, bool)) (Interval, error) {
	if b.Resamples <= 0 {
		b.Resamples = 2_000
	}
	if b.Level == 0 {
		b.Level = 0.95
	}
	if err := checkLevel(b.Level); err != nil {
		return Interval{}, err
	}
	groups, err := groupIndices(n, clusters)
	if err != nil {
		return Interval{}, err
	}
	rng := rand.New(rand.NewPCG(b.Seed, 0))
	values := make([]float64, 0, b.Resamples)
	drawn := make([]int, 0, n)
	for range b.Resamples {
		drawn = drawn[:0]
		for range groups {
			drawn = append(drawn, groups[rng.Uint32N(uint32(len(groups)))]...)
		}
		if v, ok := statistic(drawn); ok && !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	if 2*len(values) < b.Resamples {
		return Interval{}, fmt.Errorf("bootstrap of a statistic that most draws leave undefined: %w", ErrUndefined)
	}
	slices.Sort(values)
	tail := (1 - b.Level) / 2
	return Interval{quantile(values, tail), quantile(values, 1-tail)}, nil
}

func groupIndices(n int, clusters []string) ([][]int, error) {
	if clusters != nil && len(clusters) != n {
		return nil, fmt.Errorf("bootstrap of %d cases in %d clusters", n, len(clusters))
	}
	var groups [][]int
	at := map[string]int{}
	for i := range n {
		if clusters == nil {
			groups = append(groups, []int{i})
			continue
		}
		k, ok := at[clusters[i]]
		if !ok {
			k = len(groups)
			at[clusters[i]] = k
			groups = append(groups, nil)
		}
		groups[k] = append(groups[k], i)
	}
	if len(groups) < 2 {
		return nil, fmt.Errorf("bootstrap of %d clusters: %w", len(groups), ErrUndefined)
	}
	return groups, nil
}
