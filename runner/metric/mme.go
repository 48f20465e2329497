package metric

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

var (
	mmePerception = strings.Fields("OCR artwork celebrity color count existence landmark position posters scene")
	mmeReasoning  = strings.Fields("code_reasoning commonsense_reasoning numerical_calculation text_translation")
)

// PairRow is one of the two questions on an image.
type PairRow struct {
	Category, Image string
	Score           float64 // 1 right, 0 wrong
}

// MME is the benchmark's score as VLMEvalKit computes it. Per category: the mean of the row scores plus the mean over
// images of the product of the first two, each times 100, at most 200; "perception" (ten categories, at most 2000) and
// "reasoning" (four, at most 800) are sums. A missing category or an image with one row is an error.
// Source: open-compass/VLMEvalKit, dataset/utils/yorn.py (MME_rating).
func MME(rows []PairRow) (map[string]float64, error) {
	out := map[string]float64{}
	for category, images := range byImage(rows) {
		var all, both []float64
		for image, scores := range images {
			if len(scores) < 2 {
				return nil, fmt.Errorf("MME: image %s of %s has one question", image, category)
			}
			all = append(all, scores...)
			both = append(both, scores[0]*scores[1])
		}
		out[category] = 100*sum(all)/float64(len(all)) + 100*sum(both)/float64(len(both))
	}
	for name, categories := range map[string][]string{"perception": mmePerception, "reasoning": mmeReasoning} {
		total := 0.0
		for _, c := range categories {
			score, ok := out[c]
			if !ok {
				return nil, fmt.Errorf("MME: no rows of category %s", c)
			}
			total += score
		}
		out[name] = total
	}
	return out, nil
}

// MMELMMS is lmms-eval's: the sum over the categories present; images must have exactly two rows, and both right
// count 100 on top. Source: lmms-eval, tasks/mme/utils.py.
func MMELMMS(rows []PairRow) (float64, error) {
	total, by := 0.0, byImage(rows)
	for _, category := range slices.Sorted(maps.Keys(by)) { // sorted: the order of a sum shows in its last bit
		score := 0.0
		for image, scores := range by[category] {
			if len(scores) != 2 {
				return 0, fmt.Errorf("MME: question %s of %s has %d rows, want 2", image, category, len(scores))
			}
			score += 50*sum(scores) + 100*one(sum(scores) == 2)
		}
		total += score / float64(len(by[category]))
	}
	return total, nil
}

func byImage(rows []PairRow) map[string]map[string][]float64 {
	out := map[string]map[string][]float64{}
	for _, r := range rows {
		if out[r.Category] == nil {
			out[r.Category] = map[string][]float64{}
		}
		out[r.Category][r.Image] = append(out[r.Category][r.Image], r.Score)
	}
	return out
}
