package overlay

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vector"
)

// stroke draws a line with round ends.
func (c *canvas) stroke(a, b point, wide float64, ink color.RGBA) {
	r := wide / 2
	angle := math.Atan2(b.y-a.y, b.x-a.x)
	const corners = 8 // of each end
	var points []point
	for i := range corners + 1 {
		sin, cos := math.Sincos(angle - math.Pi/2 + math.Pi*float64(i)/corners)
		points = append(points, point{b.x + r*cos, b.y + r*sin})
	}
	for i := range corners + 1 {
		sin, cos := math.Sincos(angle + math.Pi/2 + math.Pi*float64(i)/corners)
		points = append(points, point{a.x + r*cos, a.y + r*sin})
	}
	c.fill(points, ink)
}

// fill draws a polygon, in a raster no larger than it.
func (c *canvas) fill(points []point, ink color.RGBA) {
	lo, hi := points[0], points[0]
	for _, p := range points {
		lo.x, lo.y, hi.x, hi.y = min(lo.x, p.x), min(lo.y, p.y), max(hi.x, p.x), max(hi.y, p.y)
	}
	// A model may point anywhere; what is far outside is not drawn.
	box := image.Rect(bounded(lo.x), bounded(lo.y), bounded(hi.x)+1, bounded(hi.y)+1)
	visible := box.Intersect(c.pixels.Bounds())
	if visible.Empty() || box.Dx() > 2*maxSide || box.Dy() > 2*maxSide {
		return
	}
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	for i, p := range points {
		x, y := float32(p.x-float64(box.Min.X)), float32(p.y-float64(box.Min.Y))
		if i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
	r.Draw(c.pixels, box, image.NewUniform(ink), image.Point{})
}

func bounded(x float64) int {
	return int(math.Floor(min(max(x, -4*maxSide), 4*maxSide)))
}
