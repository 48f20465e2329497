package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Label is what a rater said: a number or a text.
type Label struct {
	Text   string
	Number float64
	IsText bool
}

// TextLabel is a label that is a text.
func TextLabel(s string) Label { return Label{Text: s, IsText: true} }

// NumberLabel is a label that is a number.
func NumberLabel(x float64) Label { return Label{Number: x} }

func compareLabels(a, b Label) int {
	if a.IsText {
		return cmp.Compare(a.Text, b.Text)
	}
	return cmp.Compare(a.Number, b.Number)
}

// positions are the labels in order, numbers as numbers, and where each label stands among them.
func positions(labels []Label) (order []Label, at map[Label]int, err error) {
	at = map[Label]int{}
	for _, l := range labels {
		if l.IsText != labels[0].IsText {
			return nil, nil, fmt.Errorf("labels are numbers and texts by turns")
		}
		if math.IsNaN(l.Number) || math.IsInf(l.Number, 0) {
			return nil, nil, fmt.Errorf("label %v is not a finite number", l.Number)
		}
		if _, ok := at[l]; !ok {
			at[l] = 0
			order = append(order, l)
		}
	}
	slices.SortFunc(order, compareLabels)
	for i, l := range order {
		at[l] = i
	}
	return order, at, nil
}

// Weights is how much the distance of two labels counts.
type Weights string

// The weights: every disagreement alike, by distance, by its square; distances are those of positions in the order of labels.
const (
	Unweighted Weights = ""
	Linear     Weights = "linear"
	Quadratic  Weights = "quadratic"
)

func (w Weights) of(i, j int) (float64, error) {
	d := math.Abs(float64(i - j))
	switch w {
	case Unweighted:
		return min(1, d), nil
	case Linear:
		return d, nil
	case Quadratic:
		return d * d, nil
	}
	return 0, fmt.Errorf("weights %q: want none, linear or quadratic", string(w))
}

// CohenKappa is how far two raters agree beyond chance, at most 1. One label throughout, or no pair, is ErrUndefined.
// Source: Cohen 1960, 1968; scikit-learn cohen_kappa_score.
func CohenKappa(a, b []Label, weights Weights) (float64, error) {
	if _, err := weights.of(0, 0); err != nil {
		return 0, err
	}
	if len(a) != len(b) {
		return 0, fmt.Errorf("%d labels of one rater and %d of the other", len(a), len(b))
	}
	order, at, err := positions(slices.Concat(a, b))
	if err != nil {
		return 0, err
	}
	if len(order) < 2 {
		return 0, fmt.Errorf("agreement on %d labels: %w", len(order), ErrUndefined)
	}
	observed := 0.0
	inA, inB := make([]float64, len(order)), make([]float64, len(order))
	for k := range a {
		w, _ := weights.of(at[a[k]], at[b[k]])
		observed += w
		inA[at[a[k]]]++
		inB[at[b[k]]]++
	}
	expected := 0.0
	for i, x := range inA {
		if x == 0 {
			continue
		}
		for j, y := range inB {
			w, _ := weights.of(i, j)
			expected += w * x * y
		}
	}
	return 1 - observed*float64(len(a))/expected, nil
}
