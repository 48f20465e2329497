package check

import (
	"math"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/point"
)

// pointMatching is a matching, with what a verdict says of it.
type pointMatching struct {
	matching
	ok        bool
	off       []float64 // by target: how far its point is, else the nearest one; +Inf for none
	elsewhere string    // label of a point that is near a target of another label
}

// labelledPoint is a point of an answer, to tell it from others.
type labelledPoint struct {
	at    [2]float64
	label string
}

// match pairs points and targets: as many within the radius as possible, and
// among those matchings the nearest. A point that is given twice counts once.
func (c *keypointsCheck) match(found []point.Point, img sdk.Image) pointMatching {
	m := pointMatching{off: make([]float64, len(c.Targets))}
	for j := range m.off {
		m.off[j] = math.Inf(1)
	}
	points := make([]labelledPoint, len(found))
	for i, p := range found {
		points[i] = labelledPoint{[2]float64{p.X, p.Y}, p.Label}
	}
	again, labelling, radius := repeats(points), hasLabels(labelsOf(found)), c.radius(img)
	cost := func(i, j int) float64 {
		d := distance(points[i].at, c.Targets[j].position, img)
		fits := labelled(points[i].label, c.Targets[j].label, labelling)
		if fits && !again[i] {
			m.off[j] = min(m.off[j], d)
		}
		if !c.near(d, radius) || again[i] {
			return math.Inf(1)
		}
		if !fits {
			m.elsewhere = either(points[i].label, "not at all")
			return math.Inf(1)
		}
		return d
	}
	m.matching, m.ok = pair(len(points), len(c.Targets), cost)
	for j, i := range m.foundOf {
		if i >= 0 {
			m.off[j] = distance(points[i].at, c.Targets[j].position, img)
		}
	}
	return m
}
