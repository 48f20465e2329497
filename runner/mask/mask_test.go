package mask_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/mask"
)

// The object of the files of testdata/make.py is the right half but for its lower
// quarter.
func TestFiles(t *testing.T) {
	for _, s := range []mask.Source{
		{Path: "white.png"},
		{Path: "white.bmp"},
		{Path: "white.tif"},
		{Path: "white.jpg"},
		{Path: "one.png"},
		{Path: "red.png"},
		{Path: "red.jpg"},
		{Path: "deep.png"}, // 16 bits
		{Path: "rgba.png"}, // white everywhere, transparent outside
		{Path: "rgba-lossy.webp"},
		{Path: "rgba-lossless.webp"},
		{Path: "la.png"},
		{Path: "trns.png"},
		{Path: "clear.gif"},
		{Path: "white-is-0.png"}, // a palette
		{Path: "no-colors.png"},  // a palette of blacks
		{Path: "voc-one.png"},
		{Path: "white.png", Class: "255"},
		{Path: "white.png", Class: "#ffffff"},
		{Path: "one.png", Class: "1"},
		{Path: "voc.png", Class: "15"},
		{Path: "voc.png", Class: "#c08080"},
		{Path: "ade.png", Class: "15"},
		{Path: "labels.png", Class: "15"},
		{Path: "voc-colors.png", Class: "#C08080"},
		{Path: "instances.png", Class: "26001"},
		{Path: "instances.png", Threshold: 300},
		{Path: "white.jpg", Threshold: 200},
		{Path: "cutout.png", Class: mask.Visible},
		{Path: "black-on-clear.png", Class: mask.Visible},
		{Path: "runs.json"},
		{Path: "packed.json"},
		{Path: "polygons.json"},
		{Path: "annotation.json"},
	} {
		name := s.Path
		s.Path = filepath.Join("testdata", s.Path)
		m, err := mask.Load(t.Context(), s)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, p := range []struct {
			x, y float64
			want bool
		}{
			{0.75, 0.4, true},
			{0.97, 0.03, true},
			{1, 0, true},
			{0.53, 0.72, true},
			{0.25, 0.4, false},
			{0.44, 0.4, false},
			{0.75, 0.8, false},
			{0, 1, false},
			{1.01, 0.4, false}, // outside of the image
			{0.75, -0.01, false},
		} {
			if got := m.Contains(p.x, p.y, 32, 32); got != p.want {
				t.Errorf("%s class %q: (%g, %g) is %t", name, s.Class, p.x, p.y, got)
			}
		}
		if w := m.Warnings(32, 32); len(w) > 0 {
			t.Errorf("%s: %q", name, w)
		}
	}
}

// What pycocotools packed is what Pillow saved.
func TestRunsOfPycocotools(t *testing.T) {
	runs, err := mask.Load(t.Context(), mask.Source{Path: "testdata/noise.json"})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := mask.Load(t.Context(), mask.Source{Path: "testdata/noise.png"})
	if err != nil {
		t.Fatal(err)
	}
	for y := range 37 {
		for x := range 53 {
			fx, fy := (float64(x)+0.5)/53, (float64(y)+0.5)/37
			if runs.Contains(fx, fy, 53, 37) != drawn.Contains(fx, fy, 53, 37) {
				t.Fatalf("(%d, %d) differs", x, y)
			}
		}
	}
}

func TestSoftEdges(t *testing.T) {
	m, err := mask.Load(t.Context(), mask.Source{Path: "testdata/soft.png"})
	if err != nil {
		t.Fatal(err)
	}
	if !m.Contains(0.47, 0.4, 32, 32) || m.Contains(0.1, 0.1, 32, 32) {
		t.Error("a soft circle is not read")
	}
}

