package stats

import (
	"cmp"
	"fmt"
	"slices"
)

// Holm adjusts p-values for m comparisons: in ascending order the i-th (from 0) is multiplied by m−i, made monotone and
// capped at 1. The result keeps the order of the input. Source: Holm 1979; statsmodels multipletests(method="holm").
func Holm(p []float64) ([]float64, error) {
	return stepDown(p, func(left int) int { return left })
}

// Shaffer adjusts the p-values of all k(k−1)/2 comparisons of k groups, in any order: as [Holm], but with the largest
// number of hypotheses that can be true at once among those left. Other numbers of p-values are an error.
// Source: Shaffer 1986, JASA 81:826 (the static procedure, S1).
func Shaffer(p []float64, groups int) ([]float64, error) {
	const most = 200 // groups; 19,900 comparisons
	if groups < 0 || groups > most {
		return nil, fmt.Errorf("%d groups: want 0 to %d", groups, most)
	}
	if want := groups * (groups - 1) / 2; len(p) != want {
		return nil, fmt.Errorf("%d p-values for %d groups: want %d, one for each pair", len(p), groups, want)
	}
	possible := trueNulls(groups)
	return stepDown(p, func(left int) int {
		for !possible[left] {
			left--
		}
		return left
	})
}

// trueNulls says which numbers of equal pairs are possible among k groups: S(k) = ∪ over j of {C(j,2)+x : x ∈ S(k−j)},
// where j groups are one and the rest are not.
func trueNulls(k int) []bool {
	all := make([][]bool, k+1)
	for n := range all {
		all[n] = make([]bool, n*max(0, n-1)/2+1)
		all[n][0] = n < 2
		for j := 1; j <= n; j++ {
			for x, ok := range all[n-j] {
				if ok {
					all[n][j*(j-1)/2+x] = true
				}
			}
		}
	}
	return all[k]
}

// stepDown multiplies p-values in ascending order, each by what factor says of how many are left with it.
func stepDown(p []float64, factor func(left int) int) ([]float64, error) {
	order := make([]int, len(p))
	for i, v := range p {
		if err := checkShare("p-value", v); err != nil {
			return nil, err
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	out := make([]float64, len(p))
	largest := 0.0
	for rank, i := range order {
		largest = max(largest, min(1, float64(factor(len(p)-rank))*p[i]))
		out[i] = largest
	}
	return out, nil
}
