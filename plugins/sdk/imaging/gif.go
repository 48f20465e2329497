package imaging

import (
	"errors"
	"image"
	"image/gif"
)

func readGIF(r Source) (header, error) {
	c, err := gif.DecodeConfig(stream(r))
	h := header{canvas: point{X: c.Width, Y: c.Height}, lossless: true}
	h.decoder = h.area() // a frame is no larger than the canvas
	return h, err
}

// decodeGIF decodes the first frame; its bounds say where it lies on the canvas.
func decodeGIF(r Source, _ header) (image.Image, error) {
	img, err := gif.Decode(stream(r))
	if err == nil && img.Bounds().Empty() {
		err = errors.New("its first frame has no pixels")
	}
	return img, err
}
