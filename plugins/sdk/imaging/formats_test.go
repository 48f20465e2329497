package imaging_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

var white, black = color.NRGBA{255, 255, 255, 255}, color.NRGBA{0, 0, 0, 255}

// seen is a pixel of the upright picture.
type seen struct {
	x, y int
	want color.NRGBA
}

// TestFixtures decodes what testdata/make.py made.
func TestFixtures(t *testing.T) {
	turned := []seen{{1, 1, blue}, {30, 22, red}} // stored red above blue, turned clockwise
	quarter := []seen{{1, 1, white}, {30, 30, red}}
	onCanvas := []seen{{1, 1, white}, {15, 10, white}, {18, 9, red}, {18, 22, blue}, {18, 26, white}}
	for _, tt := range []struct {
		file, media   string
		width, height int
		seen          []seen
	}{
		{"turned.jpg", "image/jpeg", 32, 24, turned},
		{"turned.tif", "image/tiff", 32, 24, turned},
		{"turned-lossy.webp", "image/webp", 32, 24, turned},
		{"turned-lossless.webp", "image/webp", 32, 24, turned},
		{"turned-odd.webp", "image/webp", 33, 25, turned},
		{"animated-lossy.webp", "image/webp", 32, 32, quarter},
		{"animated-lossless.webp", "image/webp", 32, 32, quarter},
		{"frame-on-canvas.webp", "image/webp", 32, 32, onCanvas},
		{"lossy-frame-on-canvas.webp", "image/webp", 32, 32, onCanvas},
		{"alpha-lossy.webp", "image/webp", 16, 16, []seen{{1, 1, white}, {14, 1, red}, {14, 14, blue}}},
		{"alpha-lossless.webp", "image/webp", 16, 16, []seen{{1, 1, white}, {14, 1, red}, {14, 14, blue}}},
		{"cmyk.jpg", "image/jpeg", 16, 16, []seen{{3, 3, red}}},
		{"cmyk-no-adobe.jpg", "image/jpeg", 16, 16, []seen{{3, 3, red}}},
		{"group3.tif", "image/tiff", 24, 32, []seen{{1, 1, white}, {1, 30, black}}},
		{"group4.tif", "image/tiff", 24, 32, []seen{{1, 1, white}, {1, 30, black}}},
		{"lzw.tif", "image/tiff", 24, 32, []seen{{1, 1, red}, {1, 30, blue}}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			path := filepath.Join("testdata", tt.file)
			info, err := imaging.InspectFile(path)
			if err != nil || info != (imaging.Info{MediaType: tt.media, Width: tt.width, Height: tt.height}) {
				t.Fatalf("InspectFile = %+v, %v", info, err)
			}
			rgb, err := imaging.DecodeFile(t.Context(), path)
			if err != nil || rgb.Width != tt.width || rgb.Height != tt.height {
				t.Fatalf("DecodeFile = %v", err)
			}
			for _, s := range tt.seen {
				wantPixel(t, rgb, s.x, s.y, s.want)
			}
		})
	}
}

// What is only not supported is never called damaged, by Inspect and Decode alike.
func TestUnsupported(t *testing.T) {
	for file, want := range map[string]string{
		"cmyk.tif":       "unsupported: CMYK TIFF; convert it to PNG",
		"lab.tif":        "unsupported: CIELab TIFF; convert it to PNG",
		"jpeg.tif":       "unsupported: JPEG-compressed TIFF; convert it to PNG",
		"huffman.tif":    "unsupported: Huffman-compressed TIFF; convert it to PNG",
		"zstd.tif":       "unsupported: Zstandard-compressed TIFF; convert it to PNG",
		"gray-alpha.tif": "unsupported: TIFF with gray or a palette and more; convert it to PNG",
		"float.tif":      "unsupported: TIFF of signed or floating-point numbers; convert it to PNG",
		"picture.avif":   "the image is AVIF, which vlmspec does not decode: convert it to PNG or JPEG, for example with `heif-convert",
		"picture.jp2":    "the image is JPEG 2000, which vlmspec does not decode: convert it to PNG or JPEG, for example with `magick",
	} {
		t.Run(file, func(t *testing.T) {
			path := filepath.Join("testdata", file)
			_, looked := imaging.InspectFile(path)
			_, decoded := imaging.DecodeFile(t.Context(), path)
			for _, err := range []error{looked, decoded} {
				if err == nil || !strings.HasPrefix(err.Error(), path+": "+want) {
					t.Errorf("%v\nwant %s", err, want)
				}
			}
		})
	}
}

