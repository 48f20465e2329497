package metric

// CircularRow is one rotation of a question. Rows whose indices are equal modulo a million are rotations of one
// question, and the one below a million leads.
type CircularRow struct {
	Index      int
	Prediction string
	Gold       string
	Choices    Choices
}

const circularModulus = 1_000_000

// Circular gives each question 1 if the letter read is right in every rotation. Questions without a leading row are
// left out. Accuracy is the mean over questions, ErrUndefined for none.
// Source: open-compass/VLMEvalKit, dataset/utils/multiple_choice.py (mcq_circular_eval without a judge).
func Circular(rows []CircularRow) (hits map[int]float64, accuracy float64, err error) {
	hits = map[int]float64{}
	for _, r := range rows {
		if r.Index == groupOf(r.Index) {
			hits[r.Index] = 1
		}
	}
	for _, r := range rows {
		group := groupOf(r.Index)
		if _, leads := hits[group]; !leads {
			continue
		}
		if letter, ok := Choice(r.Prediction, r.Choices); !ok || letter != r.Gold {
			hits[group] = 0
		}
	}
	var all []float64
	for _, h := range hits {
		all = append(all, h)
	}
	accuracy, err = Mean(all)
	return hits, accuracy, err
}

// groupOf is Python's modulo, which is never negative.
func groupOf(index int) int { return ((index % circularModulus) + circularModulus) % circularModulus }