// Where it is not clear what is inside, that is said, and what there is.
func TestUnclear(t *testing.T) {
	dir := t.TempDir()
	photo := image.NewNRGBA(image.Rect(0, 0, 80, 80))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range photo.Pix {
		photo.Pix[i] = byte(random.Uint32()) | 3
	}
	write(t, filepath.Join(dir, "photo.png"), photo)
	write(t, filepath.Join(dir, "clear.png"), image.NewNRGBA(image.Rect(0, 0, 8, 8)))
	three := image.NewGray(image.Rect(0, 0, 30, 30))
	for y := range 30 {
		for x := range 30 {
			three.SetGray(x, y, color.Gray{Y: []byte{0, 128, 255}[x/10]})
		}
	}
	write(t, filepath.Join(dir, "three.png"), three)
	heat := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range heat.Pix {
		dx, dy := i%64-20, i/64-20
		heat.Pix[i] = byte(max(0, 255-(dx*dx+dy*dy)/2))
	}
	write(t, filepath.Join(dir, "heat.png"), heat)
	var lossy bytes.Buffer
	if err := errors.Join(jpeg.Encode(&lossy, heat, nil), os.WriteFile(filepath.Join(dir, "heat.jpg"), lossy.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		mask.Source
		want string
	}{
		{mask.Source{Path: filepath.Join(dir, "heat.png")}, "or from which brightness on with `threshold:`"},
		{mask.Source{Path: filepath.Join(dir, "heat.jpg")}, "neither dark nor bright"},
		{mask.Source{Path: "voc.png"}, "what is inside? it has the palette indices 15 (38 %), 7 (6.2 %), 255 (2.3 %); say which with `class:`"},
		{mask.Source{Path: "labels.png"}, "it has the values 15 (38 %), 7 (6.2 %), 255 (2.3 %); say which with `class:`, or from which brightness on with `threshold:`"},
		{mask.Source{Path: "voc-colors.png"}, "it has the colors #c08080 (38 %), #808080 (6.2 %), #e0e0c0 (2.3 %); say which with `class:`"},
		{mask.Source{Path: "ade.png"}, "it has the palette indices 0 (54 %), 15 (38 %),"},
		{mask.Source{Path: filepath.Join(dir, "three.png")}, "it has the values 128 (33 %), 255 (33 %)"},
		{mask.Source{Path: "voc.png", Class: "3"}, "it has no class 3: it has the palette indices 0 (54 %), 15"},
		{mask.Source{Path: "voc-colors.png", Class: "15"}, "it has no class 15: it has the colors #000000 (54 %), #c08080"},
		{mask.Source{Path: "white.png", Class: "1"}, "it has no class 1: it has the values 0 (62 %), 255 (38 %)"},
		{mask.Source{Path: filepath.Join(dir, "clear.png"), Class: "1"}, "it has no class 1: it is transparent everywhere"},
		{mask.Source{Path: "white.jpg", Class: "255"}, "a lossy format does not keep the values of classes: save the mask as PNG"},
		{mask.Source{Path: "one.jpg"}, "nothing in it is brighter than 1 of 255"},
		{mask.Source{Path: "ramp.jpg"}, "50 % of it is neither dark nor bright, and 25 % is bright: say from which brightness on it is inside, with `threshold:`"},
		{mask.Source{Path: "white.png", Threshold: 256}, "a threshold of 256, and white is 255"},
		{mask.Source{Path: "black-on-clear.png"}, "what is not transparent in it is black"},
		{mask.Source{Path: filepath.Join(dir, "photo.png")}, "as a picture has and no mask"},
		{mask.Source{Path: "cutout.png"}, "; say which with `class:`, or class: visible for all that is not transparent"},
		{mask.Source{Path: "runs.json", Class: "1"}, "class and threshold go with an image"},
		{mask.Source{Path: "missing.png"}, "there is no such file"},
		{mask.Source{Path: "missing.json"}, "no such file"},
		{mask.Source{Path: "make.py"}, "this is not an image"},
	} {
		if !filepath.IsAbs(tt.Path) {
			tt.Path = filepath.Join("testdata", tt.Path)
		}
		_, err := mask.Load(t.Context(), tt.Source)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.Path) {
			t.Errorf("%s class %q threshold %d: %v\nwant %s", tt.Path, tt.Class, tt.Threshold, err, tt.want)
		}
	}
}

