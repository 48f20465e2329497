package imaging

import (
	"encoding/binary"
	"errors"
	"image"
	"image/png"
)

// maxChunks are walked over; a picture that Go's encoder or libpng wrote has one
// for each 8 KiB at least.
const maxChunks = 1 << 20

var errChunks = errors.New("it has more than a million chunks")

func readPNG(r Source) (header, error) {
	c, err := png.DecodeConfig(stream(r))
	if err != nil {
		return header{}, err
	}
	h := header{canvas: point{X: c.Width, Y: c.Height}, lossless: true}
	chunks, err := walkPNG(r)
	if err != nil {
		return header{}, err
	}
	h.orientation, h.decoder = chunks.orientation, chunks.bytesPerPixel()*h.area()
	return h, nil
}

// pngChunks are what stands around the pixels.
type pngChunks struct {
	ihdr        [13]byte // width, height, bits, color type, compression, filter, interlace
	transparent bool     // one color of gray or RGB is
	orientation int
}

// walkPNG goes over the chunks; eXIf may stand anywhere between the first and the
// last (PNG, third edition, section 11.3.4.5). A chunk: 4 bytes length, 4 bytes
// type, data, 4 bytes CRC. What is cut off is the decoder's to complain about.
func walkPNG(r Source) (c pngChunks, err error) {
	c.orientation = 1
	var b [8]byte
	at := int64(8)
	for range maxChunks {
		if _, err := r.ReadAt(b[:], at); err != nil {
			return c, nil //nolint:nilerr // see above
		}
		n := int64(binary.BigEndian.Uint32(b[:]))
		switch string(b[4:]) {
		case "IHDR":
			_, _ = r.ReadAt(c.ihdr[:], at+8)
		case "tRNS":
			c.transparent = true
		case "eXIf":
			c.orientation = exifOrientation(part(r, at+8, n))
		case "IEND":
			return c, nil
		}
		at += 12 + n
	}
	return c, errChunks
}

// bytesPerPixel that Go's decoder allocates: up to 8, and as many again where it is
// interlaced, for the seven passes.
func (c pngChunks) bytesPerPixel() int64 {
	const gray, palette = 0, 3
	n := int64(4)
	if kind := c.ihdr[9]; kind == palette || kind == gray && !c.transparent {
		n = 1
	}
	if c.ihdr[8] == 16 {
		n *= 2
	}
	if c.ihdr[12] != 0 {
		n *= 2
	}
	return n
}

func decodePNG(r Source, _ header) (image.Image, error) { return png.Decode(stream(r)) }
