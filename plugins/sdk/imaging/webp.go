package imaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"io"
	"math"

	"golang.org/x/image/vp8"
	"golang.org/x/image/vp8l"
	"golang.org/x/image/webp"
)

// frame is a picture inside a WebP container.
type frame struct {
	at     point  // of its top left on the canvas
	size   point  // pixels
	pixels Source // VP8, or VP8L when it is lossless; nil when there is no frame
	alpha  Source // ALPH; nil when it has no alpha of its own
	exact  bool   // VP8L
}

// chunk of a RIFF file: 4 bytes name, 4 bytes length, data, and a byte more when
// the length is odd.
type chunk struct {
	name string
	data Source
}

func readWebP(r Source) (header, error) {
	h := header{orientation: 1}
	err := eachChunk(r, 12, func(c chunk) (bool, error) {
		switch c.name {
		case "VP8X":
			var b [10]byte
			if _, err := c.data.ReadAt(b[:], 0); err != nil {
				return false, err
			}
			h.canvas = point{X: uint24(b[4:]) + 1, Y: uint24(b[7:]) + 1}
		case "ANMF":
			if h.frame.pixels == nil {
				return true, h.frame.readAnimated(c.data)
			}
		case "EXIF":
			h.orientation = exifOrientation(c.data)
		default:
			if h.frame.pixels == nil {
				return h.canvas != point{}, h.frame.add(c) // without VP8X nothing of note follows
			}
		}
		return true, nil
	})
	if err == nil && h.frame.pixels == nil {
		err = errors.New("it has no frame")
	}
	if err != nil {
		return header{}, err
	}
	if (h.canvas == point{}) {
		h.canvas = h.frame.size
	}
	if !(image.Rectangle{Min: h.frame.at, Max: h.frame.at.Add(h.frame.size)}).In(image.Rectangle{Max: h.canvas}) {
		return header{}, errors.New("its frame does not lie on its canvas")
	}
	h.lossless, h.decoder = h.frame.exact, h.frame.bytes()
	return h, nil
}

// bytes is what the decoder allocates: VP8L makes 4 bytes a pixel, VP8 whole blocks
// of 16 x 16 pixels in one and a half, and its alpha is a VP8L picture.
func (f *frame) bytes() int64 {
	area := int64(f.size.X+15) * int64(f.size.Y+15)
	switch {
	case f.exact:
		return 4 * area
	case f.alpha != nil:
		return 7 * area
	}
	return 2 * area
}

// eachChunk calls visit for the chunks from an offset on until it says false.
func eachChunk(r Source, at int64, visit func(chunk) (more bool, err error)) error {
	var b [8]byte
	for range maxChunks {
		if _, err := r.ReadAt(b[:], at); err != nil {
			return nil //nolint:nilerr // what was cut off is missed by the caller or the decoder
		}
		n := int64(binary.LittleEndian.Uint32(b[4:]))
		more, err := visit(chunk{string(b[:4]), part(r, at+8, n)})
		if err != nil || !more {
			return err
		}
		at += 8 + n + n&1
	}
	return errChunks
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// readAnimated reads a frame of an animation: where it lies, in steps of two
// pixels, its size, how long it is shown, flags, and chunks of its own.
func (f *frame) readAnimated(data Source) error {
	var b [16]byte
	if _, err := data.ReadAt(b[:], 0); err != nil {
		return err
	}
	f.at = point{X: 2 * uint24(b[:]), Y: 2 * uint24(b[3:])}
	err := eachChunk(data, int64(len(b)), func(c chunk) (bool, error) { return f.pixels == nil, f.add(c) })
	if err == nil && f.pixels == nil {
		err = errors.New("its first frame has no pixels")
	}
	return err
}

// add takes a chunk that belongs to the picture.
func (f *frame) add(c chunk) error {
	switch c.name {
	case "ALPH":
		f.alpha = c.data
	case "VP8 ":
		d := vp8.NewDecoder()
		d.Init(stream(c.data), int(c.data.Size()))
		h, err := d.DecodeFrameHeader()
		f.pixels, f.size = c.data, point{X: h.Width, Y: h.Height}
		return err
	case "VP8L":
		config, err := vp8l.DecodeConfig(stream(c.data))
		f.pixels, f.size, f.exact, f.alpha = c.data, point{X: config.Width, Y: config.Height}, true, nil
		return err
	}
	return nil
}

// decodeWebP hands the frame to the decoder in a container of its own, since that
// takes still pictures only, and not all of them.
func decodeWebP(_ Source, h header) (image.Image, error) {
	img, err := webp.Decode(h.frame.file())
	switch img := img.(type) {
	case *image.YCbCr:
		fullRange(img)
	case *image.NYCbCrA:
		fullRange(&img.YCbCr)
	}
	return img, err
}

// fullRange stretches what VP8 stores, luma from 16 to 235 and chroma from 16 to
// 240 (RFC 6386, section 9.2, and ITU-R BT.601), to what Go takes it for, JPEG's 0
// to 255: else black would be a dark gray.
func fullRange(img *image.YCbCr) {
	var luma, chroma [256]uint8
	for v := range 256 {
		luma[v] = stretch(v, 16, 219, 0)
		chroma[v] = stretch(v, 128, 224, 128)
	}
	for i, v := range img.Y {
		img.Y[i] = luma[v]
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = chroma[img.Cb[i]], chroma[img.Cr[i]]
	}
}

func stretch(v, from, span, to int) uint8 {
	return uint8(min(max(math.Round(float64(v-from)*255/float64(span))+float64(to), 0), 255))
}

// file is a still WebP of the frame alone.
func (f *frame) file() io.Reader {
	switch {
	case f.exact:
		return container(chunk{"VP8L", f.pixels})
	case f.alpha == nil:
		return container(chunk{"VP8 ", f.pixels})
	}
	const hasAlpha = 1 << 4
	w, ht := f.size.X-1, f.size.Y-1
	extended := []byte{hasAlpha, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(ht), byte(ht >> 8), byte(ht >> 16)}
	return container(chunk{"VP8X", bytes.NewReader(extended)}, chunk{"ALPH", f.alpha}, chunk{"VP8 ", f.pixels})
}

// container is a WebP file of some chunks.
func container(chunks ...chunk) io.Reader {
	readers := []io.Reader{nil}
	size := uint32(4)
	for _, c := range chunks {
		n := uint32(c.data.Size())
		head := binary.LittleEndian.AppendUint32([]byte(c.name), n)
		readers = append(readers, bytes.NewReader(head), stream(c.data), bytes.NewReader(make([]byte, n&1)))
		size += 8 + n + n&1
	}
	readers[0] = bytes.NewReader(append(binary.LittleEndian.AppendUint32([]byte("RIFF"), size), "WEBP"...))
	return io.MultiReader(readers...)
}
