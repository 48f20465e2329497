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
	Within   float64    `yaml:"within" above:"0" max:"1.5" doc:"how far off a point may be, as a fraction of the image's longer side; this, pck or oks is required"`
	PCK      float64    `yaml:"pck" above:"0" max:"1" doc:"how far off a point may be, as a fraction of the longer side of box, exclusive: the alpha of PCK@alpha"`
	OKS      float64    `yaml:"oks" above:"0" max:"1" doc:"least object keypoint similarity of COCO; the answer gives the points in the order of the targets"`
	Box      *rectangle `yaml:"box" doc:"the object that pck and oks measure by: [x0, y0, x1, y1], fractions of the image; its area stands for the segment's in oks"`
	Sigmas   []float64  `yaml:"sigmas" doc:"for oks, how sharply each target is placed; COCO's for 17 targets, else 0.05 each"`
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
	given := 0
	for _, f := range []float64{c.Within, c.PCK, c.OKS} {
		if f > 0 {
			given++
		}
	}
	switch {
	case given != 1:
		return n.Errorf("write within: 0.08", "keypoints takes one of within, pck, oks")
	case c.Within == 0 && c.Box == nil:
		return n.Errorf("add box: [x0, y0, x1, y1]", "pck and oks measure by the object's box")
	}
	if err := c.compileSigmas(n); err != nil {
		return err
	}
	return c.pointing.compile(n)
}

func (c *keypointsCheck) compileSigmas(n spec.Node) error {
	switch {
	case c.Sigmas != nil && (c.OKS == 0 || len(c.Sigmas) != len(c.Targets)):
		return at(n, "sigmas").Errorf("", "sigmas go with oks, one for each of the %d targets", len(c.Targets))
	case c.Sigmas != nil:
		for _, s := range c.Sigmas {
			if !(s > 0) || !finite(s) {
				return at(n, "sigmas").Errorf("COCO's are from 0.025 to 0.107", "a sigma is above 0")
			}
		}
	case len(c.Targets) == len(metric.COCOSigmas):
		c.Sigmas = metric.COCOSigmas
	default:
		for range c.Targets {
			c.Sigmas = append(c.Sigmas, 0.05)
		}
	}
	return nil
}

// radius is how far off a point may be, as a fraction of the image's longer side.
func (c *keypointsCheck) radius(img Image) float64 {
	if c.Within > 0 {
		return c.Within
	}
	w, h := (c.Box[2]-c.Box[0])*float64(img.Width), (c.Box[3]-c.Box[1])*float64(img.Height)
	return c.PCK * max(w, h) / float64(max(img.Width, img.Height, 1))
}

// near reports whether a distance, in the unit of radius, is near enough.
func (c *keypointsCheck) near(d, radius float64) bool {
	if c.PCK > 0 {
		return d < radius
	}
	return d <= radius+1e-12 // forgives what binary fractions cannot hold
}

func (c *keypointsCheck) judge(_ context.Context, in Input, text string) result.Verdict {
	img, index, err := c.image(in)
	if err != nil {
		return broken("%v", err)
	}
	expected := fmt.Sprintf("%s within %s", telling(c.asPoints()), num(c.radius(img)))
	switch {
	case c.PCK > 0:
		expected = fmt.Sprintf("%s within %s of the box's longer side", telling(c.asPoints()), num(c.PCK))
	case c.OKS > 0:
		expected = fmt.Sprintf("%s with an OKS of at least %s", telling(c.asPoints()), num(c.OKS))
	}
	found, err := c.points(text, img)
	if err != nil {
		return fail(expected, text, "%v", err)
	}
	if len(found) == 0 {
		return fail(expected, text, "there is no point in %s", quote(text))
	}
	if c.OKS > 0 {
		return c.similarity(found, img, index, expected)
	}
	m := c.match(found, img)
	v := c.verdict(m, found, c.radius(img), expected)
	v.Overlay = c.overlay(m, found, c.radius(img), index)
	return v
}

// similarity judges by OKS, in which the points have the order of the targets.
func (c *keypointsCheck) similarity(found []point.Point, img Image, index int, expected string) result.Verdict {
	o := &result.Overlay{Image: index}
	for _, p := range found {
		o.Found = append(o.Found, pointShape([2]float64{p.X, p.Y}, p.Label, len(found) == len(c.Targets)))
	}
	for _, t := range c.Targets {
		o.Expected = append(o.Expected, pointShape(t, "", true))
	}
	o.Expected = append(o.Expected, c.Box.shape("", true))
	v := fail(expected, telling(found), "read %s, and OKS compares %d in the order of the targets", plural(len(found), "point"), len(c.Targets))
	if len(found) == len(c.Targets) {
		v = c.oks(found, img, expected)
	}
	v.Overlay = o
	return v
}

func (c *keypointsCheck) oks(found []point.Point, img Image, expected string) result.Verdict {
	w, h := float64(max(img.Width, 1)), float64(max(img.Height, 1))
	pred, gold := make([]metric.Keypoint, len(found)), make([]metric.Keypoint, len(found))
	for i, p := range found {
		pred[i] = metric.Keypoint{X: p.X * w, Y: p.Y * h, V: 2}
		gold[i] = metric.Keypoint{X: c.Targets[i][0] * w, Y: c.Targets[i][1] * h, V: 2}
	}
	b := inPixels(*c.Box, img)
	oks, err := metric.OKS(pred, gold, [4]float64{b[0], b[1], b[2] - b[0], b[3] - b[1]}, b.Area(), c.Sigmas)
	if err != nil {
		return broken("%v", err)
	}
	return graded(oks, c.OKS, expected, telling(found), "read %s %s; their OKS is %s, expected at least %s", plural(len(found), "point"), telling(found), num(oks), num(c.OKS))
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
	radius := c.radius(img)
	all := make([][]float64, len(found))
	allowed := make([][]float64, len(found))
	for i, p := range found {
		all[i], allowed[i] = make([]float64, len(c.Targets)), make([]float64, len(c.Targets))
		for j, t := range c.Targets {
			d := distance([2]float64{p.X, p.Y}, t, img)
			all[i][j], allowed[i][j] = d, d
			if !c.near(d, radius) {
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

func (c *keypointsCheck) verdict(m matching, found []point.Point, radius float64, expected string) result.Verdict {
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
		reason += fmt.Sprintf("; a point that hit none is %s away from the nearest target, allowed %s", num(nearest), num(radius))
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

func (c *keypointsCheck) overlay(m matching, found []point.Point, radius float64, index int) *result.Overlay {
	o := &result.Overlay{Image: index}
	hit := make([]bool, len(c.Targets))
	for i, j := range m.targetOf {
		if j >= 0 {
			hit[j] = true
		}
		o.Found = append(o.Found, pointShape([2]float64{found[i].X, found[i].Y}, found[i].Label, j >= 0))
	}
	for j, t := range c.Targets {
		o.Expected = append(o.Expected, result.Shape{Kind: "circle", Points: [][2]float64{t}, Radius: radius, OK: hit[j]})
	}
	return o
}
