package check

import (
	"context"
	"fmt"
	"math"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type boxesCheck struct {
	Targets  []boxTarget `yaml:"targets" required:"true" doc:"where the boxes are expected: [[x0, y0, x1, y1], {box: [x0, y0, x1, y1], label: cat}, ...], fractions of the image from its top left corner"`
	IoU      *float64    `yaml:"iou" above:"0" max:"1" doc:"least overlap of a box and its target, intersection over union; 0.5 when not given"`
	Min      *float64    `yaml:"min" above:"0" max:"1" doc:"least share of targets that must be found; 1 when not given"`
	Extra    bool        `yaml:"extra" doc:"more boxes than targets are no fault"`
	pointing `yaml:",inline"`
	common   `yaml:",inline"`
}

func (c *boxesCheck) compile(n spec.Node, env Env) error {
	if len(c.Targets) == 0 {
		return at(n, "targets").Errorf("write [[0.1, 0.1, 0.4, 0.5]]", "there is no target")
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

func (c *boxesCheck) judge(_ context.Context, in Input, text string) result.Verdict {
	img, stop := c.canvas(in)
	if stop != nil {
		return *stop
	}
	expected := fmt.Sprintf("%s with an IoU of at least %s", listed(c.Targets, boxTarget.String), num(c.lower()))
	seen, stop := c.boxes(in, img, expected, text)
	if stop != nil {
		return *stop
	}
	m := c.match(seen.Items, img.Image)
	if !m.ok {
		return unread(expected, text, "%s are too many to match with %s", plural(len(seen.Items), "box"), plural(len(c.Targets), "target"))
	}
	v := c.verdict(m, seen, expected)
	lower := c.lower()
	v.Measures = m.measures("iou", func(j int) float64 { return m.best[j] }, &lower, nil)
	v.Overlay = c.overlay(m, seen.Items, img.index)
	return v
}

func (c *boxesCheck) lower() float64 { return valueOr(c.IoU, metric.HitIoU) }

// boxMatching is a matching, with what a verdict says of it.
type boxMatching struct {
	matching
	ok        bool
	best      []float64 // by target: IoU of its box, else the highest one; NaN for none
	elsewhere string    // label of a box that fits a target of another label
}

// match pairs boxes and targets. A box that is given twice counts once.
func (c *boxesCheck) match(found []point.Box, img sdk.Image) boxMatching {
	m := boxMatching{best: make([]float64, len(c.Targets))}
	for j := range m.best {
		m.best[j] = math.NaN()
	}
	boxes, labels := placesOf(found)
	again, labelling := repeats(boxes), hasLabels(labels)
	cost := func(i, j int) float64 {
		iou := metric.IoU(inPixels(boxes[i].rectangle, img), inPixels(c.Targets[j].rectangle, img))
		fits := labelled(labels[i], c.Targets[j].label, labelling)
		if fits && !again[i] && !(iou <= m.best[j]) {
			m.best[j] = iou
		}
		if iou < c.lower() || again[i] {
			return math.Inf(1)
		}
		if !fits {
			m.elsewhere = either(labels[i], "not at all")
			return math.Inf(1)
		}
		return 1 - iou
	}
	m.matching, m.ok = pair(len(boxes), len(c.Targets), cost)
	for j, i := range m.foundOf {
		if i >= 0 {
			m.best[j] = 1 - cost(i, j)
		}
	}
	return m
}

// labelledBox is a box of an answer, to tell it from others.
type labelledBox struct {
	rectangle
	label string
}

func placesOf(found []point.Box) (boxes []labelledBox, labels []string) {
	for _, b := range found {
		boxes = append(boxes, labelledBox{rectangle{b.X0, b.Y0, b.X1, b.Y1}, b.Label})
		labels = append(labels, b.Label)
	}
	return boxes, labels
}

func hasLabels(labels []string) bool {
	for _, l := range labels {
		if l != "" {
			return true
		}
	}
	return false
}

func (c *boxesCheck) verdict(m boxMatching, seen sight[point.Box], expected string) result.Verdict {
	share, over := shareOf(m.hits, len(c.Targets), len(seen.Items), len(seen.Outside), c.Extra)
	actual := listed(seen.Items, boxText) + seen.note()
	reason := fmt.Sprintf("read %s %s, and found %d of %s", plural(len(seen.Items), "box"), actual, m.hits, plural(len(c.Targets), "target"))
	switch {
	case m.hits < len(c.Targets) && m.elsewhere != "":
		reason += fmt.Sprintf("; a box that fits a target is labelled %s", quote(m.elsewhere))
	case m.hits < len(c.Targets):
		reason += fmt.Sprintf("; the best IoU with a target that was not found is %s, expected %s", num(m.missed()), num(c.lower()))
	case over > 0 && !c.Extra:
		reason += fmt.Sprintf("; %s too many, which extra: true would forgive", plural(over, "box"))
	}
	return graded(share, valueOr(c.Min, 1), expected, actual, "%s", reason)
}

// missed is the highest IoU with a target that was not found.
func (m boxMatching) missed() float64 {
	best := 0.0
	for j, i := range m.foundOf {
		if i < 0 && m.best[j] > best {
			best = m.best[j]
		}
	}
	return best
}

func (c *boxesCheck) overlay(m boxMatching, found []point.Box, index int) *result.Overlay {
	o := &result.Overlay{Image: index}
	for i, b := range found {
		o.Found = append(o.Found, rectangle{b.X0, b.Y0, b.X1, b.Y1}.shape(b.Label, m.targetOf[i] >= 0))
	}
	for j, t := range c.Targets {
		o.Expected = append(o.Expected, t.shape(firstOf(t.label), m.foundOf[j] >= 0))
	}
	return o
}

func firstOf(label texts) string {
	if len(label) == 0 {
		return ""
	}
	return label[0]
}

func inPixels(r rectangle, img sdk.Image) metric.Box {
	w, h := float64(max(img.Width, 1)), float64(max(img.Height, 1))
	return metric.Box{r[0] * w, r[1] * h, r[2] * w, r[3] * h}
}

func (r rectangle) shape(label string, ok bool) result.Shape {
	return result.Shape{Kind: "box", Points: [][2]float64{{r[0], r[1]}, {r[2], r[3]}}, Label: label, OK: ok}
}

func (r rectangle) String() string {
	return fmt.Sprintf("[%s, %s, %s, %s]", num(r[0]), num(r[1]), num(r[2]), num(r[3]))
}

func (t boxTarget) String() string { return t.rectangle.String() + of(t.label) }

func boxText(b point.Box) string { return rectangle{b.X0, b.Y0, b.X1, b.Y1}.String() }

// of writes a label behind a place.
func of(label texts) string {
	if len(label) == 0 {
		return ""
	}
	return " of " + label.String()
}
