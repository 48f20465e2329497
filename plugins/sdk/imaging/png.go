package imaging

import (
	"encoding/binary"
	"errors"
	"image"
	"image/png"
)

// mostChunks are walked over; a picture that Go's encoder or libpng wrote has one
// for each 8 KiB at least.
const mostChunks = 1 << 20

var errChunks = errors.New("it has more than a million chunks")

func readPNG(r Source) (header, error) {
	c, err := png.DecodeConfig(stream(r))
	if err != nil {
		return header{}, err
	}
	h := header{canvas: point{X: c.Width, Y: c.Height}, orientation: 1, lossless: true}
	h.orientation, err = pngOrientation(r)
	return h, err
}

// pngOrientation looks for the eXIf chunk, which may stand anywhere between the
// first chunk and the last (PNG, third edition, section 11.3.4.5). A chunk: 4 bytes
// length, 4 bytes type, data, 4 bytes CRC. What is cut off is the decoder's to
// complain about.
func pngOrientation(r Source) (int, error) {
	var b [8]byte
	at := int64(8)
	for range mostChunks {
		if _, err := r.ReadAt(b[:], at); err != nil {
			return 1, nil //nolint:nilerr // see above
		}
		n := int64(binary.BigEndian.Uint32(b[:]))
		switch string(b[4:]) {
		case "eXIf":
			return exifOrientation(part(r, at+8, n)), nil
		case "IEND":
			return 1, nil
		}
		at += 12 + n
	}
	return 1, errChunks
}

func decodePNG(r Source, _ header) (image.Image, error) { return png.Decode(stream(r)) }
