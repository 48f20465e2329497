package metric

import (
	"errors"
	"slices"
)

// HitRow is one judged question with the columns a report groups by; "" means the column is empty.
type HitRow struct {
	Hit                         float64
	Split, Category, L2Category string
}

// mmBenchNames are the short forms VLMEvalKit prints MMBench's ability names in.
var mmBenchNames = map[string]string{
	"coarse_perception": "CP", "finegrained_perception (instance-level)": "FP-S",
	"finegrained_perception (cross-instance)": "FP-C", "logic_reasoning": "LR", "relation_reasoning": "RR",
	"attribute_reasoning": "AR",
}

// AccuracyReport gives for each split the mean hit Overall, per l2-category and per category (which wins a shared
// name). Without splits the only one is "none". A category without rows in a split is a nil entry.
// Source: open-compass/VLMEvalKit, dataset/utils/multiple_choice.py (report_acc).
func AccuracyReport(rows []HitRow) map[string]map[string]*float64 {
	splits := distinctOf(rows, func(r HitRow) string { return r.Split })
	if len(splits) == 0 {
		splits = []string{""}
	}
	out := map[string]map[string]*float64{}
	for _, split := range splits {
		in := func(r HitRow) bool { return r.Split == split }
		table := map[string]*float64{"Overall": meanHit(rows, in)}
		for _, column := range []func(HitRow) string{
			func(r HitRow) string { return r.L2Category }, func(r HitRow) string { return r.Category },
		} {
			for _, name := range distinctOf(rows, column) {
				table[short(name)] = meanHit(rows, func(r HitRow) bool { return in(r) && column(r) == name })
			}
		}
		if split == "" {
			split = "none"
		}
		out[split] = table
	}
	return out
}

func short(name string) string {
	if s, ok := mmBenchNames[name]; ok {
		return s
	}
	return name
}

// distinctOf lists the non-empty values of a column, sorted.
func distinctOf(rows []HitRow, column func(HitRow) string) []string {
	var out []string
	for _, r := range rows {
		if v := column(r); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

func meanHit(rows []HitRow, in func(HitRow) bool) *float64 {
	var hits []float64
	for _, r := range rows {
		if in(r) {
			hits = append(hits, r.Hit)
		}
	}
	m, err := Mean(hits)
	if err != nil {
		return nil
	}
	return &m
}

// PairAccuracy is MMVP's: rows 2i and 2i+1 are a pair; average is the share of right rows, both the share of pairs with
// both right. Source: the same file (report_acc_MMVP).
func PairAccuracy(hits []float64) (average, both float64, err error) {
	if len(hits)%2 != 0 {
		return 0, 0, errors.New("pair accuracy needs an even number of rows")
	}
	if average, err = Mean(hits); err != nil {
		return 0, 0, err
	}
	n := 0.0
	for pair := range slices.Chunk(hits, 2) {
		n += one(pair[0] != 0 && pair[1] != 0)
	}
	return average, n / float64(len(hits)/2), nil
}

// MacroMean is the mean of the groups' means, as lmms-eval averages MMStar over l2-categories.
func MacroMean(scores []float64, groups []string) (float64, error) {
	by := map[string][]float64{}
	var order []string
	for i, g := range groups {
		if _, ok := by[g]; !ok {
			order = append(order, g)
		}
		by[g] = append(by[g], scores[i])
	}
	var means []float64
	for _, g := range order {
		m, _ := Mean(by[g]) // a group has at least one score
		means = append(means, m)
	}
	return Mean(means)
}
