package check

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/mask"
	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type boxRegion []float64

func (b boxRegion) on(context.Context, sdk.Image) (func(x, y float64) bool, error) {
	return func(x, y float64) bool { return x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3] }, nil
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

func (p polygonRegion) on(context.Context, sdk.Image) (func(x, y float64) bool, error) {
	corners := p.corners()
	return func(x, y float64) bool { return metric.InPolygon(x, y, corners) }, nil
}

func (p polygonRegion) shape() result.Shape {
	return result.Shape{Kind: "polygon", Points: p.corners()}
}

func (p polygonRegion) String() string {
	corners := make([]point.Point, len(p))
	for i, c := range p {
		corners[i] = point.Point{X: c[0], Y: c[1]}
	}
	return "the polygon " + listPoints(corners)
}

// classes are what `class` of a mask may be.
var classes = regexp.MustCompile(`^([0-9]{1,5}|#[0-9a-fA-F]{6}|` + mask.Visible + `)$`)

// maskNode is a mask of a spec: a path, or COCO's segmentation.
type maskNode struct {
	path, name   string // absolute; as shown to people
	segmentation any    // in JSON types; nil where a path is given
}

// DecodeNode implements [spec.Decoder].
func (m *maskNode) DecodeNode(n spec.Node) error {
	switch n.Kind() {
	case spec.Null:
		return n.Errorf("write mask: masks/circle.png", "mask has no value")
	case spec.Scalar:
		m.path, m.name = n.Path()
		return nil
	}
	m.segmentation = n.Any()
	if err := mask.Check(m.segmentation); err != nil {
		return n.Errorf("or write mask: masks/circle.png", "%v", err)
	}
	return nil
}

// JSONSchema implements [spec.Schemer].
func (*maskNode) JSONSchema() map[string]any {
	return map[string]any{"type": []any{"string", "object", "array"}}
}

func (*maskNode) typeName() string { return "path, or a segmentation" }

func (m *maskNode) given() bool { return m.path != "" || m.segmentation != nil }

// maskRegion is read when it is first needed; a missing mask is the error of
// the cases it judges.
type maskRegion struct {
	mask.Source
	name string // as shown to people; "" where it stands in the spec
	once sync.Once
	mask *mask.Mask
	err  error
}

func (m *maskRegion) load(ctx context.Context) (*mask.Mask, error) {
	m.once.Do(func() {
		ctx = context.WithoutCancel(ctx) // others wait for it, too
		if m.mask, m.err = mask.Load(ctx, m.Source); m.err != nil {
			m.err = fmt.Errorf("mask: %s", strings.ReplaceAll(m.err.Error(), m.Path, m.name))
		}
	})
	return m.mask, m.err
}

func (m *maskRegion) on(ctx context.Context, img sdk.Image) (func(x, y float64) bool, error) {
	loaded, err := m.load(ctx)
	if err != nil {
		return nil, err
	}
	return func(x, y float64) bool { return loaded.Contains(x, y, img.Width, img.Height) }, nil
}

func (m *maskRegion) shape() result.Shape {
	return result.Shape{Kind: "mask", Path: m.name, Segmentation: m.Segmentation, Class: m.Class, Threshold: m.Threshold}
}

func (m *maskRegion) String() string {
	name := either(m.name, "of the spec")
	switch {
	case m.Class != "":
		return fmt.Sprintf("class %s of the mask %s", m.Class, name)
	case m.Threshold != 0:
		return fmt.Sprintf("the mask %s from brightness %d on", name, m.Threshold)
	}
	return "the mask " + name
}

// Warnings are what makes the mask of a check suspicious for the images of its
// conversation, up to its turn, "" where a check has none; an error says that it
// cannot be read.
func Warnings(ctx context.Context, c Check, images []sdk.Image) ([]string, error) {
	w, ok := c.(*wrapped)
	if !ok {
		return nil, nil
	}
	p, ok := w.judge.(*pointsInCheck)
	if !ok {
		return nil, nil
	}
	m, ok := p.region.(*maskRegion)
	if !ok {
		return nil, nil
	}
	loaded, err := m.load(ctx)
	if err != nil {
		return nil, err
	}
	img, stop := p.canvas(Input{Images: images})
	if stop != nil {
		return nil, nil // which the verdict will say
	}
	warnings := loaded.Warnings(img.Width, img.Height)
	for i, text := range warnings {
		warnings[i] = m.String() + ": " + text
	}
	return warnings, nil
}
