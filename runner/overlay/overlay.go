// Package overlay draws what a vision check looked at over the image: green what
// was expected, blue what was found and matched, red what was found and did not.
// Start reading at [Draw].
package overlay

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/draw"

	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/runner/mask"
	"github.com/vlmspec/vlmspec/runner/result"
)

// The longer side of a drawing: small images grow by whole factors, so that one
// can see what was hit; large ones shrink.
const (
	leastSide = 512
	maxSide   = 1280
)

var (
	expected = color.RGBA{0x00, 0xc8, 0x53, 0xff}
	matched  = color.RGBA{0x29, 0x79, 0xff, 0xff}
	missed   = color.RGBA{0xff, 0x17, 0x44, 0xff}
	halo     = color.RGBA{0xff, 0xff, 0xff, 0xff} // keeps lines apart from what is below them
)

// Draw reads the image at a path and draws an overlay over it. Masks are read
// from the paths that the overlay names.
func Draw(path string, o *result.Overlay) (image.Image, error) {
	return paint(path, o, sizeFor, 2)
}

// DrawWithin is [Draw] in the largest size that fits into width x height pixels.
func DrawWithin(path string, o *result.Overlay, width, height int) (image.Image, error) {
	return paint(path, o, func(w, h int) (int, int) { return Fit(w, h, width, height) }, 1)
}

// Fit is the largest size with the proportions of w x h within width x height; no
// side is below 1.
func Fit(w, h, width, height int) (int, int) {
	scale := min(float64(width)/float64(w), float64(height)/float64(h))
	side := func(n, limit int) int { return max(1, min(int(math.Round(float64(n)*scale)), limit)) }
	return side(w, width), side(h, height)
}

func paint(path string, o *result.Overlay, size func(w, h int) (int, int), leastLine float64) (image.Image, error) {
	c, err := newCanvas(path, size, leastLine)
	if err != nil {
		return nil, err
	}
	for _, s := range o.Expected {
		if err := c.shape(s, expected, false); err != nil {
			return nil, err
		}
	}
	for _, s := range o.Found {
		ink := missed
		if s.OK {
			ink = matched
		}
		if err := c.shape(s, ink, true); err != nil {
			return nil, err
		}
	}
	return c.pixels, nil
}

// Write draws an overlay as PNG.
func Write(w io.Writer, path string, o *result.Overlay) error {
	img, err := Draw(path, o)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	return encoder.Encode(w, img)
}

// canvas is the image, in a size to look at.
type canvas struct {
	pixels        *image.RGBA
	width, height float64
	image         image.Point // its size
	line          float64     // width of a line in pixels
}

func newCanvas(path string, size func(w, h int) (int, int), leastLine float64) (c *canvas, err error) {
	err = imaging.View(context.Background(), path, func(p *imaging.Picture) error {
		w, h := size(p.Width, p.Height)
		pixels := image.NewRGBA(image.Rect(0, 0, w, h))
		var scaler draw.Scaler = draw.ApproxBiLinear
		if w > p.Width {
			scaler = draw.NearestNeighbor
		}
		scaler.Scale(pixels, pixels.Bounds(), p, p.Bounds(), draw.Src, nil)
		c = &canvas{pixels: pixels, width: float64(w), height: float64(h), image: p.Bounds().Max, line: max(leastLine, float64(max(w, h))/180)}
		return nil
	})
	return c, err
}

func sizeFor(w, h int) (int, int) {
	longer := max(w, h)
	switch {
	case longer < leastSide:
		factor := (leastSide + longer - 1) / longer
		return w * factor, h * factor
	case longer > maxSide:
		return max(w*maxSide/longer, 1), max(h*maxSide/longer, 1)
	}
	return w, h
}

// shape draws one shape. Found points get a cross, expected ones a dot.
func (c *canvas) shape(s result.Shape, ink color.RGBA, found bool) error {
	points := make([]point, len(s.Points))
	for i, p := range s.Points {
		points[i] = point{p[0] * c.width, p[1] * c.height}
	}
	need := map[string]int{"point": 1, "circle": 1, "box": 2, "polygon": 2}[s.Kind]
	if len(points) < need {
		return fmt.Errorf("draw the overlay: a %s has %d points", s.Kind, len(points))
	}
	longer := max(c.width, c.height)
	switch s.Kind {
	case "point":
		c.mark(points[0], ink, found)
	case "circle":
		c.mark(points[0], ink, found)
		c.outline(circle(points[0], s.Radius*longer), ink)
	case "box":
		a, b := points[0], points[1]
		c.outline([]point{a, {b.x, a.y}, b, {a.x, b.y}}, ink)
	case "polygon":
		c.outline(points, ink)
	case "mask":
		return c.mask(s, ink)
	default:
		return fmt.Errorf("draw the overlay: unknown shape %q", s.Kind)
	}
	return nil
}

func (c *canvas) mark(at point, ink color.RGBA, cross bool) {
	r := 3 * c.line
	if !cross {
		c.fill(circle(at, 1.6*c.line), halo)
		c.fill(circle(at, c.line), ink)
		return
	}
	for _, pass := range []struct {
		wide float64
		ink  color.RGBA
	}{{2 * c.line, halo}, {c.line, ink}} {
		c.stroke(point{at.x - r, at.y - r}, point{at.x + r, at.y + r}, pass.wide, pass.ink)
		c.stroke(point{at.x - r, at.y + r}, point{at.x + r, at.y - r}, pass.wide, pass.ink)
	}
}

// outline strokes a closed line.
func (c *canvas) outline(points []point, ink color.RGBA) {
	for _, pass := range []struct {
		wide float64
		ink  color.RGBA
	}{{2 * c.line, halo}, {c.line, ink}} {
		for i := range points {
			c.stroke(points[i], points[(i+1)%len(points)], pass.wide, pass.ink)
		}
	}
}

// mask tints what a mask covers.
func (c *canvas) mask(s result.Shape, ink color.RGBA) error {
	m, err := mask.Load(context.Background(), mask.Source{Path: s.Path, Segmentation: s.Segmentation, Class: s.Class, Threshold: s.Threshold})
	if err != nil {
		return err
	}
	b := c.pixels.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			if !m.Contains((float64(x)+0.5)/c.width, (float64(y)+0.5)/c.height, c.image.X, c.image.Y) {
				continue
			}
			p := c.pixels.Pix[c.pixels.PixOffset(x, y):]
			p[0], p[1], p[2] = mix(p[0], ink.R), mix(p[1], ink.G), mix(p[2], ink.B)
		}
	}
	return nil
}

func mix(below, above uint8) uint8 { return uint8((int(below) + int(above)) / 2) }

// point is in pixels of the canvas.
type point struct{ x, y float64 }

func circle(at point, r float64) []point {
	const corners = 64
	points := make([]point, corners)
	for i := range points {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		points[i] = point{at.x + r*cos, at.y + r*sin}
	}
	return points
}
