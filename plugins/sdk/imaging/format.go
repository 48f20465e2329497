package imaging

import (
	"bytes"
	"image"
	"strings"
	"unicode/utf8"

	"golang.org/x/image/bmp"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

type point = image.Point

// format is a kind of file.
type format struct {
	name   string // "PNG"
	media  string // "image/png"
	magic  string // how a file begins; ? is any byte
	read   func(r Source) (header, error)
	decode func(r Source, h header) (image.Image, error)
}

// header is what a file says before its pixels.
type header struct {
	*format
	canvas      point // the size of the picture as it is stored
	orientation int   // EXIF: 1 is upright
	lossless    bool  // pixels are those that were written
	frame       frame // of a WebP
	fourInks    bool  // a CMYK JPEG that does not say so
	inverted    bool  // a TIFF whose decoder takes black for white
	decoder     int64 // bytes that the decoder allocates for its pixels
}

func (h header) info() Info {
	if h.format == nil {
		return Info{}
	}
	i := Info{MediaType: h.media, Width: h.canvas.X, Height: h.canvas.Y}
	if sideways(h.orientation) {
		i.Width, i.Height = i.Height, i.Width
	}
	return i
}

const expected = "expected PNG, JPEG, GIF, BMP, WebP or TIFF"

// formats are tried in this order.
func formats() []format {
	return []format{
		{"PNG", "image/png", "\x89PNG\r\n\x1a\n", readPNG, decodePNG},
		{"JPEG", "image/jpeg", "\xff\xd8", readJPEG, decodeJPEG},
		{"GIF", "image/gif", "GIF8?a", readGIF, decodeGIF},
		{"WebP", "image/webp", "RIFF????WEBP", readWebP, decodeWebP},
		{"TIFF", "image/tiff", "II*\x00", readTIFF, decodeTIFF},
		{"TIFF", "image/tiff", "MM\x00*", readTIFF, decodeTIFF},
		{"BMP", "image/bmp", "BM", readBMP, decodeBMP},
	}
}

// others are formats that are known by name only.
var others = []struct{ magic, name string }{
	{"\xff\x0a", "JPEG XL"},
	{"\x00\x00\x00\x0cJXL ", "JPEG XL"},
	{"\x00\x00\x00\x0cjP  ", "JPEG 2000"},
	{"\xff\x4f\xff\x51", "JPEG 2000"},
	{"II\x2b\x00", "BigTIFF"},
	{"MM\x00\x2b", "BigTIFF"},
	{"8BPS", "Photoshop (PSD)"},
	{"%PDF-", "PDF"},
	{"<svg", "SVG"},
	{"\x00\x00\x01\x00", "ICO"},
	{"v/1\x01", "OpenEXR"},
	{"DDS ", "DDS"},
	{"qoif", "QOI"},
	{"#?RADIANCE", "Radiance HDR"},
	{"P1\n", "PBM"},
	{"P2\n", "PGM"},
	{"P3\n", "PPM"},
	{"P4\n", "PBM"},
	{"P5\n", "PGM"},
	{"P6\n", "PPM"},
	{"P7\n", "PAM"},
}

// brands are what an ISO media file (ISO/IEC 14496-12, box ftyp) says it is.
var brands = map[string]string{
	"avif": "AVIF", "avis": "AVIF",
	"heic": "HEIC", "heix": "HEIC", "heim": "HEIC", "heis": "HEIC", "hevc": "HEIC", "hevx": "HEIC", "hevm": "HEIC", "hevs": "HEIC",
}

// formatOf knows a file by its first bytes, never by its name.
func formatOf(r Source) (*format, error) {
	head := make([]byte, 512)
	n, err := r.ReadAt(head, 0)
	head = head[:n]
	for _, f := range formats() {
		if begins(head, f.magic) {
			return &f, nil
		}
	}
	switch name := otherFormat(head); {
	case n == 0 && r.Size() > 0:
		return nil, sdk.Errorf(sdk.InvalidRequest, "the image cannot be read: %v", err)
	case n == 0:
		return nil, sdk.Errorf(sdk.InvalidRequest, "the image is empty (0 bytes)")
	case name != "":
		return nil, sdk.Errorf(sdk.InvalidRequest, "the image is %s, which vlmspec does not decode: convert it to PNG or JPEG%s", name, converter(name))
	case looksLikeText(head):
		return nil, sdk.Errorf(sdk.InvalidRequest, "this is not an image: it starts with the text %q; %s", firstWords(head), expected)
	}
	return nil, sdk.Errorf(sdk.InvalidRequest, "this is not an image of a known format: it starts with % x; %s", head[:min(n, 8)], expected)
}

func converter(name string) string {
	switch name {
	case "HEIC", "HEIF", "AVIF":
		return ", for example with `heif-convert FILE FILE.png` (libheif) or `magick FILE FILE.png` (ImageMagick)"
	case "SVG", "PDF":
		return " in the size that the model should see"
	}
	return ", for example with `magick FILE FILE.png` (ImageMagick)"
}

func begins(head []byte, magic string) bool {
	if len(head) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != head[i] {
			return false
		}
	}
	return true
}

func otherFormat(head []byte) string {
	if len(head) >= 12 && string(head[4:8]) == "ftyp" {
		return isoFormat(head)
	}
	for _, o := range others {
		if bytes.HasPrefix(head, []byte(o.magic)) {
			return o.name
		}
	}
	if bytes.HasPrefix(head, []byte("<?xml")) && bytes.Contains(head, []byte("<svg")) {
		return "SVG"
	}
	return ""
}

// isoFormat reads the brands: 4 bytes each, the major one, a version, the others.
func isoFormat(head []byte) string {
	size := int(head[2])<<8 | int(head[3])
	name := "a video or another ISO media file"
	for at := 8; at+4 <= min(size, len(head)); at += 4 {
		brand := string(head[at : at+4])
		if n := brands[brand]; n != "" {
			return n
		}
		if strings.HasPrefix(brand, "mif") || brand == "msf1" {
			name = "HEIF"
		}
	}
	return name
}

func looksLikeText(head []byte) bool {
	head = head[:min(len(head), 64)]
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		if r == utf8.RuneError && len(head) >= utf8.UTFMax || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
		head = head[size:]
	}
	return true
}

func firstWords(head []byte) string {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return string(line[:min(len(line), 24)])
}

func readBMP(r Source) (header, error) {
	c, err := bmp.DecodeConfig(stream(r))
	h := header{canvas: point{X: c.Width, Y: c.Height}, lossless: true}
	h.decoder = bytesOf(c.ColorModel) * h.area()
	return h, err
}

func decodeBMP(r Source, _ header) (image.Image, error) { return bmp.Decode(stream(r)) }
