package overlay

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
)

// grey writes a grey image.
func grey(t *testing.T, w, h int) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 0x80
	}
	return save(t, img)
}

func save(t *testing.T, img image.Image) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.png")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func at(xy ...float64) [][2]float64 {
	var points [][2]float64
	for i := 0; i < len(xy); i += 2 {
		points = append(points, [2]float64{xy[i], xy[i+1]})
	}
	return points
}

func TestDraw(t *testing.T) {
	none := color.RGBA{0x80, 0x80, 0x80, 0xff}
	for name, c := range map[string]struct {
		expected, found []result.Shape
		want            map[[2]float64]color.RGBA // by place in [0,1]
	}{
		"a dot": {
			expected: []result.Shape{{Kind: "point", Points: at(0.25, 0.5)}},
			want:     map[[2]float64]color.RGBA{{0.25, 0.5}: expected, {0.5, 0.25}: none},
		},
		"crosses": {
			found: []result.Shape{{Kind: "point", Points: at(0.25, 0.5)}, {Kind: "point", Points: at(0.75, 0.5), OK: true}},
			want:  map[[2]float64]color.RGBA{{0.25, 0.5}: missed, {0.75, 0.5}: matched},
		},
		"a circle, its radius a part of the longer side": {
			expected: []result.Shape{{Kind: "circle", Points: at(0.5, 0.5), Radius: 0.2}},
			want:     map[[2]float64]color.RGBA{{0.3, 0.5}: expected, {0.5, 0.1}: expected, {0.4, 0.5}: none},
		},
		"a box": {
			expected: []result.Shape{{Kind: "box", Points: at(0.1, 0.2, 0.9, 0.8)}},
			want:     map[[2]float64]color.RGBA{{0.1, 0.5}: expected, {0.5, 0.8}: expected, {0.5, 0.5}: none},
		},
		"a polygon": {
			expected: []result.Shape{{Kind: "polygon", Points: at(0.2, 0.2, 0.8, 0.2, 0.5, 0.8)}},
			want:     map[[2]float64]color.RGBA{{0.5, 0.2}: expected, {0.65, 0.5}: expected, {0.5, 0.5}: none},
		},
		"points that a model puts anywhere": {
			found: []result.Shape{{Kind: "point", Points: at(1e9, -1e9)}, {Kind: "box", Points: at(-1e30, 0, 1e30, 1)}, {Kind: "point", Points: at(math.NaN(), 0)}},
			want:  map[[2]float64]color.RGBA{{0.5, 0.5}: none},
		},
	} {
		t.Run(name, func(t *testing.T) {
			img, err := Draw(grey(t, 64, 32), &result.Overlay{Expected: c.expected, Found: c.found})
			if err != nil {
				t.Fatal(err)
			}
			if size := img.Bounds().Size(); size != (image.Point{512, 256}) {
				t.Fatalf("size %v", size)
			}
			for p, want := range c.want {
				if got := img.At(int(p[0]*512), int(p[1]*256)); got != want {
					t.Errorf("at %v: %v, want %v", p, got, want)
				}
			}
		})
	}
}

func TestMask(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 2, 2))
	m.Pix[1], m.Pix[3] = 0xff, 0xff // the right half
	img, err := Draw(grey(t, 32, 16), &result.Overlay{Expected: []result.Shape{{Kind: "mask", Path: save(t, m)}}})
	if err != nil {
		t.Fatal(err)
	}
	left, right := img.At(100, 100).(color.RGBA), img.At(400, 100).(color.RGBA)
	if left.G != 0x80 || right.G <= left.G || right.R >= left.R {
		t.Errorf("left %v, right %v", left, right)
	}
}

func TestLargeImagesShrink(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, grey(t, 4000, 1000), &result.Overlay{}); err != nil {
		t.Fatal(err)
	}
	c, err := png.DecodeConfig(&b)
	if err != nil || c.Width != 1280 || c.Height != 320 {
		t.Errorf("%dx%d, %v", c.Width, c.Height, err)
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	image := grey(t, 8, 8)
	for want, s := range map[string]result.Shape{
		"unknown shape":         {Kind: "star", Points: at(0, 0)},
		"a box has 1 points":    {Kind: "box", Points: at(0, 0)},
		"there is no such file": {Kind: "mask", Path: "missing.png"},
	} {
		if _, err := Draw(image, &result.Overlay{Found: []result.Shape{s}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := Draw("missing.png", &result.Overlay{}); err == nil {
		t.Error("drew over a missing image")
	}
}
