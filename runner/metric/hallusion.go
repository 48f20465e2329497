package metric

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// HallusionRow is one HallusionBench question; Index is underscore-separated with set, figure and question as its
// fourth to sixth field.
type HallusionRow struct {
	Index, Category, L2Category string
	Right                       bool
}

// HallusionScore is in percent: questions right; figures with all questions right; question groups all right.
type HallusionScore struct{ A, F, Q float64 }

// HallusionBench scores all rows as "Overall", each category and each l2-category (which wins a shared name).
// Source: open-compass/VLMEvalKit, dataset/utils/yorn.py (Hallusion_rating).
func HallusionBench(rows []HallusionRow) (map[string]HallusionScore, error) {
	if len(rows) == 0 {
		return nil, fmt.Errorf("HallusionBench without rows: %w", ErrUndefined)
	}
	for _, r := range rows {
		if strings.Count(r.Index, "_") < 5 {
			return nil, fmt.Errorf("HallusionBench: index %q has no set, figure and question", r.Index)
		}
	}
	out := map[string]HallusionScore{"Overall": hallusion(rows)}
	for _, column := range []func(HallusionRow) string{
		func(r HallusionRow) string { return r.Category }, func(r HallusionRow) string { return r.L2Category },
	} {
		by := map[string][]HallusionRow{}
		for _, r := range rows {
			by[column(r)] = append(by[column(r)], r)
		}
		delete(by, "")
		for name, rows := range by {
			out[name] = hallusion(rows)
		}
	}
	return out, nil
}

func hallusion(rows []HallusionRow) HallusionScore {
	right := 0.0
	figures, questions := map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		f := strings.Split(r.Index, "_")
		right += one(r.Right)
		allRight(figures, r.L2Category+"_"+f[3]+"_"+f[4], r.Right)
		allRight(questions, r.L2Category+"_"+f[3]+"_"+f[5], r.Right)
	}
	return HallusionScore{100 * right / float64(len(rows)), 100 * share(figures), 100 * share(questions)}
}

func allRight(groups map[string]bool, key string, right bool) {
	before, seen := groups[key]
	groups[key] = right && (before || !seen)
}

func share(groups map[string]bool) float64 {
	n := 0.0
	for _, ok := range groups {
		n += one(ok)
	}
	return n / float64(len(groups))
}

var amberGroups = map[string]string{
	"discriminative-attribute-state": "Attribute", "discriminative-attribute-number": "Attribute",
	"discriminative-attribute-action": "Attribute", "discriminative-hallucination": "Existence",
	"discriminative-relation": "Relation", "relation": "Relation",
}

// AMBER is the mean score per group in percent, and "Avg ACC", the unweighted mean of the groups.
// Source: the same file (AMBER_rating).
func AMBER(categories []string, scores []float64) (map[string]float64, error) {
	by := map[string][]float64{}
	for i, c := range categories {
		if g, ok := amberGroups[c]; ok {
			c = g
		}
		by[c] = append(by[c], scores[i])
	}
	out := map[string]float64{}
	total := 0.0
	for _, g := range slices.Sorted(maps.Keys(by)) { // sorted: the order of a sum shows in its last bit
		out[g] = 100 * sum(by[g]) / float64(len(by[g]))
		total += out[g]
	}
	if len(by) == 0 {
		return nil, fmt.Errorf("AMBER without rows: %w", ErrUndefined)
	}
	out["Avg ACC"] = total / float64(len(by))
	return out, nil
}
