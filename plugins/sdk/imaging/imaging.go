// Package imaging looks at and decodes the image files a test case shows.
//
// Start reading at [Inspect], which reads a file's header only and refuses what
// no backend should have to take, and at [Decode], which turns a file into
// plain RGB rows. Both refuse with an *sdk.Error of kind InvalidRequest whose
// message is one sentence for a person. All functions are safe for concurrent use.
package imaging

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif"  // registers the format
	_ "image/jpeg" // registers the format
	_ "image/png"  // registers the format
	"io"
	"os"
	"unicode/utf8"

	_ "golang.org/x/image/bmp"  // registers the format
	_ "golang.org/x/image/tiff" // registers the format
	_ "golang.org/x/image/webp" // registers the format

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Limits an image must keep. They are checked on the header, before any pixel
// is decoded, so a few bytes can't ask for gigabytes.
const (
	MinSide   = 2          // pixels; llama.cpp's resize reads out of bounds below
	MaxSide   = 16_384     // pixels
	MaxPixels = 64_000_000 // width times height
)

const formats = "PNG, JPEG, GIF, BMP, WebP or TIFF"

// Info is what a file's header says.
type Info struct {
	MediaType string // "image/png"
	Width     int    // pixels, after EXIF orientation
	Height    int
}

// RGB is a decoded picture: 3 bytes a pixel (red, green, blue), rows top down,
// no padding, so len(Pix) = 3*Width*Height. Transparency lies on white.
type RGB struct {
	Width, Height int
	Pix           []byte
}

// InspectFile is [Inspect] on a file; its errors name the file.
func InspectFile(path string) (Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return Info{}, openError(path, err)
	}
	defer f.Close()
	info, err := Inspect(f)
	return info, named(path, err)
}

// Inspect reads the header of an image. Of r it reads no more than the header
// needs, usually a few kilobytes.
func Inspect(r io.Reader) (Info, error) {
	info, _, err := inspect(r)
	return info, err
}

// inspect also returns the EXIF orientation, so that Decode turns the picture
// exactly as the caller of Inspect was told.
func inspect(r io.Reader) (Info, int, error) {
	head := &prefix{r: r}
	config, format, err := image.DecodeConfig(head)
	if err != nil {
		return Info{}, 0, refuse(head.seen, err)
	}
	if format == "png" && !bytes.Contains(head.seen, []byte("IDAT")) {
		// A colour profile may stand between the size and the EXIF chunk. What
		// can't be read now is the decoder's to complain about.
		_, _ = io.CopyN(io.Discard, head, 256<<10)
	}
	info := Info{MediaType: "image/" + format, Width: config.Width, Height: config.Height}
	o := orientation(head.seen)
	if o >= 5 {
		info.Width, info.Height = info.Height, info.Width
	}
	return info, o, checkSize(info)
}

// DecodeFile is [Decode] on a file; its errors name the file.
func DecodeFile(path string) (*RGB, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, openError(path, err)
	}
	rgb, err := Decode(data)
	return rgb, named(path, err)
}

// Decode turns an encoded image into RGB: EXIF orientation applied,
// transparency flattened on white, the first frame of an animation.
func Decode(data []byte) (*RGB, error) {
	_, o, err := inspect(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, sdk.Errorf(sdk.InvalidRequest, "the image is damaged: %v", err)
	}
	return flatten(img).orient(o), nil
}

func checkSize(i Info) error {
	switch {
	case i.Width < MinSide || i.Height < MinSide:
		return sdk.Errorf(sdk.InvalidRequest, "the image is %dx%d pixels; each side must have at least %d", i.Width, i.Height, MinSide)
	case i.Width > MaxSide || i.Height > MaxSide || i.Width*i.Height > MaxPixels:
		return sdk.Errorf(sdk.InvalidRequest, "the image is %dx%d pixels; at most %d a side and %d million in all are taken, so scale it down",
			i.Width, i.Height, MaxSide, MaxPixels/1_000_000)
	}
	return nil
}

// refuse says what a file that is no image seems to be instead.
func refuse(head []byte, err error) error {
	switch {
	case len(head) == 0:
		return sdk.Errorf(sdk.InvalidRequest, "the image is empty (0 bytes)")
	case err == image.ErrFormat && looksLikeText(head): //nolint:errorlint // image.Decode returns it bare
		return sdk.Errorf(sdk.InvalidRequest, "this is not an image: it starts with the text %q; expected %s", firstWords(head), formats)
	case err == image.ErrFormat: //nolint:errorlint // as above
		return sdk.Errorf(sdk.InvalidRequest, "this is not an image of a known format: it starts with % x; expected %s", head[:min(len(head), 8)], formats)
	default:
		return sdk.Errorf(sdk.InvalidRequest, "the image's header is damaged: %v", err)
	}
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

func openError(path string, err error) error {
	if os.IsNotExist(err) {
		return sdk.Errorf(sdk.InvalidRequest, "%s: there is no such file", path)
	}
	return &sdk.Error{Kind: sdk.InvalidRequest, Message: "open the image", Err: err}
}

func named(path string, err error) error {
	if err == nil {
		return nil
	}
	return &sdk.Error{Kind: sdk.InvalidRequest, Message: fmt.Sprintf("%s: %v", path, err)}
}

// prefix remembers what was read through it.
type prefix struct {
	r    io.Reader
	seen []byte
}

func (p *prefix) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.seen = append(p.seen, b[:n]...)
	return n, err
}
