package check

import (
	"context"
	"fmt"
	"math"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type keypointsCheck struct {
	Targets  []pointTarget `yaml:"targets" required:"true" doc:"where the points are expected: [[x, y], {point: [x, y], label: nose}, ...], fractions of the image from its top left corner"`
	Within   float64       `yaml:"within" above:"0" max:"1.5" doc:"how far off a point may be, as a fraction of the image's longer side; this, pck or oks is required"`
	PCK      float64       `yaml:"pck" above:"0" max:"1" doc:"how far off a point may be, as a fraction of the longer side of box, exclusive: the alpha of PCK@alpha"`
	OKS      float64       `yaml:"oks" above:"0" max:"1" doc:"least object keypoint similarity of COCO; the answer gives the points in the order of the targets"`
	Box      *rectangle    `yaml:"box" doc:"the object that pck and oks measure by: [x0, y0, x1, y1], fractions of the image; its area stands for the segment's in oks"`
	Sigmas   []float64     `yaml:"sigmas" doc:"for oks, how sharply each target is placed; COCO's for 17 targets, else 0.05 each"`
	Min      *float64      `yaml:"min" above:"0" max:"1" doc:"least share of targets that must be found; 1 when not given"`
	Extra    bool          `yaml:"extra" doc:"more points than targets are no fault"`
	pointing `yaml:",inline"`
	common   `yaml:",inline"`
}

// KeypointNear checks that the answer points to (x, y), in fractions of the
// image from its top left corner, no further off than within, a fraction of the
// image's longer side.
func KeypointNear(x, y, within float64) Check {
	return build("keypoints", &keypointsCheck{Targets: []pointTarget{{position: position{x, y}}}, Within: within})
}

func (c *keypointsCheck) compile(n spec.Node, env Env) error {
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
	if err := c.pointing.compile(n, env); err != nil {
		return err
	}
	for j := range c.Targets {
		if c.Targets[j].label == nil {
			c.Targets[j].label = c.Label
		}
	}
	return nil
}

// radius is how far off a point may be, as a fraction of the image's longer side.
func (c *keypointsCheck) radius(img sdk.Image) float64 {
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
	img, stop := c.canvas(in)
	if stop != nil {
		return *stop
	}
	expected := c.expected(img.Image)
	seen, stop := c.points(in, img, expected, text)
	if stop != nil {
		return *stop
	}
	about, elsewhere := aboutImage(seen.Items, img.index)
	if len(about) == 0 {
		return fail(expected, text, "the points are about another image: %s", quote(text))
	}
	seen.Items = about
	if c.OKS > 0 {
		return c.similarity(seen, img, expected)
	}
	m := c.match(about, img.Image)
	if !m.ok {
		return unread(expected, text, "%s are too many to match with %s", plural(len(about), "point"), plural(len(c.Targets), "target"))
	}
	radius := c.radius(img.Image)
	v := c.verdict(m, seen, radius, expected, elsewhere)
	v.Measures = m.measures("distance", func(j int) float64 { return m.off[j] }, nil, &radius)
	v.Overlay = c.overlay(m, about, radius, img.index)
	return v
}

func (c *keypointsCheck) expected(img sdk.Image) string {
	where := listed(c.Targets, pointTarget.String)
	switch {
	case c.PCK > 0:
		return fmt.Sprintf("%s within %s of the box's longer side", where, num(c.PCK))
	case c.OKS > 0:
		return fmt.Sprintf("%s with an OKS of at least %s", where, num(c.OKS))
	}
	return fmt.Sprintf("%s within %s", where, num(c.radius(img)))
}

// aboutImage leaves out the points that the answer puts into another image, and
// counts them.
func aboutImage(points []point.Point, index int) (about []point.Point, elsewhere int) {
	for _, p := range points {
		if p.Image == 0 || p.Image == index+1 {
			about = append(about, p)
		}
	}
	return about, len(points) - len(about)
}

func (c *keypointsCheck) verdict(m pointMatching, seen sight[point.Point], radius float64, expected string, otherImages int) result.Verdict {
	share, over := shareOf(m.hits, len(c.Targets), len(seen.Items), len(seen.Outside), c.Extra)
	actual := listPoints(seen.Items) + seen.note()
	if otherImages > 0 {
		actual += fmt.Sprintf("; %s in another image", plural(otherImages, "point"))
	}
	reason := fmt.Sprintf("read %s %s, and found %d of %s", plural(len(seen.Items), "point"), actual, m.hits, plural(len(c.Targets), "target"))
	nearest := m.missed()
	switch {
	case m.hits < len(c.Targets) && m.elsewhere != "":
		reason += fmt.Sprintf("; a point near a target is labelled %s", quote(m.elsewhere))
	case m.hits < len(c.Targets) && !math.IsInf(nearest, 1):
		reason += fmt.Sprintf("; the nearest to a target that was not found is %s away, allowed %s", num(nearest), num(radius))
	case over > 0 && !c.Extra:
		reason += fmt.Sprintf("; %s too many, which extra: true would forgive", plural(over, "point"))
	}
	return graded(share, valueOr(c.Min, 1), expected, actual, "%s", reason)
}

// missed is how near a point came to a target that was not found.
func (m pointMatching) missed() float64 {
	nearest := math.Inf(1)
	for j, i := range m.foundOf {
		if i < 0 {
			nearest = min(nearest, m.off[j])
		}
	}
	return nearest
}

func (c *keypointsCheck) overlay(m pointMatching, found []point.Point, radius float64, index int) *result.Overlay {
	o := &result.Overlay{Image: index}
	for i, p := range found {
		o.Found = append(o.Found, pointShape([2]float64{p.X, p.Y}, p.Label, m.targetOf[i] >= 0))
	}
	for j, t := range c.Targets {
		o.Expected = append(o.Expected, result.Shape{Kind: "circle", Points: [][2]float64{t.position}, Radius: radius, Label: firstOf(t.label), OK: m.foundOf[j] >= 0})
	}
	return o
}

func (t pointTarget) String() string {
	return fmt.Sprintf("(%s, %s)", num(t.position[0]), num(t.position[1])) + of(t.label)
}
