package imaging

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
)

func readJPEG(r Source) (header, error) {
	s := readSegments(r)
	if what := s.unsupported(); what != "" {
		return header{}, unsupportedError(what)
	}
	c, err := jpeg.DecodeConfig(stream(r))
	if err != nil {
		return header{}, err
	}
	h := header{canvas: point{X: c.Width, Y: c.Height}, orientation: 1}
	if s.exif != nil {
		h.orientation = exifOrientation(s.exif)
	}
	h.fourInks = len(s.frame) == 6+3*4 && !s.adobe
	h.decoder = s.samples(h.canvas)
	if s.process == 0xC2 { // progressive
		h.decoder *= 5 // 4 bytes more for each
	}
	if m := c.ColorModel; m == color.RGBAModel || m == color.CMYKModel {
		h.decoder += 4 * h.area() // a copy
	}
	return h, nil
}

// segments are what stands before the pixels of a JPEG (ITU-T T.81, annex B).
type segments struct {
	exif    Source // nil when there is none
	adobe   bool   // an APP14 segment says what the components are
	process byte   // the marker of the frame, SOF0 to SOF15
	frame   []byte // precision, height, width, count and 3 bytes of each component
}

// unsupported names what Go does not decode (T.81, table B.1); "" is none of it.
func (s segments) unsupported() string {
	const progressive, lossless = 0xC2, 0xC3
	switch {
	case s.process == 0:
		return ""
	case s.process == lossless:
		return "lossless JPEG"
	case s.process > lossless && s.process < 0xC8:
		return "hierarchical JPEG"
	case s.process > progressive:
		return "arithmetic-coded JPEG"
	case len(s.frame) > 0 && s.frame[0] != 8:
		return fmt.Sprintf("JPEG of %d bits", s.frame[0])
	}
	return ""
}

// samples are what Go's decoder allocates: of each component its part of the whole
// units that cover the picture.
func (s segments) samples(size point) (n int64) {
	if len(s.frame) < 9 {
		return 0
	}
	components := s.frame[6:]
	if len(components) == 3 {
		return int64(size.X+7) * int64(size.Y+7)
	}
	h0, v0 := int64(components[1]>>4), int64(components[1]&15)
	across, down := (int64(size.X)+8*h0-1)/max(8*h0, 1), (int64(size.Y)+8*v0-1)/max(8*v0, 1)
	for ; len(components) >= 3; components = components[3:] {
		n += 64 * across * down * int64(components[1]>>4) * int64(components[1]&15)
	}
	return n
}

// readSegments walks to the first scan, as tolerant as the decoder.
func readSegments(r Source) (s segments) {
	b := bufio.NewReader(io.NewSectionReader(r, 2, r.Size()-2))
	at := int64(2)
	for {
		marker, read, err := nextMarker(b)
		if err != nil || marker == 0xDA {
			return s
		}
		var length [2]byte // counts itself
		if _, err := io.ReadFull(b, length[:]); err != nil {
			return s
		}
		n := int(binary.BigEndian.Uint16(length[:])) - 2
		if n < 0 {
			return s
		}
		at += read + 2
		body, _ := b.Peek(min(n, 6+3*4))
		switch {
		case marker == 0xE1 && s.exif == nil && bytes.HasPrefix(body, []byte("Exif\x00")):
			s.exif = part(r, at, int64(n))
		case marker == 0xEE && bytes.HasPrefix(body, []byte("Adobe")):
			s.adobe = true
		case isFrame(marker):
			s.frame, s.process = bytes.Clone(body), marker
		}
		if _, err := b.Discard(n); err != nil {
			return s
		}
		at += int64(n)
	}
}

// nextMarker reads to a marker that has a length: any number of FF and a byte that
// is neither 0 nor a restart marker. read is how many bytes that took.
func nextMarker(b *bufio.Reader) (marker byte, read int64, err error) {
	for behind := false; ; {
		c, err := b.ReadByte()
		read++
		switch {
		case err != nil:
			return 0, read, err
		case behind && c != 0xFF && c != 0 && (c < 0xD0 || c > 0xD7):
			return c, read, nil
		}
		behind = c == 0xFF
	}
}

// isFrame: SOF0 to SOF15, among which stand DHT, JPG and DAC.
func isFrame(marker byte) bool {
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
}

// adobe says that four components are inks, written as their complement: what
// Pillow and browsers take them for, too, when a file does not say.
var adobe = []byte("\xff\xd8\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00")

func decodeJPEG(r Source, h header) (image.Image, error) {
	if !h.fourInks {
		return jpeg.Decode(stream(r))
	}
	return jpeg.Decode(io.MultiReader(bytes.NewReader(adobe), io.NewSectionReader(r, 2, r.Size()-2)))
}
