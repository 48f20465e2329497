package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"runtime"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// What decoding allocates is no more than it is said to cost, in every format, and
// not much less.
func TestCostIsWhatDecodersAllocate(t *testing.T) {
	const side = 600
	rect := image.Rect(0, 0, side, side)
	faint := image.NewNRGBA(rect)
	copy(faint.Pix, []byte{1, 2, 3, 4})
	faint16 := image.NewNRGBA64(rect)
	copy(faint16.Pix, []byte{1, 2, 3, 4})
	opaque16 := image.NewRGBA64(rect)
	for i := range opaque16.Pix {
		opaque16.Pix[i] = 0xff
	}
	palette := image.NewPaletted(rect, color.Palette{color.Black, color.White})
	write := func(f func(b *bytes.Buffer) error) []byte {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	inPNG := func(m image.Image) []byte { return write(func(b *bytes.Buffer) error { return png.Encode(b, m) }) }
	files := map[string][]byte{
		"png gray": inPNG(image.NewGray(rect)), "png gray 16": inPNG(image.NewGray16(rect)), "png palette": inPNG(palette),
		"png alpha": inPNG(faint), "png alpha 16": inPNG(faint16), "png 16": inPNG(opaque16),
		"gif":       write(func(b *bytes.Buffer) error { return gif.Encode(b, palette, nil) }),
		"jpeg":      write(func(b *bytes.Buffer) error { return jpeg.Encode(b, faint, nil) }),
		"jpeg gray": write(func(b *bytes.Buffer) error { return jpeg.Encode(b, image.NewGray(rect), nil) }),
		"bmp":       write(func(b *bytes.Buffer) error { return bmp.Encode(b, faint) }),
		"bmp gray":  write(func(b *bytes.Buffer) error { return bmp.Encode(b, image.NewGray(rect)) }),
		"tiff":      write(func(b *bytes.Buffer) error { return tiff.Encode(b, faint, nil) }),
		"tiff 16":   write(func(b *bytes.Buffer) error { return tiff.Encode(b, faint16, nil) }),
		"tiff deflated": write(func(b *bytes.Buffer) error {
			return tiff.Encode(b, faint, &tiff.Options{Compression: tiff.Deflate})
		}),
	}
	for _, name := range []string{
		"large-progressive.jpg", "large-444.jpg", "large-cmyk.jpg", "large-rgb.jpg", "large-lossy.webp", "large-lossless.webp", "large-alpha.webp",
		"large-transparent.png",
	} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	files["png interlaced"] = interlaced(side)
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			h, err := inspect(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := decode(bytes.NewReader(data), h)
			if err != nil {
				t.Fatal(err)
			}
			_ = p.RGB()
			runtime.ReadMemStats(&after)
			took := int64(after.TotalAlloc - before.TotalAlloc)
			t.Logf("cost %d, allocated %d", h.cost(), took)
			if took > h.cost() {
				t.Errorf("said to cost %d bytes, took %d", h.cost(), took)
			}
			if h.cost() > 3*took {
				t.Errorf("said to cost %d bytes, took %d only", h.cost(), took)
			}
		})
	}
}

// interlaced is a black PNG of 8 bits RGBA in seven passes (Adam7).
func interlaced(side int) []byte {
	var pixels bytes.Buffer
	w := zlib.NewWriter(&pixels)
	for _, pass := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		columns, rows := (side-pass[0]+pass[2]-1)/pass[2], (side-pass[1]+pass[3]-1)/pass[3]
		_, _ = w.Write(make([]byte, rows*(1+4*columns)))
	}
	_ = w.Close()
	size := binary.BigEndian.AppendUint32(nil, uint32(side))
	b := appendChunk([]byte("\x89PNG\r\n\x1a\n"), "IHDR", append(append(size, size...), 8, 6, 0, 0, 1))
	return appendChunk(appendChunk(b, "IDAT", pixels.Bytes()), "IEND", nil)
}
