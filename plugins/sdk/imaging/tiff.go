package imaging

import (
	"errors"
	"fmt"
	"image"
	"slices"

	"golang.org/x/image/tiff"
)

var errNotTIFF = errors.New("it does not begin like a TIFF")

// Tags of TIFF 6.0.
const (
	tagWidth         = 256
	tagHeight        = 257
	tagBits          = 258
	tagCompression   = 259
	tagPhotometric   = 262
	tagSamples       = 277
	tagPlanes        = 284
	tagExtraSamples  = 338
	tagSampleFormat  = 339
	blackIsZero      = 1
	photometricRGB   = 2
	planesInterlaced = 1
)

func isFax(compression uint32) bool { return compression == 3 || compression == 4 }

func readTIFF(r Source) (header, error) {
	d, err := readDirectory(r)
	if err != nil {
		return header{}, err
	}
	h := header{
		canvas:      point{X: int(d.first(tagWidth, 0)), Y: int(d.first(tagHeight, 0))},
		orientation: d.orientation(),
		lossless:    true,
		inverted:    isFax(d.first(tagCompression, 0)) && d.first(tagPhotometric, 0) == blackIsZero,
	}
	if what := d.unsupported(); what != "" {
		return h, unsupportedError(what)
	}
	c, err := tiff.DecodeConfig(stream(r))
	h.decoder = bytesOf(c.ColorModel)*h.area() + d.strips(h.canvas)
	return h, err
}

// strips is what the decoder allocates to read strips or tiles: up to 8 bytes a
// pixel, or in steps that add up to five times as much as is stored.
func (d directory) strips(size point) int64 {
	const uncompressed, least = 1, 10 << 20
	area := int64(size.X) * int64(size.Y)
	stored := area * int64(d.first(tagSamples, 1)) * int64(d.first(tagBits, 1)+7) / 8
	if d.first(tagCompression, uncompressed) == uncompressed && stored < least {
		return 8 * area
	}
	return max(5*stored, 8*area)
}

// decodeTIFF turns what CCITT compresses the right way round: the decoder takes its
// white runs for white, and they are zeros (TIFF 6.0, sections 10 and 11).
func decodeTIFF(r Source, h header) (image.Image, error) {
	img, err := tiff.Decode(stream(r))
	if gray, ok := img.(*image.Gray); ok && h.inverted {
		for i := range gray.Pix {
			gray.Pix[i] ^= 0xff
		}
	}
	return img, err
}

// unsupported names what golang.org/x/image/tiff does not decode, or would decode
// wrongly; "" is none of it.
func (d directory) unsupported() string {
	bits, colors := d.first(tagBits, 1), d.first(tagPhotometric, 0)
	samples := d.first(tagSamples, 1)
	switch compression := d.first(tagCompression, 1); {
	case unsupportedCompressions[compression] != "":
		return unsupportedCompressions[compression] + "-compressed TIFF"
	case !slices.Contains(compressions, compression):
		return fmt.Sprintf("TIFF with compression %d", compression)
	case colorSpaces[colors] != "":
		return colorSpaces[colors] + " TIFF"
	case d.first(tagSampleFormat, 1) != 1:
		return "TIFF of signed or floating-point numbers"
	case samples > 1 && d.first(tagPlanes, planesInterlaced) != planesInterlaced:
		return "TIFF with a plane for each color"
	case bits != 1 && bits != 8 && bits != 16:
		return fmt.Sprintf("TIFF of %d bits a color", bits)
	case colors != photometricRGB && samples > 1:
		return "TIFF with gray or a palette and more"
	case colors == photometricRGB && (samples > 4 || samples == 4 && d.first(tagExtraSamples, 0) == 0):
		return fmt.Sprintf("RGB TIFF with %d colors, of which it does not say what they are", samples)
	}
	return ""
}

// compressions that are decoded: none, CCITT group 3 and 4, LZW, Deflate, PackBits.
var compressions = []uint32{0, 1, 3, 4, 5, 8, 32946, 32773}

var unsupportedCompressions = map[uint32]string{
	2: "Huffman", 6: "JPEG", 7: "JPEG", 34892: "JPEG", 9: "JBIG", 10: "JBIG", 34661: "JBIG", 34712: "JPEG-2000", 34887: "LERC", 34925: "LZMA",
	50000: "Zstandard", 50001: "WebP", 50002: "JPEG-XL", 52546: "JPEG-XL",
}

var colorSpaces = map[uint32]string{
	4: "mask", 5: "CMYK", 6: "YCbCr", 8: "CIELab", 9: "ICCLab", 10: "ITULab", 32803: "camera raw", 32844: "LogL", 32845: "LogLuv", 34892: "linear raw",
}
