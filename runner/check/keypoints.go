package check

import (
	"context"
	"fmt"
	"math"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type keypointsCheck struct {
	Targets  []position `yaml:"targets" required:"true" doc:"where the points are expected: [[x, y], ...], fractions of the image from its top left corner"`
	Within   float64    `yaml:"within" required:"true" above:"0" max:"1.5" doc:"how far off a point may be, as a fraction of the image's longer side"`
	Min      *float64   `yaml:"min" above:"0" max:"1" doc:"least share of targets that must be found; 1 when not given"`
	Extra    bool       `yaml:"extra" doc:"more points than targets are no fault"`
	pointing `yaml:",inline"`
	common   `yaml:",inline"`
}

// KeypointNear checks that the answer points to (x, y), in fractions of the
// image from its top left corner, no further off than within, a fraction of the
// image's longer side.
func KeypointNear(x, y, within float64) Check {
	return build("keypoints", &keypointsCheck{Targets: []position{{x, y}}, Within: within})
}

func (c *keypointsCheck) compile(n spec.Node, _ Env) error {
	if len(c.Targets) == 0 {
		return at(n, "targets").Errorf("write [[0.5, 0.25]]", "there is no target")
	}
	return c.pointing.compile(n)
}

func (c *keypointsCheck) judge(_ context.Context, in Input, text string) result.Verdict {
	img, index, err := c.image(in)
	if err != nil {
		return broken("%v", err)
	}
	expected := fmt.Sprintf("%s within %s", telling(c.asPoints()), num(c.Within))
	found, err := c.points(text, img)
	if err != nil {
		return fail(expected, text, "%v", err)
	}
	if len(found) == 0 {
		return fail(expected, text, "there is no point in %s", quote(text))
	}
	m := c.match(found, img)
	v := c.verdict(m, found, expected)
	v.Overlay = c.overlay(m, found, index)
	return v
}

// matching says what became of the targets.
type matching struct {
	targetOf []int     // by point found, -1 for none
	off      []float64 // by point found, to its target, or to the nearest one
	hits     int
}

// match pairs points and targets one to one: as many within the radius as
// possible, and among those matchings the nearest.
func (c *keypointsCheck) match(found []point.Point, img Image) matching {
	all := make([][]float64, len(found))
	allowed := make([][]float64, len(found))
	for i, p := range found {
		all[i], allowed[i] = make([]float64, len(c.Targets)), make([]float64, len(c.Targets))
		for j, t := range c.Targets {
			d := distance([2]float64{p.X, p.Y}, t, img)
			all[i][j], allowed[i][j] = d, d
			if d > c.Within+1e-12 {
				allowed[i][j] = math.Inf(1)
			}
		}
	}
	m := matching{targetOf: metric.Assign(allowed), off: make([]float64, len(found))}
	for i, j := range m.targetOf {
		if j >= 0 {
			m.off[i] = all[i][j]
			m.hits++
			continue
		}
		m.off[i] = math.Inf(1)
		for _, d := range all[i] {
			m.off[i] = min(m.off[i], d)
		}
	}
	return m
}

func (c *keypointsCheck) verdict(m matching, found []point.Point, expected string) result.Verdict {
	extra := max(len(found)-len(c.Targets), 0)
	score := float64(m.hits) / float64(len(c.Targets))
	if !c.Extra {
		score = float64(m.hits) / float64(len(c.Targets)+extra)
	}
	least := 1.0
	if c.Min != nil {
		least = *c.Min
	}
	nearest := math.Inf(1)
	for i, j := range m.targetOf {
		if j < 0 {
			nearest = min(nearest, m.off[i])
		}
	}
	reason := fmt.Sprintf("read %s %s, and found %d of %s", plural(len(found), "point"), telling(found), m.hits, plural(len(c.Targets), "target"))
	switch {
	case m.hits < len(c.Targets) && !math.IsInf(nearest, 1):
		reason += fmt.Sprintf("; a point that hit none is %s away from the nearest target, allowed %s", num(nearest), num(c.Within))
	case extra > 0 && !c.Extra:
		reason += fmt.Sprintf("; %s too many, which extra: true would forgive", plural(extra, "point"))
	}
	return graded(score, least, expected, telling(found), "%s", reason)
}

func (c *keypointsCheck) asPoints() []point.Point {
	out := make([]point.Point, len(c.Targets))
	for i, t := range c.Targets {
		out[i] = point.Point{X: t[0], Y: t[1]}
	}
	return out
}

func (c *keypointsCheck) overlay(m matching, found []point.Point, index int) *result.Overlay {
	o := &result.Overlay{Image: index}
	hit := make([]bool, len(c.Targets))
	for i, j := range m.targetOf {
		if j >= 0 {
			hit[j] = true
		}
		o.Found = append(o.Found, pointShape([2]float64{found[i].X, found[i].Y}, found[i].Label, j >= 0))
	}
	for j, t := range c.Targets {
		o.Expected = append(o.Expected, result.Shape{Kind: "circle", Points: [][2]float64{t}, Radius: c.Within, OK: hit[j]})
	}
	return o
}
