package check

import (
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// wide is a conversation about one image, twice as wide as high.
var wide = Input{Images: []sdk.Image{{Path: "/a.png", Width: 200, Height: 100}}}

func TestKeypoints(t *testing.T) {
	const one, two = "keypoints: {targets: [[0.3, 0.4]], within: 0.08}", "keypoints: {targets: [[0.1, 0.1], [0.9, 0.9]], within: 0.1}"
	judgeRows(t, []row{
		{name: "near", entry: one, answer: "(0.31, 0.41)", outcome: passed, actual: "(0.31, 0.41)"},
		{
			name: "far", entry: one, answer: "It is at (0.5, 0.4).", outcome: failed,
			reason: "read 1 point (0.5, 0.4), and found 0 of 1 target; the nearest to a target that was not found is 0.2 away, allowed 0.08",
		},
		{name: "the radius is a circle in pixels", entry: one, answer: "(0.3, 0.55)", outcome: passed},
		{name: "and no larger", entry: one, answer: "(0.3, 0.57)", outcome: failed},
		{name: "no point", entry: one, answer: "nowhere", outcome: failed, reason: `cannot be read: there is no point in "nowhere"`},
		{name: "unknown scale", entry: one, answer: "(452, 118)", outcome: failed},
		{name: "a scale that is named", entry: "keypoints: {targets: [[0.5, 0.5]], within: 0.01, format: pixel, model_size: original}", answer: "(100, 50)", outcome: passed},
		{name: "in any order", entry: two, answer: "(0.9, 0.9) (0.1, 0.1)", outcome: passed},
		{name: "one to one", entry: two, answer: "(0.1, 0.1) (0.11, 0.1)", outcome: failed, score: 0.5},
		{name: "half will do", entry: strings.Replace(two, "within", "min: 0.5, within", 1), answer: "(0.1, 0.1)", outcome: passed, score: 0.5},
		{
			name: "too many", entry: one, answer: "(0.3, 0.4) (0.9, 0.9)", outcome: failed, score: 0.5,
			reason: "read 2 points (0.3, 0.4) (0.9, 0.9), and found 1 of 1 target; 1 point too many, which extra: true would forgive",
		},
		{name: "too many forgiven", entry: strings.Replace(one, "within", "extra: true, within", 1), answer: "(0.3, 0.4) (0.9, 0.9)", outcome: passed},
		{
			name: "as many as possible before as near as possible", entry: "keypoints: {targets: [[0.4, 0.5], [0.5, 0.5]], within: 0.11}",
			answer: "(0.5, 0.5) (0.6, 0.5)", outcome: passed,
		},
	}, wide)
}

func TestKeypointsOverlay(t *testing.T) {
	v := mustCompile(t, "keypoints: {targets: [[0.3, 0.4]], within: 0.08}").Judge(context.Background(), Input{Images: wide.Images, Answer: "(0.31, 0.41)"})
	o := v.Overlay
	if o == nil || o.Image != 0 || len(o.Found) != 1 || !o.Found[0].OK || o.Found[0].Points[0] != [2]float64{0.31, 0.41} ||
		len(o.Expected) != 1 || o.Expected[0].Kind != "circle" || o.Expected[0].Radius != 0.08 || !o.Expected[0].OK {
		t.Errorf("%+v", o)
	}
}

func TestPointsIn(t *testing.T) {
	const half, corner = "points_in: {box: [0, 0, 0.5, 1]}", "points_in: {polygon: [[0, 0], [1, 0], [0, 1]]}"
	judgeRows(t, []row{
		{name: "box", entry: half, answer: "(0.2, 0.9)", outcome: passed},
		{name: "box edge", entry: half, answer: "(0.5, 0.9)", outcome: passed},
		{
			name: "box outside", entry: half, answer: "(0.2, 0.9) (0.6, 0.1)", outcome: failed, score: 0.5,
			reason: "read 2 points (0.2, 0.9) (0.6, 0.1); 1 inside the box [0, 0, 0.5, 1], expected at least 1 of them",
		},
		{name: "box share", entry: "points_in: {box: [0, 0, 0.5, 1], min: 0.5}", answer: "(0.2, 0.9) (0.6, 0.1)", outcome: passed, score: 0.5},
		{name: "polygon", entry: corner, answer: "(0.3, 0.3)", outcome: passed},
		{name: "polygon outside", entry: corner, answer: "(0.7, 0.7)", outcome: failed},
		{name: "no point", entry: corner, answer: "no", outcome: failed, reason: `cannot be read: there is no point in "no"`},
		{
			name: "no such image", entry: "points_in: {box: [0, 0, 0.5, 1], image: 2}", answer: "(0.2, 0.9)", outcome: result.Error,
			reason: "the check is about image 2, and the conversation has 1 image",
		},
	}, wide)
}

func TestPointsInMask(t *testing.T) {
	dir := t.TempDir()
	mask := image.NewGray(image.Rect(0, 0, 10, 10))
	for x := 5; x < 10; x++ {
		mask.SetGray(x, 0, color.Gray{Y: 255})
	}
	f, err := os.Create(filepath.Join(dir, "mask.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, mask); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct {
		mask, answer string
		want         result.Outcome
	}{
		{"mask.png", "(0.99, 0.01)", passed},
		{"mask.png", "(1.0, 0.0)", passed},
		{"mask.png", "(0.49, 0.01)", failed},
		{"mask.png", "(0.9, 0.11)", failed},
		{"missing.png", "(0.9, 0.1)", result.Error},
	} {
		n, err := spec.Parse(filepath.Join(dir, "a.yaml"), []byte("points_in: {mask: "+r.mask+"}"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := Compile(n, Env{})
		if err != nil {
			t.Fatal(err)
		}
		in := wide
		in.Answer = r.answer
		if v := c.Judge(context.Background(), in); v.Outcome != r.want {
			t.Errorf("%s in %s: %s (%s), want %s", r.answer, r.mask, v.Outcome, v.Reason, r.want)
		}
	}
}

// What is inside may be written into the spec; pixels are those of the image.
func TestPointsInSegmentation(t *testing.T) {
	const polygon, runs = "points_in: {mask: [[100, 0, 200, 0, 200, 100, 100, 100]]}", "points_in: {mask: {size: [1, 2], counts: [1, 1]}}"
	judgeRows(t, []row{
		{name: "polygon", entry: polygon, answer: "(0.7, 0.5)", outcome: passed},
		{
			name: "outside", entry: polygon, answer: "(0.3, 0.5)", outcome: failed,
			reason: "read 1 point (0.3, 0.5); 0 inside the mask of the spec, expected at least 1 of them",
		},
		{name: "runs", entry: runs, answer: "(0.7, 0.5)", outcome: passed},
		{name: "outside of runs", entry: runs, answer: "(0.3, 0.5)", outcome: failed},
		{name: "no such file", entry: "points_in: {mask: ../masks/none.json, not: true}", answer: "(0.3, 0.5)", outcome: result.Error},
	}, wide)
}

func TestCount(t *testing.T) {
	judgeRows(t, []row{
		{name: "points", entry: "count: 2", answer: "(0.1, 0.2) (0.3, 0.4)", outcome: passed, actual: "2 points"},
		{name: "none", entry: "count: 0", answer: "none", outcome: passed},
		{name: "too few", entry: "count: {min: 2}", answer: "(0.1, 0.2)", outcome: failed, reason: "the answer has 1 points, expected at least 2"},
		{name: "boxes", entry: "count: {value: 1, of: boxes}", answer: "[0.1, 0.2, 0.3, 0.4]", outcome: passed},
		{name: "ambiguous", entry: "count: 1", answer: "(452, 118)", outcome: failed},
	}, wide)
}

func TestVisionMistakes(t *testing.T) {
	for _, r := range []struct{ name, entry, want string }{
		{"pixels for fractions", "keypoints: {targets: [[30, 0.4]], within: 0.1}", "specs/a.yaml:1:24: 30 is outside the image: coordinates are fractions from 0 to 1; divide pixels"},
		{"three coordinates", "keypoints: {targets: [[0.1, 0.4, 1]], within: 0.1}", "specs/a.yaml:1:23: expected a point, [x, y] in fractions of the image"},
		{"a flat list", "keypoints: {targets: [0.1, 0.4], within: 0.1}", "specs/a.yaml:1:23: expected a point"},
		{"no targets", "keypoints: {targets: [], within: 0.1}", "specs/a.yaml:1:22: there is no target"},
		{"no radius", "keypoints: {targets: [[0.1, 0.4]]}", `specs/a.yaml:1:12: keypoints takes one of within, pck, oks`},
		{"no area", "keypoints: {targets: [[0.1, 0.4]], within: 0}", "specs/a.yaml:1:44: 0 is out of range"},
		{"format", "keypoints: {targets: [[0.1, 0.4]], within: 0.1, format: molmoo}", `specs/a.yaml:1:57: unknown format "molmoo"; did you mean molmo?`},
		{"two regions", "points_in: {box: [0, 0, 1, 1], polygon: [[0, 0], [1, 0], [0, 1]]}", "specs/a.yaml:1:12: points_in takes one of mask, box, polygon"},
		{"bad box", "points_in: {box: [1, 0, 0, 1]}", "specs/a.yaml:1:18: expected a box"},
		{"bad polygon", "points_in: {polygon: [[0, 0], [1, 0]]}", "specs/a.yaml:1:22: a polygon has at least three corners, this one has 2"},
		{"bad mask", "points_in: {mask: [a.png]}", "specs/a.yaml:1:19: expected COCO's segmentation: {size: [height, width], counts: ...}"},
		{"bad runs", "points_in: {mask: {size: [2, 2], counts: [3]}}", "specs/a.yaml:1:19: counts are for 3 pixels, and 2x2 are 4"},
		{"no mask", "points_in: {mask: }", "specs/a.yaml:1:19: mask has no value; write mask: masks/circle.png"},
		{"class of a box", "points_in: {box: [0, 0, 1, 1], class: 7}", "specs/a.yaml:1:12: class and threshold are for a mask that is an image"},
		{"class of runs", "points_in: {mask: {size: [2, 2], counts: [4]}, class: 7}", "specs/a.yaml:1:12: class and threshold are for a mask that is an image"},
		{"class by name", "points_in: {mask: a.png, class: person}", `specs/a.yaml:1:33: expected a value, a palette index, a color or visible, got "person"; write class: 7`},
		{"class and threshold", "points_in: {mask: a.png, class: 7, threshold: 3}", "specs/a.yaml:1:47: class and threshold exclude each other"},
		{"count both", "count: {value: 1, max: 2}", "specs/a.yaml:1:8: value goes with neither min nor max"},
		{"near alone", "score: {near: 4}", "specs/a.yaml:1:8: near and within belong together"},
		{"near and max", "score: {near: 4, within: 1, max: 5}", "specs/a.yaml:1:8: near goes with neither min nor max"},
		{"scale", "score: {min: 1, scale: [5, 1]}", "specs/a.yaml:1:24: expected the least and the greatest rating"},
		{"number", "number: many", "specs/a.yaml:1:9: expected a number"},
		{"yes_no", "yes_no: maybe", `specs/a.yaml:1:9: expected yes or no, got "maybe"`},
		{"latency", "latency: 2", "specs/a.yaml:1:10: "},
	} {
		t.Run(r.name, func(t *testing.T) {
			_, err := compile(t, r.entry)
			if err == nil || !strings.HasPrefix(err.Error(), r.want) {
				t.Errorf("%s: %v\nwant %s", r.entry, err, r.want)
			}
		})
	}
}

func TestCountOverlay(t *testing.T) {
	v := mustCompile(t, "count: 3").Judge(context.Background(), Input{Images: wide.Images, Answer: "(0.1, 0.1) (0.2, 0.2)"})
	if o := v.Overlay; o == nil || len(o.Found) != 2 || o.Found[0].OK || v.Outcome != failed {
		t.Errorf("%+v", v)
	}
	v = mustCompile(t, "count: {value: 1, of: boxes}").Judge(context.Background(), Input{Images: wide.Images, Answer: "[0.1, 0.1, 0.5, 0.5]"})
	if o := v.Overlay; o == nil || o.Found[0].Kind != "box" || !o.Found[0].OK {
		t.Errorf("%+v", v)
	}
	if v := mustCompile(t, "count: 1").Judge(context.Background(), Input{Answer: "(0.1, 0.1)"}); v.Outcome != passed || v.Overlay != nil {
		t.Errorf("without an image: %+v", v)
	}
}
