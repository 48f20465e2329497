package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"image"
	"image/png"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Budget of the images that lie in the page itself.
const (
	mostInline    = 1 << 20  // bytes of an image
	mostInlineAll = 50 << 20 // and of all together
)

// Picture is an image as a summary names it; its content stands in an element of
// its own.
type Picture struct {
	Path   string `json:"path,omitempty"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Mask   bool   `json:"mask,omitempty"` // white inside of a mask, nothing outside
}

type picture struct {
	Picture
	image result.Image
	shape *result.Shape // of a mask
	size  result.Size   // of the image that the mask is for
	bad   bool          // a case that needs somebody shows it
}

// pictures are the images of a run, each once.
type pictures struct {
	all   []*picture
	index map[result.Image]int
}

// of is the index of an image.
func (p *pictures) of(img result.Image) int {
	if n, ok := p.index[img]; ok {
		return n
	}
	if p.index == nil {
		p.index = map[result.Image]int{}
	}
	p.index[img] = len(p.all)
	return p.add(&picture{Picture: Picture{Path: img.Path, Width: img.Width, Height: img.Height}, image: img})
}

func (p *pictures) add(one *picture) int {
	p.all = append(p.all, one)
	return len(p.all) - 1
}

func (p *pictures) list() []Picture {
	out := make([]Picture, len(p.all))
	for i, one := range p.all {
		out[i] = one.Picture
	}
	return out
}

// writeImages writes an element for every image: those of the cases that need
// somebody first, as they are looked at first and must lie in the page.
func (p *page) writeImages(w io.Writer) error {
	for _, bad := range []bool{true, false} {
		for i, one := range p.images.all {
			if one.bad != bad {
				continue
			}
			if err := p.writeImage(w, i, one); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *page) writeImage(w io.Writer, index int, one *picture) error {
	data, mediaType, err := p.content(one)
	if err != nil {
		return p.element(w, index, "problem", err.Error(), nil)
	}
	if len(data) <= mostInline && p.inlined+len(data) <= cmp.Or(p.o.room, mostInlineAll) {
		p.inlined += len(data)
		return p.element(w, index, "type", mediaType, data)
	}
	if p.o.Files == "" {
		return p.element(w, index, "problem", "it is too large to lie in the page; write the report to a file", nil)
	}
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:]) + "." + strings.TrimPrefix(mediaType, "image/")
	if err := p.beside(name, data); err != nil {
		return err
	}
	return p.element(w, index, "file", url.PathEscape(filepath.Base(p.o.Files))+"/"+name, nil)
}

func (p *page) element(w io.Writer, index int, key, value string, data []byte) error {
	if _, err := fmt.Fprintf(w, `<script type="text/plain" id="%simage-%d" data-%s="%s">`, p.prefix, index, key, html.EscapeString(value)); err != nil {
		return err
	}
	b := base64.NewEncoder(base64.StdEncoding, w)
	if _, err := b.Write(data); err != nil {
		return err
	}
	if err := b.Close(); err != nil {
		return err
	}
	_, err := io.WriteString(w, "</script>\n")
	return err
}

// beside writes a file next to the page; one of that name has that content.
func (p *page) beside(name string, data []byte) error {
	p.besides++
	path := filepath.Join(p.o.Files, name)
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && info.Size() == int64(len(data)) {
		return nil
	}
	if err := os.MkdirAll(p.o.Files, 0o755); err != nil {
		return err
	}
	return atomicfile.WriteFile(path, data, atomicfile.Options{})
}

// content is an image as a browser can show it, as the model was shown it: a still
// one. Its error is for people.
func (p *page) content(one *picture) (data []byte, mediaType string, err error) {
	if one.shape != nil {
		data, err := p.drawMask(one.shape, one.size)
		return data, "image/png", err
	}
	if one.image.SHA256 == "" {
		return nil, "", fmt.Errorf("it could not be read when the run was made")
	}
	data, err = p.o.Store.Image(one.image, p.run.Manifest.Project)
	if err != nil {
		return nil, "", p.unread(err)
	}
	info, err := imaging.Inspect(bytes.NewReader(data))
	if err != nil {
		return nil, "", err
	}
	if shownAsIs(info.MediaType, data) {
		return data, info.MediaType, nil
	}
	data, err = still(data)
	return data, "image/png", err
}

// unread is why an image is not here, without the folders of this machine.
func (p *page) unread(err error) error {
	if os.IsNotExist(err) {
		return fmt.Errorf("it is no longer there")
	}
	if cause, ok := err.(*os.PathError); ok { //nolint:errorlint // its path is what is to be left out
		return cause.Err
	}
	return err
}

// shownAsIs reports whether browsers show a file as the model was shown it, and do
// not move it.
func shownAsIs(mediaType string, data []byte) bool {
	switch mediaType {
	case "image/jpeg", "image/bmp":
		return true
	case "image/png":
		return !bytes.Contains(data[:min(len(data), 4096)], []byte("acTL"))
	case "image/webp":
		return len(data) > 20 && (string(data[12:16]) != "VP8X" || data[20]&0x02 == 0)
	}
	return false
}

// still is the first frame of an image as PNG.
func still(data []byte) ([]byte, error) {
	rgb, err := imaging.Decode(context.Background(), data)
	if err != nil {
		return nil, err
	}
	img := image.NewNRGBA(image.Rect(0, 0, rgb.Width, rgb.Height))
	for i, j := 0, 0; i < len(rgb.Pix); i, j = i+3, j+4 {
		img.Pix[j], img.Pix[j+1], img.Pix[j+2], img.Pix[j+3] = rgb.Pix[i], rgb.Pix[i+1], rgb.Pix[i+2], 0xff
	}
	var b bytes.Buffer
	err = png.Encode(&b, img)
	return b.Bytes(), err
}
