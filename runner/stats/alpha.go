package stats

import "fmt"

// Scale is what the distance of two labels means.
type Scale string

// The scales.
const (
	Nominal   Scale = "nominal"  // another label is another label
	Ordinal   Scale = "ordinal"  // labels have an order
	Distances Scale = "interval" // labels are numbers with distances
)

// KrippendorffAlpha is how far raters agree beyond chance, at most 1. ratings[r][u] is what rater r said of unit u, nil
// for nothing. Units with one rating are left out first; fewer than two different labels in what is left are ErrUndefined.
// Labels that are texts are for Nominal alone. Source: Krippendorff 2011, "Computing Krippendorff's alpha-reliability";
// krippendorff.alpha of PyPI.
func KrippendorffAlpha(ratings [][]*Label, scale Scale) (float64, error) {
	units, err := pairable(ratings)
	if err != nil {
		return 0, err
	}
	var all []Label
	for _, u := range units {
		all = append(all, u...)
	}
	order, at, err := positions(all)
	if err != nil {
		return 0, err
	}
	distance, err := scale.distance(ratings, order, at, all)
	if err != nil {
		return 0, err
	}
	if len(order) < 2 {
		return 0, fmt.Errorf("agreement on %d labels: %w", len(order), ErrUndefined)
	}
	counts := count(all, at, len(order))
	observed := 0.0
	for _, u := range units {
		observed += disagreement(count(u, at, len(order)), distance) / float64(len(u)-1)
	}
	expected := disagreement(counts, distance) / float64(len(all)-1)
	return 1 - observed/expected, nil
}

// pairable are the labels of the units that have two or more.
func pairable(ratings [][]*Label) ([][]Label, error) {
	var units [][]Label
	for r, all := range ratings {
		if len(all) != len(ratings[0]) {
			return nil, fmt.Errorf("rater %d has %d units, rater 1 has %d", r+1, len(all), len(ratings[0]))
		}
	}
	if len(ratings) == 0 {
		return nil, nil
	}
	for u := range ratings[0] {
		var unit []Label
		for _, all := range ratings {
			if l := all[u]; l != nil {
				unit = append(unit, *l)
			}
		}
		if len(unit) >= 2 {
			units = append(units, unit)
		}
	}
	return units, nil
}

func count(labels []Label, at map[Label]int, n int) []float64 {
	counts := make([]float64, n)
	for _, l := range labels {
		counts[at[l]]++
	}
	return counts
}

// disagreement adds the distances of all ordered pairs of labels.
func disagreement(counts []float64, distance func(i, j int) float64) float64 {
	total := 0.0
	for i, x := range counts {
		if x == 0 {
			continue
		}
		for j, y := range counts {
			if i != j && y > 0 {
				total += x * y * distance(i, j)
			}
		}
	}
	return total
}

// distance is the squared distance of two labels by their positions.
func (s Scale) distance(ratings [][]*Label, order []Label, at map[Label]int, all []Label) (func(i, j int) float64, error) {
	if s != Nominal && s != Ordinal && s != Distances {
		return nil, fmt.Errorf("scale %q: want nominal, ordinal or interval", string(s))
	}
	for _, rater := range ratings {
		for _, l := range rater {
			if l != nil && l.IsText && s != Nominal {
				return nil, fmt.Errorf("label %q is a text: the scale %s takes numbers", l.Text, s)
			}
		}
	}
	switch s {
	case Ordinal:
		before := make([]float64, len(order)+1) // how many labels stand below a position
		for i, n := range count(all, at, len(order)) {
			before[i+1] = before[i] + n
		}
		middle := func(i int) float64 { return (before[i] + before[i+1]) / 2 }
		return func(i, j int) float64 { return (middle(i) - middle(j)) * (middle(i) - middle(j)) }, nil
	case Distances:
		return func(i, j int) float64 { d := order[i].Number - order[j].Number; return d * d }, nil
	}
	return func(int, int) float64 { return 1 }, nil
}