func write(t *testing.T, path string, img image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWarnings(t *testing.T) {
	for _, tt := range []struct {
		mask          string
		width, height int
		want          string
	}{
		{"empty.png", 32, 32, "nothing is inside: no point can be right"},
		{"full.png", 32, 32, "all of the image is inside: every point is right"},
		{"white.png", 64, 32, "it has 32x32 pixels, another aspect ratio than the image with 64x32: it will be stretched"},
		{"runs.json", 32, 64, "it has 32x32 pixels, another aspect ratio"},
		{"polygons.json", 20, 20, "its polygons reach to 32x24, beyond the image with 20x20 pixels"},
		{"white.png", 640, 640, ""},
		{"white.png", 1000, 1010, ""},
		{"noise.png", 1060, 745, ""},
		{"polygons.json", 640, 480, ""},
	} {
		m, err := mask.Load(t.Context(), mask.Source{Path: filepath.Join("testdata", tt.mask)})
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(m.Warnings(tt.width, tt.height), "; ")
		if tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s for %dx%d: %q, want %q", tt.mask, tt.width, tt.height, got, tt.want)
		}
	}
}

// A polygon may be a list of [x, y], several are joined, and the size of the image
// gives them their scale.
func TestPolygons(t *testing.T) {
	for text, want := range map[string][2]bool{
		`[[0, 0], [10, 0], [10, 10], [0, 10]]`:                                    {true, false},
		`[[50, 50, 100, 50, 100, 100, 50, 100]]`:                                  {false, true},
		`[[0, 0, 10, 0, 10, 10], [50, 50, 100, 50, 100, 100]]`:                    {true, true},
		`{"segmentation": [[0, 0, 1, 0, 1, 1, 0, 1]], "width": 10, "height": 10}`: {true, false},
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		m, err := mask.Load(t.Context(), mask.Source{Segmentation: v})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := [2]bool{m.Contains(0.05, 0.04, 100, 100), m.Contains(0.9, 0.8, 100, 100)}; got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestSegmentationMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`3`:                                              "expected COCO's segmentation",
		`null`:                                           "expected COCO's segmentation",
		`{}`:                                             "expected COCO's segmentation",
		`[]`:                                             "there is no polygon",
		`[1, 2, 3]`:                                      "expected COCO's segmentation",
		`[[1, 2, 3, 4]]`:                                 "three corners at least, this one has 4 numbers",
		`[[1, 2], [3, 4]]`:                               "three corners at least, this one has 4 numbers",
		`[[1, 2, 3, 4, 5, 6, 7]]`:                        "this one has 7 numbers",
		`[[1, 2, 3, 4, 5, "x"]]`:                         "expected a number in a polygon, got x",
		`{"annotations": []}`:                            "this is a data set",
		`{"segmentation": {"segmentation": 1}}`:          "expected COCO's segmentation",
		`{"counts": [4]}`:                                "expected size: [height, width] beside counts",
		`{"counts": [4], "size": [2, "2"]}`:              "expected size: [height, width] beside counts",
		`{"counts": [4], "size": [0, 4]}`:                "a size of 4x0 pixels cannot be",
		`{"counts": [4], "size": [1e9, 1e9]}`:            "a size of 1e+09x1e+09 pixels cannot be",
		`{"counts": [4], "size": [1.5, 2]}`:              "a size of 2x1.5 pixels cannot be",
		`{"counts": [3], "size": [2, 2]}`:                "counts are for 3 pixels, and 2x2 are 4",
		`{"counts": [5], "size": [2, 2]}`:                "counts go beyond the 4 pixels of 2x2",
		`{"counts": [-1, 5], "size": [2, 2]}`:            "expected a whole number in counts, got -1",
		`{"counts": [1e300], "size": [2, 2]}`:            "expected a whole number in counts, got 1e+300",
		`{"counts": true, "size": [2, 2]}`:               "expected counts as a list of numbers or as text",
		`{"counts": "P", "size": [2, 2]}`:                "counts end in the middle of a number",
		`{"counts": "PPPPPPPPPPPPPPP0", "size": [2, 2]}`: "counts end in the middle of a number",
		`{"counts": "4 ", "size": [2, 2]}`:               "counts cannot contain ' '",
		`{"counts": "O5", "size": [2, 2]}`:               "counts go beyond",
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if err := mask.Check(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", text, err, want)
		}
	}
}

func FuzzSegmentation(f *testing.F) {
	for _, name := range []string{"runs.json", "packed.json", "noise.json", "polygons.json", "annotation.json"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Add(`{"counts": "O5", "size": [2, 2]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			return
		}
		m, err := mask.Load(t.Context(), mask.Source{Segmentation: v})
		if err != nil {
			return
		}
		for _, p := range []float64{0, 0.3, 1} {
			m.Contains(p, 1-p, 7, 5)
		}
		m.Warnings(7, 5)
	})
}
