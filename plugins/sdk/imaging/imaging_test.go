package imaging_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

var (
	red  = color.NRGBA{255, 0, 0, 255}
	blue = color.NRGBA{0, 0, 255, 255}
)

// picture is 4x2: red left half, blue right half.
func picture() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 4, 2))
	for y := range 2 {
		for x := range 4 {
			img.Set(x, y, []color.Color{red, red, blue, blue}[x])
		}
	}
	return img
}

func encode(t testing.TB, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngBytes(t testing.TB, img image.Image) []byte {
	return encode(t, func(b *bytes.Buffer) error { return png.Encode(b, img) })
}

func TestDecodeFormats(t *testing.T) {
	paletted := image.NewPaletted(image.Rect(0, 0, 4, 2), color.Palette{red, blue})
	for y := range 2 {
		paletted.SetColorIndex(2, y, 1)
		paletted.SetColorIndex(3, y, 1)
	}
	for name, tt := range map[string]struct {
		media string
		data  []byte
	}{
		"png":          {"image/png", pngBytes(t, picture())},
		"paletted png": {"image/png", pngBytes(t, paletted)},
		"jpeg": {"image/jpeg", encode(t, func(b *bytes.Buffer) error {
			return jpeg.Encode(b, picture(), &jpeg.Options{Quality: 100})
		})},
		"gif":  {"image/gif", encode(t, func(b *bytes.Buffer) error { return gif.Encode(b, paletted, nil) })},
		"bmp":  {"image/bmp", encode(t, func(b *bytes.Buffer) error { return bmp.Encode(b, picture()) })},
		"tiff": {"image/tiff", encode(t, func(b *bytes.Buffer) error { return tiff.Encode(b, picture(), nil) })},
		"webp": {"image/webp", encode(t, func(b *bytes.Buffer) error {
			// Go has no WebP encoder; this is picture(), lossless.
			data, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4TBYAAAAvA0AAAA8Q87//8x8OFAIIgIImov/x")
			b.Write(data)
			return err
		})},
	} {
		t.Run(name, func(t *testing.T) {
			info, err := imaging.Inspect(bytes.NewReader(tt.data))
			if err != nil || info != (imaging.Info{MediaType: tt.media, Width: 4, Height: 2}) {
				t.Fatalf("Inspect = %+v, %v", info, err)
			}
			rgb, err := imaging.Decode(t.Context(), tt.data)
			if err != nil {
				t.Fatal(err)
			}
			wantPixel(t, rgb, 0, 0, red)
			wantPixel(t, rgb, 3, 1, blue)
		})
	}
}

// wantPixel allows for JPEG's rounding and chroma subsampling at the edge.
func wantPixel(t *testing.T, p *imaging.RGB, x, y int, want color.NRGBA) {
	t.Helper()
	got := p.Pix[3*(y*p.Width+x):]
	for i, w := range []byte{want.R, want.G, want.B} {
		if d := int(got[i]) - int(w); d > 6 || d < -6 {
			t.Fatalf("pixel (%d,%d) = %v, want about %v", x, y, got[:3], want)
		}
	}
}

func TestTransparencyLiesOnWhite(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	img.Set(0, 0, color.NRGBA{255, 0, 0, 128})
	premultiplied := image.NewRGBA64(img.Rect)
	premultiplied.Set(0, 0, img.At(0, 0))
	for name, m := range map[string]image.Image{"8 bit": img, "16 bit": premultiplied} {
		t.Run(name, func(t *testing.T) {
			rgb, err := imaging.Decode(t.Context(), pngBytes(t, m))
			if err != nil {
				t.Fatal(err)
			}
			wantPixel(t, rgb, 0, 0, color.NRGBA{255, 127, 127, 255})
			wantPixel(t, rgb, 1, 1, color.NRGBA{255, 255, 255, 255})
		})
	}
}

// withOrientation puts an EXIF orientation into a PNG (eXIf) or a JPEG (APP1).
func withOrientation(file []byte, o byte) []byte {
	exif := []byte{'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, o, 0, 0, 0, 0, 0, 0, 0}
	if bytes.HasPrefix(file, []byte{0xFF, 0xD8}) {
		body := append([]byte("Exif\x00\x00"), exif...)
		segment := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(len(body) + 2)}, body...)
		return append(segment, file[2:]...)
	}
	return withChunk(file, "eXIf", exif)
}

// withChunk puts a chunk behind a PNG's header chunk.
func withChunk(file []byte, kind string, data []byte) []byte {
	const afterHeader = 8 + 4 + 4 + 13 + 4
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	chunk = append(append(chunk, kind...), data...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return append(append(append([]byte{}, file[:afterHeader]...), chunk...), file[afterHeader:]...)
}

func TestOrientation(t *testing.T) {
	// Stored: A B over C D. Seen, by EXIF orientation, row by row.
	stored := image.NewGray(image.Rect(0, 0, 2, 2))
	copy(stored.Pix, []byte{10, 90, 170, 250})
	seen := map[byte][4]byte{
		1: {10, 90, 170, 250}, 2: {90, 10, 250, 170}, 3: {250, 170, 90, 10}, 4: {170, 250, 10, 90},
		5: {10, 170, 90, 250}, 6: {170, 10, 250, 90}, 7: {250, 90, 170, 10}, 8: {90, 250, 10, 170},
	}
	for o, want := range seen {
		rgb, err := imaging.Decode(t.Context(), withOrientation(pngBytes(t, stored), o))
		if err != nil {
			t.Fatal(err)
		}
		got := [4]byte{rgb.Pix[0], rgb.Pix[3], rgb.Pix[6], rgb.Pix[9]}
		if got != want {
			t.Errorf("orientation %d: got %v, want %v", o, got, want)
		}
	}
}

func TestOrientationSwapsSides(t *testing.T) {
	upright := pngBytes(t, picture())
	for name, file := range map[string][]byte{
		"jpeg":                 withOrientation(encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, picture(), nil) }), 6),
		"png":                  withOrientation(upright, 6),
		"png, EXIF far behind": withChunk(withOrientation(upright, 6), "prVt", make([]byte, 20_000)),
	} {
		t.Run(name, func(t *testing.T) {
			info, err := imaging.Inspect(bytes.NewReader(file))
			if err != nil || info.Width != 2 || info.Height != 4 {
				t.Fatalf("Inspect = %+v, %v; want 2x4", info, err)
			}
			rgb, err := imaging.Decode(t.Context(), file)
			if err != nil || rgb.Width != 2 || rgb.Height != 4 {
				t.Fatalf("Decode = %+v, %v; want 2x4", rgb, err)
			}
			wantPixel(t, rgb, 0, 0, red)
			wantPixel(t, rgb, 1, 3, blue)
		})
	}
}

