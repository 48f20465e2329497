package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// group is what the scores of one cluster come to.
type group struct{ total, n float64 }

// groupScores adds scores up by cluster, in the order in which clusters first appear.
func groupScores(scores []float64, clusters []string) []group {
	at := make(map[string]int, len(clusters))
	var groups []group
	for i, c := range clusters {
		k, ok := at[c]
		if !ok {
			k = len(groups)
			at[c] = k
			groups = append(groups, group{})
		}
		groups[k].total += scores[i]
		groups[k].n++
	}
	return groups
}

func checkClusters(scores []float64, clusters []string) error {
	if len(scores) != len(clusters) {
		return fmt.Errorf("%d scores in %d clusters: want the cluster of every score", len(scores), len(clusters))
	}
	return checkFinite(scores)
}

// ClusteredStdErr is the standard error of the mean when scores of one cluster depend on each other:
//
//	√( s²/n + 1/n² · Σ over clusters of Σ i≠j (sᵢ−s̄)(sⱼ−s̄) )
//
// Fewer than two scores are ErrUndefined. Source: Miller 2024, arXiv:2411.00640, equation 4; lmms-eval, api/metrics.py.
func ClusteredStdErr(scores []float64, clusters []string) (float64, error) {
	if err := checkClusters(scores, clusters); err != nil {
		return 0, err
	}
	if len(scores) < 2 {
		return 0, fmt.Errorf("standard error of %d scores: %w", len(scores), ErrUndefined)
	}
	mean, variance := moments(scores)
	n := float64(len(scores))
	cross := -variance * (n - 1)
	for _, g := range groupScores(scores, clusters) {
		cross += (g.total - g.n*mean) * (g.total - g.n*mean)
	}
	v := variance/n + cross/(n*n)
	if v < 0 {
		return 0, fmt.Errorf("clustered standard error: negative variance %v: %w", v, ErrUndefined)
	}
	return math.Sqrt(v), nil
}

// ClusteredSE is the standard error of the mean over G clusters, √(G/(G−1)·Σ over clusters of (Σ dev)²)/n. Fewer than two
// clusters are ErrUndefined. Source: statsmodels cov_type="cluster"; inspect_ai; NeMo Evaluator.
func ClusteredSE(scores []float64, clusters []string) (float64, error) {
	if err := checkClusters(scores, clusters); err != nil {
		return 0, err
	}
	_, se, err := clusteredSE(scores, groupScores(scores, clusters))
	return se, err
}

// clusteredSE is the mean of scores and its clustered error, in which what only rounding has left is 0.
func clusteredSE(scores []float64, groups []group) (mean, se float64, err error) {
	if len(groups) < 2 {
		return 0, 0, fmt.Errorf("standard error over %d clusters: %w", len(groups), ErrUndefined)
	}
	n, size := float64(len(scores)), 0.0
	for _, s := range scores {
		mean += s
		size += math.Abs(s)
	}
	mean /= n
	squares := 0.0
	for _, g := range groups {
		dev := g.total - g.n*mean
		if math.Abs(dev) > 1e-12*(math.Abs(g.total)+g.n*size/n) {
			squares += dev * dev
		}
	}
	clusters := float64(len(groups))
	return mean, math.Sqrt(clusters/(clusters-1)*squares) / n, nil
}

// Clustered is a difference of means over clusters.
type Clustered struct {
	Diff, StdErr float64
	DF           int // clusters − 1
	// P and the interval are undefined, with Spread false, where the differences do not vary but are not 0.
	Spread bool
	P      float64 // two-sided
	Interval
}

// PairedClustered is the difference of two runs over the same cases, with Student's interval of clusters − 1 degrees. One
// cluster is ErrUndefined. Without a difference anywhere P is 1 and the interval has no width.
// Source: statsmodels OLS on a constant, cov_type="cluster"; Miller 2024, arXiv:2411.00640.
func PairedClustered(base, candidate []float64, clusters []string, level float64) (Clustered, error) {
	if err := checkLevel(level); err != nil {
		return Clustered{}, err
	}
	diffs, err := differences(base, candidate, clusters)
	if err != nil {
		return Clustered{}, err
	}
	return pairedClustered(diffs, groupScores(diffs, clusters), level)
}

func pairedClustered(diffs []float64, groups []group, level float64) (Clustered, error) {
	diff, se, err := clusteredSE(diffs, groups)
	if err != nil {
		return Clustered{}, err
	}
	out := Clustered{Diff: diff, StdErr: se, DF: len(groups) - 1, Spread: se > 0 || diff == 0, P: 1, Interval: Interval{diff, diff}}
	if se > 0 {
		nu := float64(out.DF)
		t := diff / se
		out.P = mathext.RegIncBeta(nu/2, 0.5, nu/(nu+t*t))
		half := student(nu, level) * se
		out.Interval = Interval{diff - half, diff + half}
	}
	return out, nil
}

// student is the quantile that cuts both tails off at a level.
func student(nu, level float64) float64 {
	return -distuv.StudentsT{Sigma: 1, Nu: nu}.Quantile((1 - level) / 2)
}

// differences are candidate − base, case by case; what only rounding has left is 0.
func differences(base, candidate []float64, clusters []string) ([]float64, error) {
	if len(base) != len(candidate) {
		return nil, fmt.Errorf("%d scores of the base and %d of the candidate", len(base), len(candidate))
	}
	if err := checkFinite(base, candidate); err != nil {
		return nil, err
	}
	if err := checkClusters(base, clusters); err != nil {
		return nil, err
	}
	out := make([]float64, len(base))
	for i := range out {
		out[i] = candidate[i] - base[i]
		if math.Abs(out[i]) <= 1e-12*(math.Abs(base[i])+math.Abs(candidate[i])) {
			out[i] = 0
		}
	}
	return out, nil
}

// ShareOverClusters is the interval of a mean of scores of 0 and 1 whose clusters depend on each other: Student's with
// [ClusteredSE], within [0,1]. Where fewer than 10 clusters have a 0, or fewer than 10 a 1, it is Wilson's with as many
// cases as there are clusters, as the other could have no width.
func ShareOverClusters(scores []float64, clusters []string, level float64) (Interval, error) {
	if err := checkLevel(level); err != nil {
		return Interval{}, err
	}
	if err := checkClusters(scores, clusters); err != nil {
		return Interval{}, err
	}
	groups := groupScores(scores, clusters)
	if len(groups) == 0 {
		return Interval{}, fmt.Errorf("share of no case: %w", ErrUndefined)
	}
	mean := sum(scores) / float64(len(scores))
	failing, passing := 0, 0
	for _, g := range groups {
		if g.total < g.n {
			failing++
		}
		if g.total > 0 {
			passing++
		}
	}
	if min(failing, passing) < enoughClusters {
		return wilsonOf(mean, float64(len(groups)), normal((1-level)/2)), nil
	}
	_, se, err := clusteredSE(scores, groups)
	half := student(float64(len(groups)-1), level) * se
	return Interval{max(0, mean-half), min(1, mean+half)}, err
}
