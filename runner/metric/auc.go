package metric

import (
	"fmt"
	"slices"
)

// ArgMax is the index of the largest value, the first of equals, −1 for none.
func ArgMax(xs []float64) int {
	best := -1
	for i, x := range xs {
		if best < 0 || x > xs[best] {
			best = i
		}
	}
	return best
}

// ROCAUC is the area under the ROC curve: the chance that a positive scores above a negative, ties counting half.
// With one class only it is ErrUndefined. Equals scikit-learn's roc_auc_score.
func ROCAUC(positive []bool, scores []float64) (float64, error) {
	ranks := meanRanks(scores)
	n, rankSum := 0.0, 0.0
	for i, p := range positive {
		if p {
			n, rankSum = n+1, rankSum+ranks[i]
		}
	}
	m := float64(len(positive)) - n
	if n == 0 || m == 0 {
		return 0, fmt.Errorf("ROC AUC of one class: %w", ErrUndefined)
	}
	return (rankSum - n*(n+1)/2) / (n * m), nil
}

// AveragePrecision is the step-wise area under the precision-recall curve, Σ (Rₙ−Rₙ₋₁)·Pₙ over distinct scores from
// the top. Without positives it is 0. Equals scikit-learn's average_precision_score.
func AveragePrecision(positive []bool, scores []float64) float64 {
	order := make([]int, len(scores))
	positives := 0.0
	for i := range order {
		order[i] = i
		positives += one(positive[i])
	}
	slices.SortStableFunc(order, func(a, b int) int { return compare(scores[b], scores[a]) })
	area, tp, tpBefore := 0.0, 0.0, 0.0
	for k, i := range order {
		tp += one(positive[i])
		if k+1 < len(order) && scores[order[k+1]] == scores[i] {
			continue
		}
		area += (tp - tpBefore) * tp / float64(k+1)
		tpBefore = tp
	}
	return ratio(area, positives)
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
