package point

import (
	"errors"
	"fmt"
	"math"
)

// overshoot is how far outside the image, in fractions of its size, a coordinate may lie and still be moved to the
// border: models overshoot a little. Further out is an error, because it nearly always means that the scale is wrong.
const overshoot = 0.05

var errNeedSize = errors.New("pixel coordinates need the image's width and height")

// place brings shapes to fractions, x first.
func place(name string, f format, in []shape, o Options) ([]shape, error) {
	out := make([]shape, 0, len(in))
	for _, s := range in {
		dx, dy, err := divisors(f.unit, s.decimal, o)
		if err != nil {
			return nil, fmt.Errorf("format %s: %w", name, err)
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
			c := s.v[from] / div
			if math.IsNaN(c) || c < -overshoot || c > 1+overshoot {
				return nil, fmt.Errorf("%w: %v in format %s is %.3g of the image's size (bytes %d to %d)",
					ErrRange, s.v[from], name, c, s.start, s.end)
			}
			v[i] = min(max(c, 0), 1)
		}
		s.v = v
		out = append(out, s)
	}
	return out, nil
}

// divisors returns what x and y are divided by.
func divisors(u unit, decimal bool, o Options) (dx, dy float64, err error) {
	if u == mixed {
		u = pixel
		if decimal {
			u = fraction
		}
	}
	if u != pixel {
		return float64(u), float64(u), nil
	}
	if o.Width <= 0 || o.Height <= 0 {
		return 0, 0, errNeedSize
	}
	return float64(o.Width), float64(o.Height), nil
}
