package mask

import (
	"context"
	"fmt"
	"image"
	"image/color"

	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

// loadImage reads a mask image. What is transparent is outside; of the rest:
//
//   - with Class what has that value, palette index or color is inside, or all;
//   - with Threshold what is as bright is inside;
//   - in a lossy format, which does not keep values, the brighter half is inside,
//     as long as there is hardly anything in between;
//   - else what is not black is inside, if that is one value, or white with soft
//     edges. Several values are an error that names them.
func loadImage(ctx context.Context, s Source) (m *Mask, err error) {
	err = imaging.View(ctx, s.Path, func(p *imaging.Picture) error {
		pixels := newPixels(p)
		inside, err := pixels.choose(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Path, err)
		}
		m = pixels.mask(inside)
		return nil
	})
	return m, err
}

// Visible is the Class of all that is not transparent.
const Visible = "visible"

// choose decides which values are inside.
func (p *pixels) choose(s Source) (func(value) bool, error) {
	switch {
	case s.Threshold > p.full():
		return nil, fmt.Errorf("a threshold of %d, and white is %d", s.Threshold, p.full())
	case s.Threshold > 0:
		return p.brighter(s.Threshold), nil
	case s.Class == Visible:
		return func(value) bool { return true }, nil
	}
	all, err := survey(p)
	switch {
	case err != nil:
		return nil, err
	case s.Class != "":
		return all.class(s.Class)
	case !p.Lossless:
		return all.halves()
	}
	return all.objects()
}

func (p *pixels) brighter(than int) func(value) bool {
	return func(v value) bool { return p.brightness(v) >= than }
}

// value is what a pixel is: its palette index, or its color.
type value uint64

// pixels reads the values of a picture, upright.
type pixels struct {
	*imaging.Picture
	palette color.Palette // nil when values are colors
	deep    bool          // colors have 16 bits
	read    func(x, y int) (v value, visible bool)
}

func newPixels(p *imaging.Picture) *pixels {
	q := &pixels{Picture: p}
	if !p.Lossless { // colors and small differences are noise
		q.read = func(x, y int) (value, bool) {
			c := colorAt(p.Stored, x, y)
			brightest := uint8(max(c.R, c.G, c.B) >> 8)
			return rgb(brightest, brightest, brightest), c.A != 0
		}
		return q
	}
	switch img := p.Stored.(type) {
	case *image.Paletted:
		q.palette = img.Palette
		visible := make([]bool, len(img.Palette))
		for i, c := range img.Palette {
			_, _, _, a := c.RGBA()
			visible[i] = a != 0
		}
		q.read = func(x, y int) (value, bool) {
			i := img.ColorIndexAt(x, y)
			return value(i), int(i) < len(visible) && visible[i]
		}
	case *image.Gray:
		q.read = func(x, y int) (value, bool) { return value(img.GrayAt(x, y).Y) * 0x010101, true }
	case *image.NRGBA:
		q.read = func(x, y int) (value, bool) {
			c := img.NRGBAAt(x, y)
			return rgb(c.R, c.G, c.B), c.A != 0
		}
	case *image.Gray16, *image.NRGBA64, *image.RGBA64:
		q.deep = true
		q.read = func(x, y int) (value, bool) {
			c := straight(colorAt(p.Stored, x, y))
			return value(c.R)<<32 | value(c.G)<<16 | value(c.B), c.A != 0
		}
	default:
		q.read = func(x, y int) (value, bool) {
			c := straight(colorAt(p.Stored, x, y))
			return rgb(uint8(c.R>>8), uint8(c.G>>8), uint8(c.B>>8)), c.A != 0
		}
	}
	return q
}

func colorAt(img image.Image, x, y int) color.RGBA64 {
	if img, ok := img.(image.RGBA64Image); ok {
		return img.RGBA64At(x, y)
	}
	return color.RGBA64Model.Convert(img.At(x, y)).(color.RGBA64)
}

// straight undoes what alpha does to a color.
func straight(c color.RGBA64) color.NRGBA64 {
	if c.A == 0xffff {
		return color.NRGBA64(c)
	}
	return color.NRGBA64Model.Convert(c).(color.NRGBA64)
}

func rgb(r, g, b uint8) value { return value(r)<<16 | value(g)<<8 | value(b) }

// at reads a pixel of the upright picture.
func (p *pixels) at(x, y int) (value, bool) {
	sx, sy, ok := p.Place(x, y)
	if !ok {
		return 0, false
	}
	return p.read(sx, sy)
}

func (p *pixels) mask(inside func(value) bool) *Mask {
	m := newMask(p.Width, p.Height)
	last, is := value(1), inside(1)
	for y := range p.Height {
		for x := range p.Width {
			v, visible := p.at(x, y)
			if v != last {
				last, is = v, inside(v)
			}
			if visible && is {
				m.set(y*p.Width + x)
			}
		}
	}
	return m
}

// color is what a value looks like.
func (p *pixels) color(v value) (r, g, b int) {
	switch {
	case p.palette != nil:
		if int(v) >= len(p.palette) {
			return 0, 0, 0
		}
		c := color.NRGBAModel.Convert(p.palette[v]).(color.NRGBA)
		return int(c.R), int(c.G), int(c.B)
	case p.deep:
		return int(v >> 32), int(v >> 16 & 0xffff), int(v & 0xffff)
	}
	return int(v >> 16), int(v >> 8 & 0xff), int(v & 0xff)
}

// brightness is that of the brightest color.
func (p *pixels) brightness(v value) int {
	r, g, b := p.color(v)
	return max(r, g, b)
}

// full is the brightness of white.
func (p *pixels) full() int {
	if p.deep {
		return 0xffff
	}
	return 0xff
}
