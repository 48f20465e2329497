package point

import (
	"fmt"
	"math"
	"slices"
)

// overshoot is how far outside the image, in fractions of its size, a coordinate may lie and still be moved to the
// border: models overshoot a little.
const overshoot = 0.05

// placed are shapes in fractions, x first, and what became of the others.
type placed struct {
	shapes, outside []shape
	clipped         int
}

// place brings shapes to fractions, x first.
func place(name string, f format, in []shape, o Options) (placed, error) {
	p := placed{shapes: make([]shape, 0, len(in))}
	if f.unit != fraction && f.unit != roboPoint && likeFractions(in) {
		return placed{}, ambiguous("%v looks like fractions, and format %s counts %s", in[0].v, name, f.space())
	}
	for _, s := range in {
		dx, dy, err := divisors(unitOf(f, s), o)
		if err != nil {
			return placed{}, fmt.Errorf("format %s: %w", name, err)
		}
		v := make([]float64, len(s.v))
		for i := range v {
			from, div := i, dx
			if i%2 == 1 {
				div = dy
			}
			if f.yFirst && !s.named {
				from = i ^ 1
			}
			v[i] = s.v[from] / div
		}
		p.put(s, v)
	}
	if 2*len(p.outside) > len(in) {
		s := p.outside[0]
		return placed{}, fmt.Errorf("%w: %v in format %s (bytes %d to %d); is it another format?", ErrRange, s.v, name, s.start, s.end)
	}
	return p, nil
}

// likeFractions reports whether all numbers are from 0 to 1, and some with a
// decimal point: in another scale they would all lie in one corner.
func likeFractions(in []shape) bool {
	decimal := false
	for _, s := range in {
		if s.suffix != "" || slices.Max(s.v) > 1 || slices.Min(s.v) < 0 {
			return false
		}
		decimal = decimal || s.decimal
	}
	return decimal
}

// put adds a shape at fractions v, moved to the border when it lies a little beyond.
func (p *placed) put(s shape, v []float64) {
	if slices.ContainsFunc(v, func(c float64) bool { return math.IsNaN(c) || c < -overshoot || c > 1+overshoot }) {
		p.outside = append(p.outside, s)
		return
	}
	if slices.Min(v) < 0 || slices.Max(v) > 1 {
		p.clipped++
	}
	for i := range v {
		v[i] = min(max(v[i], 0), 1)
	}
	s.v = v
	p.shapes = append(p.shapes, s)
}

// unitOf is the unit of a format, unless the shape names its own.
func unitOf(f format, s shape) unit {
	switch {
	case s.suffix == "%":
		return percent
	case s.suffix == "px":
		return pixel
	case f.unit == roboPoint && s.decimal:
		return fraction
	}
	return f.unit
}

// divisors returns what x and y are divided by.
func divisors(u unit, o Options) (dx, dy float64, err error) {
	switch {
	case u == roboPoint:
		return 640, 480, nil
	case u != pixel:
		return float64(u), float64(u), nil
	case o.Width <= 0 || o.Height <= 0:
		return 0, 0, ErrSize
	}
	return float64(o.Width), float64(o.Height), nil
}
