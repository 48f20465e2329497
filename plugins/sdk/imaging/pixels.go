package imaging

import (
	"image"
	"image/color"
	"image/draw"
)

// RGB copies the picture, upright, transparency laid on white.
func (p *Picture) RGB() *RGB {
	out := &RGB{Width: p.Width, Height: p.Height, Pix: make([]byte, 3*p.Width*p.Height)}
	b := p.Stored.Bounds()
	if b.Size() != p.canvas {
		for i := range out.Pix {
			out.Pix[i] = 0xff
		}
	}
	fill := rowsOf(p.Stored)
	straight := p.orientation < 2
	row := make([]byte, 3*b.Dx())
	for y := range b.Dy() {
		if straight {
			at := 3 * ((p.at.Y+y)*p.Width + p.at.X)
			fill(y, out.Pix[at:at+len(row)])
			continue
		}
		fill(y, row)
		out.turn(p, y, row)
	}
	return out
}

// turn puts a stored row where it is seen: along a row or a column.
func (out *RGB) turn(p *Picture, y int, row []byte) {
	x0, y0 := p.seen(p.at.X, p.at.Y+y)
	x1, y1 := p.seen(p.at.X+1, p.at.Y+y)
	step := 3 * ((y1-y0)*out.Width + x1 - x0)
	for at, i := 3*(y0*out.Width+x0), 0; i < len(row); at, i = at+step, i+3 {
		copy(out.Pix[at:at+3], row[i:i+3])
	}
}

// rowsOf returns what writes a row of an image as RGB, transparency on white.
func rowsOf(img image.Image) func(y int, row []byte) {
	b := img.Bounds()
	switch src := img.(type) {
	case *image.NRGBA:
		return func(y int, row []byte) { nrgbaRow(row, src.Pix[y*src.Stride:]) }
	case *image.YCbCr:
		return func(y int, row []byte) { ycbcrRow(row, src, b.Min.X, b.Min.Y+y) }
	case *image.Gray:
		return func(y int, row []byte) { grayRow(row, src.Pix[y*src.Stride:]) }
	}
	// Everything else meets here: draw.Draw knows fast ways for the standard
	// types, and premultiplied white below is plain source-over.
	line := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	white := image.NewUniform(color.White)
	return func(y int, row []byte) {
		draw.Draw(line, line.Rect, white, image.Point{}, draw.Src)
		draw.Draw(line, line.Rect, img, image.Pt(b.Min.X, b.Min.Y+y), draw.Over)
		for i, j := 0, 0; i < len(row); i, j = i+3, j+4 {
			copy(row[i:i+3], line.Pix[j:j+3])
		}
	}
}

func nrgbaRow(dst, src []byte) {
	for i, j := 0, 0; i < len(dst); i, j = i+3, j+4 {
		a := uint32(src[j+3])
		if a == 255 {
			copy(dst[i:i+3], src[j:j+3])
			continue
		}
		for c := range 3 {
			dst[i+c] = byte((uint32(src[j+c])*a + 255*(255-a) + 127) / 255)
		}
	}
}

func grayRow(dst, src []byte) {
	for i, j := 0, 0; i < len(dst); i, j = i+3, j+1 {
		dst[i], dst[i+1], dst[i+2] = src[j], src[j], src[j]
	}
}

func ycbcrRow(dst []byte, src *image.YCbCr, x, y int) {
	for i := 0; i < len(dst); i, x = i+3, x+1 {
		yi, ci := src.YOffset(x, y), src.COffset(x, y)
		dst[i], dst[i+1], dst[i+2] = color.YCbCrToRGB(src.Y[yi], src.Cb[ci], src.Cr[ci])
	}
}
