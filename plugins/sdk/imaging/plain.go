package imaging

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
)

// Plain reads the header of an image, and reports whether a decoder that knows
// nothing of orientation, transparency, inks and animations shows it as [Decode] does:
// then the file can be handed on as it is.
func Plain(r Source) (info Info, plain bool, err error) {
	h, err := inspect(r)
	if err != nil {
		return h.info(), false, err
	}
	switch h.media {
	case "image/png":
		const grayAlpha, rgbAlpha = 4, 6
		c, err := walkPNG(r)
		return h.info(), err == nil && h.orientation <= 1 && !c.transparent && c.ihdr[9] != grayAlpha && c.ihdr[9] != rgbAlpha, nil
	case "image/jpeg":
		c, err := jpeg.DecodeConfig(stream(r))
		return h.info(), err == nil && h.orientation <= 1 && c.ColorModel != color.CMYKModel, nil
	}
	return h.info(), false, nil
}

// ViewBytes is [View] on an encoded image in memory.
func ViewBytes(ctx context.Context, data []byte, use func(*Picture) error) error {
	return view(ctx, "", bytes.NewReader(data), use)
}

// Opaque copies the picture as [Picture.RGB] does, for encoders of images.
func (p *Picture) Opaque() image.Image {
	rgb := p.RGB()
	out := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	for i, j := 0, 0; i < len(rgb.Pix); i, j = i+3, j+4 {
		copy(out.Pix[j:j+3], rgb.Pix[i:i+3])
		out.Pix[j+3] = 0xff
	}
	return out
}
