package check

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type pointsInCheck struct {
	Mask     spec.Node  `yaml:"mask" type:"path" doc:"an image, white where the points belong and black elsewhere; of any size, it is laid over the image"`
	Box      []float64  `yaml:"box" doc:"where the points belong: [x0, y0, x1, y1], fractions of the image"`
	Polygon  []position `yaml:"polygon" doc:"where the points belong: [[x, y], ...], fractions of the image, at least three"`
	Min      *float64   `yaml:"min" above:"0" max:"1" doc:"least share of points that must be inside; 1 when not given"`
	pointing `yaml:",inline"`
	common   `yaml:",inline"`
	region   region
}

// region is a part of an image.
type region interface {
	// contains takes fractions of the image; an error is no fault of the answer.
	contains(x, y float64) (bool, error)
	shape() result.Shape
	String() string
}

func (c *pointsInCheck) compile(n spec.Node, env Env) error {
	given := 0
	for _, is := range []bool{!c.Mask.IsZero(), c.Box != nil, c.Polygon != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return n.Errorf("write {box: [0, 0, 0.5, 1]}", "points_in takes one of mask, box, polygon")
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
	case c.Mask.Kind() != spec.Scalar:
		return c.Mask.Errorf("write mask: masks/circle.png", "expected the path of an image, got a %s", c.Mask.Kind())
	default:
		abs, name := c.Mask.Path()
		c.region = &maskRegion{path: abs, name: name}
	}
	return c.pointing.compile(n, env)
}

func isBox(b []float64) bool {
	return len(b) == 4 && b[0] >= 0 && b[1] >= 0 && b[2] <= 1 && b[3] <= 1 && b[0] < b[2] && b[1] < b[3]
}

func (c *pointsInCheck) judge(_ context.Context, in Input, text string) result.Verdict {
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
	return c.verdict(meant, areas.Items, seen, img, expected)
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

func (c *pointsInCheck) verdict(points []point.Point, areas []point.Box, seen sight[point.Point], img canvas, expected string) result.Verdict {
	o := &result.Overlay{Image: img.index, Expected: []result.Shape{c.region.shape()}}
	inside, all := 0, len(points)+len(seen.Outside)
	for _, p := range points {
		ok, err := c.region.contains(p.X, p.Y)
		if err != nil {
			return broken("%v", err)
		}
		if ok {
			inside++
		}
		o.Found = append(o.Found, pointShape([2]float64{p.X, p.Y}, p.Label, ok))
	}
	for _, a := range areas {
		in, of, err := pixelsInside(c.region, a)
		if err != nil {
			return broken("%v", err)
		}
		inside, all = inside+in, all+of
		o.Found = append(o.Found, rectangle{a.X0, a.Y0, a.X1, a.Y1}.shape(a.Label, in == of && of > 0))
	}
	if all == 0 {
		return unread(expected, listed(areas, tellBox), "there is no pixel in %s", listed(areas, tellBox))
	}
	least, share := valueOr(c.Min, 1), float64(inside)/float64(all)
	read := strings.TrimSpace(telling(points)+" "+listed(areas, tellBox)) + seen.note()
	v := graded(share, least, expected, read, "read %s %s; %d inside %s, expected at least %s of them",
		plural(all-len(seen.Outside), "point"), read, inside, c.region, num(least))
	v.Measures = []result.Measure{{What: "inside", Value: share, Min: &least}}
	o.Expected[0].OK = v.Outcome == result.Passed
	v.Overlay = o
	return v
}

type boxRegion []float64

func (b boxRegion) contains(x, y float64) (bool, error) {
	return x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3], nil
}

func (b boxRegion) shape() result.Shape {
	return result.Shape{Kind: "box", Points: [][2]float64{{b[0], b[1]}, {b[2], b[3]}}}
}

func (b boxRegion) String() string {
	return fmt.Sprintf("the box [%s, %s, %s, %s]", num(b[0]), num(b[1]), num(b[2]), num(b[3]))
}

type polygonRegion []position

func (p polygonRegion) corners() [][2]float64 {
	out := make([][2]float64, len(p))
	for i, c := range p {
		out[i] = c
	}
	return out
}

func (p polygonRegion) contains(x, y float64) (bool, error) {
	return metric.InPolygon(x, y, p.corners()), nil
}

func (p polygonRegion) shape() result.Shape {
	return result.Shape{Kind: "polygon", Points: p.corners()}
}

func (p polygonRegion) String() string {
	corners := make([]point.Point, len(p))
	for i, c := range p {
		corners[i] = point.Point{X: c[0], Y: c[1]}
	}
	return "the polygon " + telling(corners)
}

// maskRegion is read when it is first needed; a missing mask is the error of
// the cases it judges.
type maskRegion struct {
	path, name string
	once       sync.Once
	picture    *imaging.RGB
	err        error
}

func (m *maskRegion) contains(x, y float64) (bool, error) {
	m.once.Do(func() { m.picture, m.err = imaging.DecodeFile(context.Background(), m.path) })
	if m.err != nil {
		return false, fmt.Errorf("mask: %w", m.err)
	}
	px := min(int(x*float64(m.picture.Width)), m.picture.Width-1)
	py := min(int(y*float64(m.picture.Height)), m.picture.Height-1)
	i := 3 * (max(py, 0)*m.picture.Width + max(px, 0))
	pix := m.picture.Pix[i : i+3]
	return int(pix[0])+int(pix[1])+int(pix[2]) > 3*127, nil
}

func (m *maskRegion) shape() result.Shape { return result.Shape{Kind: "mask", Path: m.name} }

func (m *maskRegion) String() string { return "the mask " + m.name }
