package metric

import (
	"fmt"
	"math"
	"slices"
)

// SRCC is Spearman's rank correlation: PLCC of mean ranks, so ties share their rank. Range [−1,1]. Fewer than two
// points or a constant side is ErrUndefined. Equals scipy.stats.spearmanr.
func SRCC(x, y []float64) (float64, error) {
	if err := finitePairs(x, y); err != nil {
		return 0, err
	}
	return PLCC(meanRanks(x), meanRanks(y))
}

// PLCC is Pearson's linear correlation. Range [−1,1]. Fewer than two points or a constant side is ErrUndefined; NaN
// and Inf are errors. Equals scipy.stats.pearsonr.
func PLCC(x, y []float64) (float64, error) {
	if err := finitePairs(x, y); err != nil {
		return 0, err
	}
	dx, dy := unitDeviations(x), unitDeviations(y)
	if dx == nil || dy == nil {
		return 0, fmt.Errorf("correlation with a constant: %w", ErrUndefined)
	}
	r := 0.0
	for i := range dx {
		r += dx[i] * dy[i]
	}
	return max(-1, min(1, r)), nil
}

// KRCC is Kendall's tau-b: concordant minus discordant pairs over the geometric mean of the pairs not tied on either
// side. Range [−1,1]. Fewer than two points or a constant side is ErrUndefined. Equals scipy.stats.kendalltau.
// O(n²) time.
func KRCC(x, y []float64) (float64, error) {
	if err := finitePairs(x, y); err != nil {
		return 0, err
	}
	var balance, inX, inY float64
	for i := range x {
		for j := range i {
			sx, sy := compare(x[i], x[j]), compare(y[i], y[j])
			balance += float64(sx * sy)
			inX += float64(sx * sx)
			inY += float64(sy * sy)
		}
	}
	if inX == 0 || inY == 0 {
		return 0, fmt.Errorf("correlation with a constant: %w", ErrUndefined)
	}
	return max(-1, min(1, balance/math.Sqrt(inX)/math.Sqrt(inY))), nil
}

func finitePairs(x, y []float64) error {
	if len(x) != len(y) {
		return fmt.Errorf("correlation of %d with %d values", len(x), len(y))
	}
	if len(x) < 2 {
		return fmt.Errorf("correlation of %d points: %w", len(x), ErrUndefined)
	}
	for i := range x {
		if math.IsNaN(x[i]-y[i]) || math.IsInf(x[i]-y[i], 0) {
			return fmt.Errorf("correlation of %v with %v: not finite", x[i], y[i])
		}
	}
	return nil
}

// unitDeviations centres x and scales it to length 1; nil if x is constant.
func unitDeviations(x []float64) []float64 {
	m := sum(x) / float64(len(x))
	out := make([]float64, len(x))
	largest := 0.0
	for i, v := range x {
		out[i] = v - m
		largest = max(largest, math.Abs(out[i]))
	}
	if slices.Max(x) == slices.Min(x) || largest == 0 {
		return nil
	}
	norm := 0.0
	for i := range out { // scaled first, so that squares neither overflow nor vanish
		out[i] /= largest
		norm += out[i] * out[i]
	}
	for i := range out {
		out[i] /= math.Sqrt(norm)
	}
	return out
}

// meanRanks ranks from 1 and gives ties their mean rank.
func meanRanks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compare(x[a], x[b]) })
	ranks := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			ranks[k] = float64(i+j+1) / 2
		}
		i = j
	}
	return ranks
}
