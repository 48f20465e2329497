package stats

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
	if err := checkFinite(scores); err != nil {
		return Interval{}, fmt.Errorf("bootstrap of a score: %w", err)
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

func resampledClusters(rng *rand.Rand, groups []group) float64 {
	total, n := 0.0, 0.0
	for range groups {
		g := groups[rng.IntN(len(groups))]
		total += g.total
		n += g.n
	}
	return total / n
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

// PairedBootstrap is the percentile interval of the difference of two runs over the same cases, by drawing whole clusters
// with a fixed seed. It is for statistics that are no means, and from some 20 clusters on: with fewer it is too short. One
// cluster is ErrUndefined.
func PairedBootstrap(base, candidate []float64, clusters []string, level float64, resamples int) (diff float64, i Interval, err error) {
	const most = 10_000_000
	if resamples < 1 || resamples > most {
		return 0, Interval{}, fmt.Errorf("%d resamples: want 1 to %d", resamples, most)
	}
	if err := checkLevel(level); err != nil {
		return 0, Interval{}, err
	}
	diffs, err := differences(base, candidate, clusters)
	if err != nil {
		return 0, Interval{}, err
	}
	i, err = Bootstrap{Resamples: resamples, Level: level}.Mean(diffs, clusters)
	return sum(diffs) / float64(len(diffs)), i, err
}