// A TIFF's directory stands behind its pixels, however many there are.
func TestOrientationOfTIFF(t *testing.T) {
	const w, h = 600, 400
	file := append([]byte("II*\x00"), binary.LittleEndian.AppendUint32(nil, 8+w*h)...)
	file = append(file, make([]byte, w*h)...)
	file[8] = 200 // the stored picture's top left
	tags := [][2]uint32{{256, w}, {257, h}, {258, 8}, {259, 1}, {262, 1}, {273, 8}, {274, 6}, {277, 1}, {278, h}, {279, w * h}}
	file = binary.LittleEndian.AppendUint16(file, uint16(len(tags)))
	for _, tag := range tags {
		file = binary.LittleEndian.AppendUint16(file, uint16(tag[0]))
		file = append(file, 4, 0, 1, 0, 0, 0) // one uint32
		file = binary.LittleEndian.AppendUint32(file, tag[1])
	}
	file = append(file, 0, 0, 0, 0)
	info, err := imaging.Inspect(bytes.NewReader(file))
	if err != nil || info != (imaging.Info{MediaType: "image/tiff", Width: h, Height: w}) {
		t.Fatalf("Inspect = %+v, %v", info, err)
	}
	rgb, err := imaging.Decode(t.Context(), file)
	if err != nil || rgb.Width != h || rgb.Height != w {
		t.Fatalf("Decode = %v", err)
	}
	wantPixel(t, rgb, h-1, 0, color.NRGBA{200, 200, 200, 255})
}

// hugePNG is a valid header of a 20,000 by 20,000 picture and nothing else.
func hugePNG() []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x4e\x20\x00\x00\x4e\x20\x08\x02\x00\x00\x00")
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"empty":     {nil, "the image is empty (0 bytes)"},
		"text":      {[]byte("hello, this is a note\nand more"), `it starts with the text "hello, this is a note"; expected PNG`},
		"binary":    {[]byte{0x7f, 'E', 'L', 'F', 1, 2, 3}, "not an image of a known format"},
		"1x1":       {pngBytes(t, image.NewGray(image.Rect(0, 0, 1, 1))), "the image is 1x1 pixels; each side must have at least 2"},
		"huge":      {hugePNG(), "the image is 20000x20000 pixels; at most 16384 a side"},
		"truncated": {pngBytes(t, picture())[:60], "the image is damaged"},
		"header":    {pngBytes(t, picture())[:20], "the image's header is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name+".png")
			if err := os.WriteFile(path, tt.data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := imaging.DecodeFile(t.Context(), path)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), path) {
				t.Fatalf("error %v, want %q about %s", err, tt.want, path)
			}
			var e *sdk.Error
			if !errors.As(err, &e) || e.Kind != sdk.InvalidRequest {
				t.Fatalf("error kind %v, want invalid_request", sdk.KindOf(err))
			}
		})
	}
	if _, err := imaging.InspectFile(filepath.Join(dir, "missing.png")); err == nil || !strings.Contains(err.Error(), "there is no such file") {
		t.Fatalf("missing file: %v", err)
	}
}

func TestInspectReadsOnlyTheHeader(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 600, 600))
	for i := range img.Pix {
		img.Pix[i] = byte(i * i >> 3)
	}
	r := bytes.NewReader(pngBytes(t, img))
	if _, err := imaging.Inspect(r); err != nil {
		t.Fatal(err)
	}
	if read := int(r.Size()) - r.Len(); read > 64<<10 {
		t.Fatalf("read %d of %d bytes", read, r.Size())
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(pngBytes(f, picture()))
	f.Add(withOrientation(pngBytes(f, picture()), 6))
	f.Add([]byte("II*\x00\xff\xff\xff\x7f"))
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if info, err := imaging.Inspect(bytes.NewReader(data)); err != nil || info.Width*info.Height > 1<<20 {
			return
		}
		if rgb, err := imaging.Decode(t.Context(), data); err == nil && len(rgb.Pix) != 3*rgb.Width*rgb.Height {
			t.Fatalf("%d bytes for %dx%d", len(rgb.Pix), rgb.Width, rgb.Height)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	img := image.NewNRGBA(image.Rect(0, 0, 512, 512))
	for i := range img.Pix {
		img.Pix[i] = byte(i)
	}
	data := pngBytes(b, img)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := imaging.Decode(b.Context(), data); err != nil {
			b.Fatal(err)
		}
	}
}
