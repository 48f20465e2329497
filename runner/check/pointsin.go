package check

import (
	"context"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/mask"
	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type pointsInCheck struct {
	Mask      maskNode   `yaml:"mask" doc:"an image that is black or transparent where the points do not belong, of any size: it is laid over the image; or COCO's segmentation, run lengths or polygons, here or in a .json; see docs/images.md"`
	Class     string     `yaml:"class" doc:"what is inside in a mask image of several objects: a value, a palette index, a color as '#ff0000', or visible for all that is not transparent"`
	Threshold int        `yaml:"threshold" min:"1" max:"65535" doc:"the least brightness that is inside in a mask image"`
	Box       []float64  `yaml:"box" doc:"where the points belong: [x0, y0, x1, y1], fractions of the image"`
	Polygon   []position `yaml:"polygon" doc:"where the points belong: [[x, y], ...], fractions of the image, at least three"`
	Min       *float64   `yaml:"min" above:"0" max:"1" doc:"least share of points that must be inside; 1 when not given"`
	pointing  `yaml:",inline"`
	common    `yaml:",inline"`
	region    region
}

// region is a part of an image.
type region interface {
	// on returns what decides whether a point is inside, in fractions of an image; an
	// error is no fault of the answer.
	on(ctx context.Context, img sdk.Image) (contains func(x, y float64) bool, err error)
	shape() result.Shape
	String() string
}

func (c *pointsInCheck) compile(n spec.Node, env Env) error {
	given := 0
	for _, is := range []bool{c.Mask.given(), c.Box != nil, c.Polygon != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return n.Errorf("write {box: [0, 0, 0.5, 1]}", "points_in takes one of mask, box, polygon")
	}
	if (c.Class != "" || c.Threshold != 0) && c.Mask.path == "" {
		return n.Errorf("give mask: masks/circle.png", "class and threshold are for a mask that is an image")
	}
	switch {
	case c.Box != nil:
		if !isBox(c.Box) {
			return at(n, "box").Errorf("write [0, 0, 0.5, 1]", "expected a box: [x0, y0, x1, y1], fractions of the image, x0 < x1 and y0 < y1")
		}
		c.region = boxRegion(c.Box)
	case c.Polygon != nil:
		if len(c.Polygon) < 3 {
			return at(n, "polygon").Errorf("write [[0, 0], [1, 0], [0, 1]]", "a polygon has at least three corners, this one has %d", len(c.Polygon))
		}
		c.region = polygonRegion(c.Polygon)
	default:
		if err := c.selects(n); err != nil {
			return err
		}
		c.region = &maskRegion{name: c.Mask.name, Source: mask.Source{
			Path: c.Mask.path, Segmentation: c.Mask.segmentation, Class: c.Class, Threshold: c.Threshold,
		}}
	}
	return c.pointing.compile(n, env)
}

// selects checks what is selected in a mask image.
func (c *pointsInCheck) selects(n spec.Node) error {
	switch {
	case c.Class != "" && c.Threshold != 0:
		return at(n, "threshold").Errorf("give one of them", "class and threshold exclude each other")
	case c.Class != "" && !classes.MatchString(c.Class):
		return at(n, "class").Errorf("write class: 7, or class: '#ff0000' with quotes", "expected a value, a palette index, a color or visible, got %q", c.Class)
	}
	return nil
}

func isBox(b []float64) bool {
	return len(b) == 4 && b[0] >= 0 && b[1] >= 0 && b[2] <= 1 && b[3] <= 1 && b[0] < b[2] && b[1] < b[3]
}

func (c *pointsInCheck) judge(ctx context.Context, in Input, text string) result.Verdict {
	img, stop := c.canvas(in)
	if stop != nil {
		return *stop
	}
	expected := "points inside " + c.region.String()
	areas, stop := c.areas(in, img, expected, text)
	if stop != nil {
		return *stop
	}
	seen, stop := c.points(in, img, expected, text)
	switch {
	case stop != nil && len(areas.Items) > 0: // boxes alone
	case stop != nil && !stop.Unread && stop.Outcome == result.Failed: // there are none, which are neither inside nor outside
		return unread(expected, text, "%s", stop.Reason)
	case stop != nil:
		return *stop
	}
	meant := c.meant(seen.Items, img.index)
	if len(meant)+len(areas.Items) == 0 {
		return unread(expected, text, "no point is labelled %s in this image: %s", c.Label, quote(text))
	}
	seen.Outside = append(seen.Outside, areas.Outside...)
	contains, err := c.region.on(ctx, img.Image)
	if err != nil {
		return broken("%v", err)
	}
	return c.verdict(contains, meant, areas.Items, seen, img, expected)
}

// meant are the points of the image with the label that is meant; one that is
// given twice counts once.
func (c *pointsInCheck) meant(points []point.Point, index int) []point.Point {
	about, _ := aboutImage(points, index)
	labelling := hasLabels(labelsOf(about))
	var meant []point.Point
	seen := map[labelledPoint]bool{}
	for _, p := range about {
		key := labelledPoint{[2]float64{p.X, p.Y}, p.Label}
		if labelled(p.Label, c.Label, labelling) && !seen[key] {
			meant = append(meant, p)
		}
		seen[key] = true
	}
	return meant
}

func (c *pointsInCheck) verdict(contains func(x, y float64) bool, points []point.Point, areas []point.Box, seen sight[point.Point], img canvas, expected string) result.Verdict {
	o := &result.Overlay{Image: img.index, Expected: []result.Shape{c.region.shape()}}
	inside, all := 0, len(points)+len(seen.Outside)
	for _, p := range points {
		ok := contains(p.X, p.Y)
		if ok {
			inside++
		}
		o.Found = append(o.Found, pointShape([2]float64{p.X, p.Y}, p.Label, ok))
	}
	for _, a := range areas {
		in, of := pixelsInside(contains, a)
		inside, all = inside+in, all+of
		o.Found = append(o.Found, rectangle{a.X0, a.Y0, a.X1, a.Y1}.shape(a.Label, in == of && of > 0))
	}
	if all == 0 {
		return unread(expected, listed(areas, boxText), "there is no pixel in %s", listed(areas, boxText))
	}
	lower, share := valueOr(c.Min, 1), float64(inside)/float64(all)
	read := strings.TrimSpace(listPoints(points)+" "+listed(areas, boxText)) + seen.note()
	v := graded(share, lower, expected, read, "read %s %s; %d inside %s, expected at least %s of them",
		plural(all-len(seen.Outside), "point"), read, inside, c.region, num(lower))
	v.Measures = []result.Measure{{What: "inside", Value: share, Min: &lower}}
	o.Expected[0].OK = v.Outcome == result.Passed
	v.Overlay = o
	return v
}
