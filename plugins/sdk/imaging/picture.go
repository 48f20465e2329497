package imaging

import (
	"errors"
	"image"
	"image/color"
)

// Picture is a decoded image as it was stored, on its canvas: palette indices,
// values of 16 bits and alpha are still there. As an [image.Image] it is upright.
type Picture struct {
	Info
	// Lossless says that the values are those that were written, as in a PNG and
	// unlike in a JPEG.
	Lossless bool
	// Stored is the picture; its first pixel is at Stored.Bounds().Min.
	Stored image.Image

	at          point // of Stored on the canvas
	canvas      point
	orientation int
}

func newPicture(h header, stored image.Image) (*Picture, error) {
	p := &Picture{Info: h.info(), Lossless: h.lossless, Stored: stored, at: h.frame.at, canvas: h.canvas, orientation: h.orientation}
	b := stored.Bounds()
	if h.media == "image/gif" {
		p.at = b.Min
	}
	if !(image.Rectangle{Min: p.at, Max: p.at.Add(b.Size())}).In(image.Rectangle{Max: p.canvas}) {
		return nil, errors.New("the image is damaged: it is larger than its header says")
	}
	return p, nil
}

// Bounds implements [image.Image]: the upright picture.
func (p *Picture) Bounds() image.Rectangle { return image.Rect(0, 0, p.Width, p.Height) }

// ColorModel implements [image.Image].
func (p *Picture) ColorModel() color.Model { return color.RGBA64Model }

// At implements [image.Image]: transparency lies on white.
func (p *Picture) At(x, y int) color.Color { return p.RGBA64At(x, y) }

// RGBA64At implements [image.RGBA64Image].
func (p *Picture) RGBA64At(x, y int) color.RGBA64 {
	const white = 0xffff
	sx, sy, ok := p.Place(x, y)
	if !ok {
		return color.RGBA64{R: white, G: white, B: white, A: white}
	}
	c := p.colorAt(sx, sy)
	through := white - c.A // colors are premultiplied
	return color.RGBA64{R: c.R + through, G: c.G + through, B: c.B + through, A: white}
}

func (p *Picture) colorAt(x, y int) color.RGBA64 {
	if img, ok := p.Stored.(image.RGBA64Image); ok {
		return img.RGBA64At(x, y)
	}
	return color.RGBA64Model.Convert(p.Stored.At(x, y)).(color.RGBA64)
}

// Place finds the pixel of Stored that is seen at (x, y), pixels of the upright
// picture; false where the first frame of an animation does not reach.
func (p *Picture) Place(x, y int) (sx, sy int, ok bool) {
	w, h := p.canvas.X, p.canvas.Y
	switch p.orientation { // TIFF 6.0, tag 274
	case 2:
		x = w - 1 - x
	case 3:
		x, y = w-1-x, h-1-y
	case 4:
		y = h - 1 - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-1-x
	case 7:
		x, y = w-1-y, h-1-x
	case 8:
		x, y = w-1-y, x
	}
	b := p.Stored.Bounds()
	at := point{X: x, Y: y}.Sub(p.at).Add(b.Min)
	return at.X, at.Y, at.In(b)
}

// seen is the other way round: where a pixel of the canvas is seen.
func (p *Picture) seen(x, y int) (int, int) {
	w, h := p.canvas.X, p.canvas.Y
	switch p.orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}

func sideways(orientation int) bool { return orientation >= 5 }
