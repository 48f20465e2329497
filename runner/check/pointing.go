package check

import (
	"fmt"
	"math"
	"strings"

	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// pointing is how a check reads points or boxes out of an answer.
type pointing struct {
	Format string `yaml:"format" doc:"how the answer writes coordinates: auto (the default), fraction, percent, thousandth, pixel, molmo, qwen2.5-vl, gemini, ..."`
	Image  int    `yaml:"image" min:"1" doc:"which image of the conversation is meant, from 1; the last one when not given"`
}

func (p *pointing) compile(n spec.Node) error {
	if p.Format == "" {
		return nil
	}
	for _, f := range point.Formats() {
		if strings.EqualFold(f, p.Format) {
			return nil
		}
	}
	hint := spec.DidYouMean(p.Format, point.Formats())
	return at(n, "format").Errorf(either(hint, "one of "+strings.Join(point.Formats(), ", ")), "unknown format %q", p.Format)
}

// image is the image the answer is about, and its index.
func (p *pointing) image(in Input) (img Image, index int, err error) {
	index = p.Image - 1
	if p.Image == 0 {
		index = len(in.Images) - 1
	}
	if index < 0 || index >= len(in.Images) {
		return Image{}, 0, fmt.Errorf("the check is about image %d, and the conversation has %s", max(p.Image, 1), plural(len(in.Images), "image"))
	}
	return in.Images[index], index, nil
}

func (p *pointing) points(text string, img Image) ([]point.Point, error) {
	return point.Points(text, point.Options{Format: p.Format, Width: img.Width, Height: img.Height})
}

// distance is between two points in fractions of an image, as a fraction of its
// longer side, so that a radius is a circle in pixels.
func distance(a, b [2]float64, img Image) float64 {
	dx, dy := a[0]-b[0], a[1]-b[1]
	if longer := float64(max(img.Width, img.Height)); longer > 0 && img.Width > 0 && img.Height > 0 {
		dx, dy = dx*float64(img.Width)/longer, dy*float64(img.Height)/longer
	}
	return math.Hypot(dx, dy)
}

func pointShape(p [2]float64, label string, ok bool) result.Shape {
	return result.Shape{Kind: "point", Points: [][2]float64{p}, Label: label, OK: ok}
}

// telling lists points for a sentence: "(0.31, 0.4) (0.8, 0.1)".
func telling(points []point.Point) string {
	var b strings.Builder
	for i, p := range points {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "(%s, %s)", num(p.X), num(p.Y))
	}
	return shorten(b.String(), 2*mostQuoted)
}

// position is a point of a spec: [x, y] in fractions of the image.
type position [2]float64

// DecodeNode implements [spec.Decoder].
func (p *position) DecodeNode(n spec.Node) error {
	items := n.Items()
	if n.Kind() != spec.List || len(items) != 2 {
		return n.Errorf("write [0.5, 0.25]", "expected a point, [x, y] in fractions of the image")
	}
	for i, item := range items {
		if err := item.Decode(&p[i]); err != nil {
			return err
		}
		if !(p[i] >= 0 && p[i] <= 1) {
			return item.Errorf("divide pixels by the image's width or height", "%s is outside the image: coordinates are fractions from 0 to 1", item.Text())
		}
	}
	return nil
}

// JSONSchema implements [spec.Schemer].
func (*position) JSONSchema() map[string]any {
	return map[string]any{"type": "array", "minItems": 2, "maxItems": 2, "items": fraction()}
}

func (*position) typeName() string { return "[x, y]" }

func fraction() map[string]any {
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "number", "minimum": 0, "maximum": 1},
		map[string]any{"type": "string", "pattern": `\$\{`},
	}}
}
