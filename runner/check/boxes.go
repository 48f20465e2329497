package check

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// rectangle is a box of a spec: [x0, y0, x1, y1] in fractions of the image.
type rectangle [4]float64

// DecodeNode implements [spec.Decoder].
func (r *rectangle) DecodeNode(n spec.Node) error {
	var b []float64
	if n.Kind() != spec.List {
		return n.Errorf("write [0, 0, 0.5, 1]", "expected a box, [x0, y0, x1, y1] in fractions of the image")
	}
	if err := n.Decode(&b); err != nil {
		return err
	}
	if !isBox(b) {
		return n.Errorf("write [0, 0, 0.5, 1]", "expected a box: [x0, y0, x1, y1], fractions of the image, x0 < x1 and y0 < y1")
	}
	copy(r[:], b)
	return nil
}

// JSONSchema implements [spec.Schemer].
func (*rectangle) JSONSchema() map[string]any {
	return map[string]any{"type": "array", "minItems": 4, "maxItems": 4, "items": fraction()}
}

func (*rectangle) typeName() string { return "[x0, y0, x1, y1]" }

func (r rectangle) shape(label string, ok bool) result.Shape {
	return result.Shape{Kind: "box", Points: [][2]float64{{r[0], r[1]}, {r[2], r[3]}}, Label: label, OK: ok}
}

func (r rectangle) String() string {
	return fmt.Sprintf("[%s, %s, %s, %s]", num(r[0]), num(r[1]), num(r[2]), num(r[3]))
}

type boxesCheck struct {
	Targets  []rectangle `yaml:"targets" required:"true" doc:"where the boxes are expected: [[x0, y0, x1, y1], ...], fractions of the image from its top left corner"`
	IoU      *float64    `yaml:"iou" above:"0" max:"1" doc:"least overlap of a box and its target, intersection over union; 0.5 when not given"`
	Min      *float64    `yaml:"min" above:"0" max:"1" doc:"least share of targets that must be found; 1 when not given"`
	Extra    bool        `yaml:"extra" doc:"more boxes than targets are no fault"`
	pointing `yaml:",inline"`
	common   `yaml:",inline"`
}

func (c *boxesCheck) compile(n spec.Node, _ Env) error {
	if len(c.Targets) == 0 {
		return at(n, "targets").Errorf("write [[0.1, 0.1, 0.4, 0.5]]", "there is no target")
	}
	return c.pointing.compile(n)
}

func (c *boxesCheck) judge(_ context.Context, in Input, text string) result.Verdict {
	img, index, err := c.image(in)
	if err != nil {
		return broken("%v", err)
	}
	least := valueOr(c.IoU, metric.HitIoU)
	expected := fmt.Sprintf("%s with an IoU of at least %s", allBoxes(c.Targets), num(least))
	found, err := point.Boxes(text, point.Options{Format: c.Format, Width: img.Width, Height: img.Height})
	if err != nil {
		return fail(expected, text, "%v", err)
	}
	if len(found) == 0 {
		return fail(expected, text, "there is no box in %s", quote(text))
	}
	boxes := make([]rectangle, len(found))
	for i, b := range found {
		boxes[i] = rectangle{b.X0, b.Y0, b.X1, b.Y1}
	}
	targetOf, best := c.match(boxes, img, least)
	v := c.verdict(boxes, targetOf, best, expected)
	v.Overlay = c.overlay(boxes, found, targetOf, index)
	return v
}

// match pairs boxes and targets one to one: as many as overlap enough, and among
// those matchings the best. best is the overlap of each box with its target, or
// with the one it overlaps most.
func (c *boxesCheck) match(boxes []rectangle, img Image, least float64) (targetOf []int, best []float64) {
	cost := make([][]float64, len(boxes))
	best = make([]float64, len(boxes))
	for i, b := range boxes {
		cost[i] = make([]float64, len(c.Targets))
		for j, t := range c.Targets {
			iou := metric.IoU(inPixels(b, img), inPixels(t, img))
			best[i] = max(best[i], iou)
			if cost[i][j] = 1 - iou; iou < least {
				cost[i][j] = math.Inf(1)
			}
		}
	}
	targetOf = metric.Assign(cost)
	for i, j := range targetOf {
		if j >= 0 {
			best[i] = 1 - cost[i][j]
		}
	}
	return targetOf, best
}

func inPixels(r rectangle, img Image) metric.Box {
	w, h := float64(max(img.Width, 1)), float64(max(img.Height, 1))
	return metric.Box{r[0] * w, r[1] * h, r[2] * w, r[3] * h}
}

func (c *boxesCheck) verdict(boxes []rectangle, targetOf []int, best []float64, expected string) result.Verdict {
	hits, nearest := 0, 0.0
	for i, j := range targetOf {
		if j >= 0 {
			hits++
		} else {
			nearest = max(nearest, best[i])
		}
	}
	extra := max(len(boxes)-len(c.Targets), 0)
	of := len(c.Targets)
	if !c.Extra {
		of += extra
	}
	reason := fmt.Sprintf("read %s %s, and found %d of %s", plural(len(boxes), "box"), allBoxes(boxes), hits, plural(len(c.Targets), "target"))
	switch {
	case hits < len(c.Targets):
		reason += fmt.Sprintf("; the best IoU of a box that hit none is %s, expected %s", num(nearest), num(valueOr(c.IoU, metric.HitIoU)))
	case extra > 0 && !c.Extra:
		reason += fmt.Sprintf("; %s too many, which extra: true would forgive", plural(extra, "box"))
	}
	return graded(float64(hits)/float64(of), valueOr(c.Min, 1), expected, allBoxes(boxes), "%s", reason)
}

func (c *boxesCheck) overlay(boxes []rectangle, found []point.Box, targetOf []int, index int) *result.Overlay {
	o := &result.Overlay{Image: index}
	hit := make([]bool, len(c.Targets))
	for i, j := range targetOf {
		if j >= 0 {
			hit[j] = true
		}
		o.Found = append(o.Found, boxes[i].shape(found[i].Label, j >= 0))
	}
	for j, t := range c.Targets {
		o.Expected = append(o.Expected, t.shape("", hit[j]))
	}
	return o
}

func allBoxes(boxes []rectangle) string {
	var all []string
	for _, b := range boxes {
		all = append(all, b.String())
	}
	return shorten(strings.Join(all, " "), 2*mostQuoted)
}
