package main

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/image/bmp"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

// sideways is a JPEG that says that it is to be turned (EXIF orientation 6).
func sideways(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 16, 8))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	segment := append([]byte{0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(append([]byte{0xff, 0xd8}, segment...), b.Bytes()[2:]...)
}

// An image goes to the server as vlmspec sees it: as it is where that is the same.
func TestImagesAsSent(t *testing.T) {
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, image.NewRGBA(image.Rect(0, 0, 16, 8)), nil); err != nil {
		t.Fatal(err)
	}
	var bitmap bytes.Buffer
	if err := bmp.Encode(&bitmap, image.NewRGBA(image.Rect(0, 0, 16, 8))); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		img    *sdk.Image
		format string
		media  string
		asIs   bool
		size   image.Point
	}{
		"PNG":                 {drawn(t, "a.png", 255), "", "image/png", true, image.Pt(8, 4)},
		"PNG with holes":      {drawn(t, "b.png", 0), "", "image/png", false, image.Pt(8, 4)},
		"JPEG":                {stored(t, "a.jpg", plain.Bytes()), "keep", "image/jpeg", true, image.Pt(16, 8)},
		"JPEG on its side":    {stored(t, "b.jpg", sideways(t)), "", "image/png", false, image.Pt(8, 16)},
		"BMP":                 {stored(t, "a.bmp", bitmap.Bytes()), "", "image/png", false, image.Pt(16, 8)},
		"PNG wanted as JPEG":  {drawn(t, "c.png", 255), "jpeg", "image/jpeg", false, image.Pt(8, 4)},
		"JPEG wanted as PNG":  {stored(t, "c.jpg", plain.Bytes()), "png", "image/png", false, image.Pt(16, 8)},
		"content, not a path": {&sdk.Image{Bytes: plain.Bytes()}, "", "image/jpeg", true, image.Pt(16, 8)},
	} {
		t.Run(name, func(t *testing.T) {
			p, _, err := newPictures(test.format, false).get(t.Context(), test.img)
			if err != nil {
				t.Fatal(err)
			}
			sent, err := base64.StdEncoding.DecodeString(string(p.base64))
			if err != nil {
				t.Fatal(err)
			}
			original := test.img.Bytes
			if test.img.Path != "" {
				original, _ = os.ReadFile(test.img.Path)
			}
			if p.media != test.media || bytes.Equal(sent, original) != test.asIs {
				t.Errorf("%s, as it is: %v", p.media, bytes.Equal(sent, original))
			}
			rgb, err := imaging.Decode(t.Context(), sent)
			if err != nil || rgb.Width != test.size.X || rgb.Height != test.size.Y {
				t.Fatalf("%+v, %v", rgb, err)
			}
			if name == "PNG with holes" && !bytes.Equal(rgb.Pix[:3], []byte{255, 255, 255}) {
				t.Errorf("what is transparent is %v, expected white", color.RGBA{R: rgb.Pix[0], G: rgb.Pix[1], B: rgb.Pix[2]})
			}
		})
	}
}

// An image is read once, however many requests show it at the same time.
func TestImageIsReadOnce(t *testing.T) {
	img := drawn(t, "a.png", 255)
	p := newPictures("", false)
	var first picture
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if _, _, err := p.get(t.Context(), img); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	first, _, _ = p.get(t.Context(), img)
	if err := os.Remove(img.Path); err != nil {
		t.Fatal(err)
	}
	again, took, err := p.get(t.Context(), img)
	if err != nil || took != 0 || &first.base64[0] != &again.base64[0] {
		t.Errorf("%v, %s", err, took)
	}
}

// What was used longest ago makes room.
func TestPicturesAreBounded(t *testing.T) {
	p := newPictures("", false)
	img := drawn(t, "a.png", 255)
	data, err := os.ReadFile(img.Path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 9 {
		large := append(bytes.Clone(data), make([]byte, 4<<20)...) // behind the end of the picture
		large[len(large)-1] = byte(i)
		if _, _, err := p.get(t.Context(), &sdk.Image{Bytes: large}); err != nil {
			t.Fatal(err)
		}
	}
	if p.size > keptImages || len(p.known) != p.order.Len() || len(p.known) == 0 {
		t.Errorf("%d bytes, %d and %d images", p.size, len(p.known), p.order.Len())
	}
}

func TestImagesThatCannotBeSent(t *testing.T) {
	img := drawn(t, "a.png", 255)
	changed := *img
	changed.SHA256 = strings.Repeat("0", 64)
	cut := stored(t, "cut.png", func() []byte { d, _ := os.ReadFile(img.Path); return d[:len(d)-20] }())
	for name, test := range map[string]struct {
		img    *sdk.Image
		verify bool
		words  string
	}{
		"changed since":                          {&changed, false, "has changed since the run began"},
		"cut off, for a server that would crash": {cut, true, "damaged"},
		"missing":                                {&sdk.Image{Path: img.Path + "x"}, false, "cannot be read"},
	} {
		p := newPictures("", test.verify)
		for range 2 {
			if _, _, err := p.get(t.Context(), test.img); sdk.KindOf(err) != sdk.InvalidRequest || !strings.Contains(err.Error(), test.words) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestImageAddress(t *testing.T) {
	img := &sdk.Image{Path: "/data/a b/ü.png", SHA256: "12"}
	for template, want := range map[string]string{
		"file://{path}": "file:///data/a%20b/%C3%BC.png", "https://h/{name}?d={sha256}": "https://h/%C3%BC.png?d=12",
	} {
		if got := address(template, img); got != want {
			t.Errorf("%s", got)
		}
	}
}
