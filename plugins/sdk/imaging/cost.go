package imaging

import "image/color"

// perDecode is what a decoder takes whatever the size of the picture: tables,
// windows, rows.
const perDecode = 512 << 10

// area is how many pixels the stored picture has.
func (h header) area() int64 { return int64(h.canvas.X) * int64(h.canvas.Y) }

// rgb is how many bytes the picture takes as [RGB].
func (h header) rgb() int64 { return 3 * h.area() }

// cost is how many bytes it takes to decode the picture to RGB, by what the
// decoders of Go allocate.
func (h header) cost() int64 { return perDecode + h.decoder + h.rgb() }

// bytesOf is how many bytes Go's image of a color model has for a pixel.
func bytesOf(m color.Model) int64 {
	switch m {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.YCbCrModel:
		return 3
	}
	if _, palette := m.(color.Palette); palette {
		return 1
	}
	return 4
}