func TestUnsupportedJPEG(t *testing.T) {
	photo := jpegBytes(t, picture())
	frame := bytes.Index(photo, []byte{0xFF, 0xC0})
	for want, edit := range map[string]struct {
		at    int
		value byte
	}{
		"lossless JPEG": {1, 0xC3}, "hierarchical JPEG": {1, 0xC6}, "arithmetic-coded JPEG": {1, 0xC9}, "JPEG of 12 bits": {4, 12},
	} {
		file := bytes.Clone(photo)
		file[frame+edit.at] = edit.value
		if _, err := imaging.Inspect(bytes.NewReader(file)); err == nil || !strings.HasPrefix(err.Error(), "unsupported: "+want+"; convert it") {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

func TestOtherFormatsByName(t *testing.T) {
	heic := func(major string, others ...string) []byte {
		box := append([]byte("\x00\x00\x00\x00ftyp"+major+"\x00\x00\x00\x00"), strings.Join(others, "")...)
		box[3] = byte(len(box))
		return append(box, make([]byte, 64)...)
	}
	for want, data := range map[string][]byte{
		"is HEIC":                  heic("heic", "mif1", "heic"),
		"is HEIC,":                 heic("mif1", "mif1", "heic"),
		"is AVIF":                  heic("mif1", "avif", "miaf"),
		"is HEIF":                  heic("mif1", "miaf"),
		"is a video or another":    heic("isom", "mp41"),
		"is JPEG XL":               []byte("\xff\x0a\x00\x00"),
		"is PDF":                   []byte("%PDF-1.7\n"),
		"is SVG":                   []byte("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\">"),
		"is Photoshop (PSD)":       []byte("8BPS\x00\x01"),
		"is BigTIFF":               []byte("II\x2b\x00\x08\x00\x00\x00"),
		"starts with the text":     []byte("Prose about a picture"),
		"is PPM":                   []byte("P6\n2 2\n255\n"),
		"it starts with 00 00 00 ": make([]byte, 100),
	} {
		if _, err := imaging.Inspect(bytes.NewReader(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

// exif is a TIFF structure with orientation 6, of a type: 3 is SHORT, 4 is LONG.
func exif(order binary.AppendByteOrder, kind uint16) []byte {
	const orientation = 6
	b := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(order.AppendUint16(b, 1), 274)
	b = order.AppendUint32(order.AppendUint16(b, kind), 1)
	if kind == 3 {
		b = order.AppendUint16(order.AppendUint16(b, orientation), 0)
	} else {
		b = order.AppendUint32(b, orientation)
	}
	return order.AppendUint32(b, 0)
}

func jpegBytes(t testing.TB, img image.Image) []byte {
	return encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) })
}

// withSegment puts a segment into a JPEG, behind bytes of any kind.
func withSegment(file []byte, before string, marker byte, body []byte) []byte {
	segment := append([]byte(before), 0xFF, marker, byte((len(body)+2)>>8), byte(len(body)+2))
	return append(append(append([]byte{0xFF, 0xD8}, segment...), body...), file[2:]...)
}

func TestOrientationWhereverItStands(t *testing.T) {
	photo, drawing := jpegBytes(t, picture()), pngBytes(t, picture())
	app1 := func(block []byte) []byte { return append([]byte("Exif\x00\x00"), block...) }
	little, big := exif(binary.LittleEndian, 3), exif(binary.BigEndian, 3)
	noise := image.NewNRGBA(image.Rect(0, 0, 600, 700))
	for i := range noise.Pix {
		noise.Pix[i] = byte(i * i >> 7 * i)
	}
	large := pngBytes(t, noise)
	end := len(large) - 12
	late := append(append([]byte{}, large[:end]...), withChunk(drawing, "eXIf", big)[33:33+12+len(big)]...)
	late = append(late, large[end:]...)
	many := photo
	for range 5 {
		many = withSegment(many, "", 0xE2, make([]byte, 65_000))
	}
	for name, file := range map[string][]byte{
		"SHORT":                        withSegment(photo, "", 0xE1, app1(little)),
		"big endian":                   withSegment(photo, "", 0xE1, app1(big)),
		"LONG":                         withSegment(photo, "", 0xE1, app1(exif(binary.LittleEndian, 4))),
		"LONG, big endian":             withSegment(photo, "", 0xE1, app1(exif(binary.BigEndian, 4))),
		"fill bytes":                   withSegment(photo, "\xff\xff\xff", 0xE1, app1(big)),
		"bytes of nothing":             withSegment(photo, "\x00\x12\xff\x00", 0xE1, app1(big)),
		"behind a profile of 325 kB":   append(append([]byte{}, many[:len(many)-len(photo)+2]...), withSegment(photo, "", 0xE1, app1(big))[2:]...),
		"behind XMP":                   withSegment(withSegment(photo, "", 0xE1, app1(big)), "", 0xE1, []byte("http://ns.adobe.com/xap/1.0/\x00<x/>")),
		"PNG":                          withChunk(drawing, "eXIf", little),
		"PNG, with the mark of a JPEG": withChunk(drawing, "eXIf", app1(little)),
		"PNG, behind the pixels":       late,
	} {
		t.Run(name, func(t *testing.T) {
			info, err := imaging.Inspect(bytes.NewReader(file))
			if err != nil || info.Width >= info.Height == (name != "PNG, behind the pixels") {
				t.Fatalf("Inspect = %+v, %v", info, err)
			}
			rgb, err := imaging.Decode(t.Context(), file)
			if err != nil || rgb.Width != info.Width || rgb.Height != info.Height {
				t.Fatalf("Decode: %v", err)
			}
		})
	}
}

// No EXIF block may do more than be ignored.
func TestHostileEXIF(t *testing.T) {
	base := exif(binary.LittleEndian, 3)
	edit := func(at int, bytes ...byte) []byte {
		b := append([]byte{}, base...)
		copy(b[at:], bytes)
		return b
	}
	for name, block := range map[string][]byte{
		"empty":                        {},
		"directory far outside":        edit(4, 0xff, 0xff, 0xff, 0xff),
		"directory inside the header":  edit(4, 0, 0, 0, 0),
		"65,535 entries that are none": edit(8, 0xff, 0xff),
		"4 billion orientations":       edit(14, 0xff, 0xff, 0xff, 0xff),
		"none":                         edit(14, 0, 0, 0, 0),
		"a type that is none":          edit(12, 0x77, 0x77),
		"orientation 9":                edit(18, 9),
		"orientation 0":                edit(18, 0),
		"a circle":                     edit(22, 8),
		"cut off":                      base[:15],
	} {
		for kind, file := range map[string][]byte{
			"jpeg": withSegment(jpegBytes(t, picture()), "", 0xE1, append([]byte("Exif\x00\x00"), block...)),
			"png":  withChunk(pngBytes(t, picture()), "eXIf", block),
		} {
			info, err := imaging.Inspect(bytes.NewReader(file))
			if err != nil {
				t.Fatalf("%s in a %s: %v", name, kind, err)
			}
			if readable := name == "a circle" || name == "65,535 entries that are none"; readable == (info.Width == 4) {
				t.Errorf("%s in a %s: %dx%d", name, kind, info.Width, info.Height)
			}
			if _, err := imaging.Decode(t.Context(), file); err != nil {
				t.Errorf("%s in a %s: %v", name, kind, err)
			}
		}
	}
}

func TestFirstFrameOfGIFOnItsCanvas(t *testing.T) {
	frame := image.NewPaletted(image.Rect(128, 128, 256, 256), color.Palette{red, blue})
	second := image.NewPaletted(image.Rect(0, 0, 256, 256), color.Palette{blue, red})
	data := encode(t, func(b *bytes.Buffer) error {
		return gif.EncodeAll(b, &gif.GIF{
			Image: []*image.Paletted{frame, second}, Delay: []int{1, 1},
			Config: image.Config{ColorModel: frame.Palette, Width: 256, Height: 256},
		})
	})
	rgb, err := imaging.Decode(t.Context(), data)
	if err != nil || rgb.Width != 256 || rgb.Height != 256 {
		t.Fatalf("%v", err)
	}
	wantPixel(t, rgb, 100, 200, white)
	wantPixel(t, rgb, 127, 127, white)
	wantPixel(t, rgb, 128, 128, red)
	wantPixel(t, rgb, 255, 255, red)
}

// A file that is cut off anywhere is refused or gives a picture of the right size,
// and Inspect never takes what Decode calls something else than damaged.
func TestCutOff(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 4<<10 {
			continue
		}
		for n := 0; n < len(data); n += 1 + len(data)>>6 {
			info, looked := imaging.Inspect(bytes.NewReader(data[:n]))
			rgb, decoded := imaging.Decode(t.Context(), data[:n])
			switch {
			case looked != nil && (decoded == nil || decoded.Error() != looked.Error()):
				t.Fatalf("%s, %d bytes: Inspect says %v, Decode %v", path, n, looked, decoded)
			case looked == nil && decoded != nil && !strings.Contains(decoded.Error(), "the image is damaged"):
				t.Fatalf("%s, %d bytes: %v", path, n, decoded)
			case decoded == nil && (rgb.Width != info.Width || rgb.Height != info.Height):
				t.Fatalf("%s, %d bytes: %dx%d, reported %+v", path, n, rgb.Width, rgb.Height, info)
			}
		}
	}
}

// FuzzContainer reads what stands around the pixels: no input may make it fail in
// another way than with a sentence, or say a size that is not taken.
func FuzzContainer(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:min(len(data), 2<<10)])
	}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		f.Add(withChunk(pngBytes(f, picture()), "eXIf", exif(order, 4)))
		f.Add(withSegment(jpegBytes(f, picture()), "\xff\xff", 0xE1, append([]byte("Exif\x00\x00"), exif(order, 3)...)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := imaging.Inspect(bytes.NewReader(data))
		if err != nil {
			if sdk.KindOf(err) != sdk.InvalidRequest || err.Error() == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		if info.Width < imaging.MinSide || info.Height < imaging.MinSide || info.Width*info.Height > imaging.MaxPixels || info.MediaType == "" {
			t.Fatalf("%+v", info)
		}
	})
}
