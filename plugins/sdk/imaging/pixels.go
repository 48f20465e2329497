package imaging

import (
	"image"
	"image/color"
	"image/draw"
)

// flatten copies any image into RGB, laying transparency on white.
func flatten(img image.Image) *RGB {
	b := img.Bounds()
	out := &RGB{Width: b.Dx(), Height: b.Dy(), Pix: make([]byte, 3*b.Dx()*b.Dy())}
	switch src := img.(type) {
	case *image.NRGBA:
		out.eachRow(func(y int, row []byte) { nrgbaRow(row, src.Pix[y*src.Stride:]) })
	case *image.YCbCr:
		out.eachRow(func(y int, row []byte) { ycbcrRow(row, src, b.Min.X, b.Min.Y+y) })
	case *image.Gray:
		out.eachRow(func(y int, row []byte) { grayRow(row, src.Pix[y*src.Stride:]) })
	default:
		// Everything else meets here: draw.Draw knows fast ways for the
		// standard types, and premultiplied white below is plain source-over.
		canvas := image.NewRGBA(image.Rect(0, 0, out.Width, out.Height))
		draw.Draw(canvas, canvas.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(canvas, canvas.Bounds(), img, b.Min, draw.Over)
		out.eachRow(func(y int, row []byte) { rgbaRow(row, canvas.Pix[y*canvas.Stride:]) })
	}
	return out
}

func (p *RGB) eachRow(fill func(y int, row []byte)) {
	stride := 3 * p.Width
	for y := range p.Height {
		fill(y, p.Pix[y*stride:(y+1)*stride])
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

func rgbaRow(dst, src []byte) {
	for i, j := 0, 0; i < len(dst); i, j = i+3, j+4 {
		copy(dst[i:i+3], src[j:j+3])
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

// orient turns a stored picture the way EXIF orientation o says it is to be
// seen (1 upright .. 8, TIFF 6.0 tag 274).
func (p *RGB) orient(o int) *RGB {
	if o < 2 || o > 8 {
		return p
	}
	w, h := p.Width, p.Height
	out := &RGB{Width: w, Height: h, Pix: make([]byte, len(p.Pix))}
	if o >= 5 {
		out.Width, out.Height = h, w
	}
	out.eachRow(func(y int, row []byte) {
		for x := range out.Width {
			sx, sy := source(o, x, y, w, h)
			copy(row[3*x:3*x+3], p.Pix[3*(sy*w+sx):])
		}
	})
	return out
}

// source finds the stored pixel that is seen at (x, y); w and h are the stored size.
func source(o, x, y, w, h int) (sx, sy int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	default: // 8
		return w - 1 - y, x
	}
}
