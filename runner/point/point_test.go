package point_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/point"
)

type xy struct {
	x, y  float64
	label string
}

// The rows' answers are the examples of the model cards and readers named in format.go.
func TestPoints(t *testing.T) {
	for _, tc := range []struct {
		name, format, answer string
		w, h                 int
		want                 []xy
	}{
		{"robopoint fractions", "robopoint", "[(0.461, 0.527), (0.498, 0.521)]", 0, 0, []xy{{.461, .527, ""}, {.498, .521, ""}}},
		{"robopoint integers are pixels", "robopoint", "(320, 120)", 640, 480, []xy{{.5, .25, ""}}},
		{"robopoint one decimal point makes both fractions", "robopoint", "(1, 0.25)", 640, 480, []xy{{1, .25, ""}}},
		{"robopoint box is no point", "robopoint", "(0.1, 0.2, 0.3, 0.4)", 0, 0, nil},
		{"molmo one", "molmo", `<point x="52.3" y="61.0" alt="dog">dog</point>`, 0, 0, []xy{{.523, .61, "dog"}}},
		{"molmo several", "molmo", `Here: <points x1="10" y1="20" x2="30.5" y2="40" alt="cups">cups</points>`, 0, 0, []xy{{.1, .2, "cups"}, {.305, .4, "cups"}}},
		{"molmo compact", "molmo", `<point p=523, 610 alt="dog">`, 0, 0, []xy{{.523, .61, "dog"}}},
		{"molmo compact several", "molmo", `<points 1=100, 200 2=300, 400>x</points>`, 0, 0, []xy{{.1, .2, "x"}, {.3, .4, "x"}}},
		{"molmo 2 coords", "molmo", `<points coords="1 1 523 610 2 100 200">cup</points>`, 0, 0, []xy{{.523, .61, "cup"}, {.1, .2, "cup"}}},
		{"molmo 2 two images", "molmo", `<points coords="1 1 523 610;2 2 100 200">cup</points>`, 0, 0, []xy{{.523, .61, "cup"}, {.1, .2, "cup"}}},
		{"molmo click", "molmo", "Click(52.3, 61.0)", 0, 0, []xy{{.523, .61, ""}}},
		{"molmo bare tuple", "molmo", "(52.3, 61.0)", 0, 0, []xy{{.523, .61, ""}}},
		{"molmo none", "molmo", "There are none.", 0, 0, nil},
		{"paligemma point is y first", "paligemma", "<loc0256><loc0512> dog", 0, 0, []xy{{.5, .25, "dog"}}},
		{"qwen-vl point", "qwen-vl", "<ref>dog</ref><box>(999,0)</box>", 0, 0, []xy{{1, 0, "dog"}}},
		{"qwen2-vl point", "qwen2-vl", "<|box_start|>(235,499)<|box_end|>", 0, 0, []xy{{.235, .499, ""}}},
		{"qwen2.5-vl pixels", "qwen2.5-vl", "```json\n[{\"point_2d\": [320, 120], \"label\": \"cup\"}]\n```", 640, 480, []xy{{.5, .25, "cup"}}},
		{"qwen3-vl thousandths", "qwen3-vl", `[{"point_2d": [452, 118], "label": "cup"}]`, 0, 0, []xy{{.452, .118, "cup"}}},
		{"qwen3-vl tags", "qwen3-vl", `<points x1="452" y1="118" alt="cup">cup</points>`, 0, 0, []xy{{.452, .118, "cup"}}},
		{"gemini is y first", "gemini", `[{"point": [118, 452], "label": "the \"cup\""}]`, 0, 0, []xy{{.452, .118, `the "cup"`}}},
		{"gemini named axes keep their names", "gemini", `{"x": 452, "y": 118}`, 0, 0, []xy{{.452, .118, ""}}},
		{"shikra", "shikra", "the cup[0.220,0.216] and[0.1,0.2;0.3,0.4]", 0, 0, []xy{{.22, .216, "the cup"}, {.1, .2, ""}, {.3, .4, ""}}},
		{"florence-2 adds half a bin", "florence-2", "cup<loc_300><loc_400>", 0, 0, []xy{{.3005, .4005, "cup"}}},
		{"internvl", "internvl", "<ref>cup</ref><point>[[100, 200]]</point>", 0, 0, []xy{{.1, .2, "cup"}}},
		{"deepseek-vl2", "deepseek-vl2", "<|ref|>cup<|/ref|><|det|>[[999, 0]]<|/det|>", 0, 0, []xy{{1, 0, "cup"}}},
		{"moondream", "moondream", `{"points": [{"x": 0.25, "y": 0.5}, {"x": 0.5, "y": 0.75}]}`, 0, 0, []xy{{.25, .5, ""}, {.5, .75, ""}}},
		{"json nested list", "json", `{"points": [[0.1, 0.2], [0.3, 0.4]], "label": "a {b}"}`, 0, 0, []xy{{.1, .2, "a {b}"}, {.3, .4, "a {b}"}}},
		{"json single quotes", "json", `{'point': (0.1, 0.2), 'label': 'it\'s'}`, 0, 0, []xy{{.1, .2, "it's"}}},
		{"json cut off", "json", `[{"point": [0.1, 0.2]}, {"point": [0.3, 0.`, 0, 0, []xy{{.1, .2, ""}}},
		{"fraction with brackets", "fraction", "at [0.25 0.5]", 0, 0, []xy{{.25, .5, ""}}},
		{"percent", "percent", "(25, 50)", 0, 0, []xy{{.25, .5, ""}}},
		{"thousandth", "thousandth", "( 250 , 500 )", 0, 0, []xy{{.25, .5, ""}}},
		{"pixel", "pixel", "(64, 120)", 640, 480, []xy{{.1, .25, ""}}},
		{"a small overshoot moves to the border", "fraction", "(1.02, -0.01)", 0, 0, []xy{{1, 0, ""}}},
		{"auto molmo", "auto", `<point x="52.3" y="61.0">dog</point>`, 0, 0, []xy{{.523, .61, "dog"}}},
		{"auto fractions", "", "The cup is at (0.31, 0.4), the lid at [1, 0].", 0, 0, []xy{{.31, .4, ""}, {1, 0, ""}}},
		{"auto json fractions", "", `{"point_2d": [0.5, 0.25]}`, 0, 0, []xy{{.5, .25, ""}}},
		{"auto pixels beyond any other scale", "", "(1920, 540)", 3840, 1080, []xy{{.5, .5, ""}}},
		{"auto nothing", "", "I cannot see a cup.", 0, 0, nil},
		{"auto paligemma", "", "<loc0256><loc0512> dog", 0, 0, []xy{{.5, .25, "dog"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := point.Points(tc.answer, point.Options{Format: tc.format, Width: tc.w, Height: tc.h})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(tc.want) {
				t.Fatalf("got %v, want %v", got, tc.want)
			}
			for i, w := range tc.want {
				g := got[i]
				if !near(g.X, w.x) || !near(g.Y, w.y) || g.Label != w.label {
					t.Errorf("point %d: got %+v, want %+v", i, g, w)
				}
			}
		})
	}
}

type rect struct {
	v     [4]float64
	label string
}

func TestBoxes(t *testing.T) {
	for _, tc := range []struct {
		name, format, answer string
		w, h                 int
		want                 []rect
	}{
		{"robopoint", "robopoint", "(0.1, 0.2, 0.3, 0.4)", 0, 0, []rect{{[4]float64{.1, .2, .3, .4}, ""}}},
		{
			"paligemma is y first", "paligemma", "<loc0256><loc0512><loc0768><loc1023> dog ; <loc0000><loc0000><loc0512><loc0512> cat", 0, 0,
			[]rect{{[4]float64{.5, .25, 1023. / 1024, .75}, "dog"}, {[4]float64{0, 0, .5, .5}, "cat"}},
		},
		{"qwen-vl", "qwen-vl", "<ref>dog</ref><box>(536,509),(588,602)</box>", 0, 0, []rect{{[4]float64{536. / 999, 509. / 999, 588. / 999, 602. / 999}, "dog"}}},
		{
			"qwen2-vl", "qwen2-vl", "<|object_ref_start|>dog<|object_ref_end|><|box_start|>(235,499),(788,920)<|box_end|>", 0, 0,
			[]rect{{[4]float64{.235, .499, .788, .92}, "dog"}},
		},
		{"qwen2.5-vl", "qwen2.5-vl", `[{"bbox_2d": [100, 50, 300, 200], "label": "dog"}]`, 1000, 500, []rect{{[4]float64{.1, .1, .3, .4}, "dog"}}},
		{"gemini is y first", "gemini", `[{"box_2d": [100, 200, 300, 400], "label": "cat"}]`, 0, 0, []rect{{[4]float64{.2, .1, .4, .3}, "cat"}}},
		{
			"kosmos-2", "kosmos-2", "<phrase> a snowman</phrase><object><patch_index_0044><patch_index_0863></object>", 0, 0,
			[]rect{{[4]float64{.390625, .046875, .984375, .828125}, "a snowman"}},
		},
		{
			"kosmos-2 two objects, one a single cell", "kosmos-2",
			"<object><patch_index_0044><patch_index_0863></delimiter_of_multi_objects/><patch_index_0000><patch_index_0000></object>", 0, 0,
			[]rect{{[4]float64{.390625, .046875, .984375, .828125}, ""}, {[4]float64{0, 0, .03125, .03125}, ""}},
		},
		{"shikra", "shikra", "a ball[0.1,0.2,0.3,0.4;0.5,0.6,0.7,0.8]", 0, 0, []rect{{[4]float64{.1, .2, .3, .4}, "a ball"}, {[4]float64{.5, .6, .7, .8}, "a ball"}}},
		{"florence-2", "florence-2", "car<loc_300><loc_400><loc_500><loc_600>", 0, 0, []rect{{[4]float64{.3005, .4005, .5005, .6005}, "car"}}},
		{"internvl", "internvl", "<ref>car</ref><box>[[100, 200, 500, 600]]</box>", 0, 0, []rect{{[4]float64{.1, .2, .5, .6}, "car"}}},
		{
			"deepseek-vl2", "deepseek-vl2", "<|ref|>giraffe<|/ref|><|det|>[[580, 270, 999, 904], [0, 0, 999, 999]]<|/det|>", 0, 0,
			[]rect{{[4]float64{580. / 999, 270. / 999, 1, 904. / 999}, "giraffe"}, {[4]float64{0, 0, 1, 1}, "giraffe"}},
		},
		{"moondream", "moondream", `{"x_min": 0.1, "y_min": 0.2, "x_max": 0.3, "y_max": 0.4}`, 0, 0, []rect{{[4]float64{.1, .2, .3, .4}, ""}}},
		{"reversed corners are put in order", "fraction", "[0.5, 0.6, 0.1, 0.2]", 0, 0, []rect{{[4]float64{.1, .2, .5, .6}, ""}}},
		{"auto gemini", "", `[{"box_2d": [100, 200, 300, 400]}]`, 0, 0, []rect{{[4]float64{.2, .1, .4, .3}, ""}}},
		{"auto fractions", "", "[0.12, 0.34, 0.56, 0.78]", 0, 0, []rect{{[4]float64{.12, .34, .56, .78}, ""}}},
		{"auto skips points", "", "(300, 400) is in [0.1, 0.2, 0.3, 0.4]", 0, 0, []rect{{[4]float64{.1, .2, .3, .4}, ""}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := point.Boxes(tc.answer, point.Options{Format: tc.format, Width: tc.w, Height: tc.h})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(tc.want) {
				t.Fatalf("got %v, want %v", got, tc.want)
			}
			for i, w := range tc.want {
				g := got[i]
				v := [4]float64{g.X0, g.Y0, g.X1, g.Y1}
				for j := range v {
					if !near(v[j], w.v[j]) {
						t.Errorf("box %d: got %v, want %v", i, v, w.v)
						break
					}
				}
				if g.Label != w.label {
					t.Errorf("box %d: label %q, want %q", i, g.Label, w.label)
				}
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, tc := range []struct {
		name, format, answer string
		is                   error
		says                 string
	}{
		{"unknown format", "yolo", "", nil, `unknown format "yolo"`},
		{"pixels without a size", "qwen2.5-vl", `{"point_2d": [1, 2]}`, point.ErrSize, "not known"},
		{"wrong scale", "fraction", "(452, 118)", point.ErrRange, "[452 118] in format fraction"},
		{"thousandths in a molmo tag", "", `<points x1="452" y1="118"></points>`, point.ErrRange, "molmo"},
		{"auto bare integers", "", "(452, 118)", point.ErrAmbiguous, "qwen2.5-vl"},
		{"auto only zeros and ones", "", "(0, 1)", point.ErrAmbiguous, "pixel"},
		{"auto point key", "", `{"point": [452, 118]}`, point.ErrAmbiguous, "gemini"},
		{"auto qwen json", "", `{"point_2d": [452, 118]}`, point.ErrAmbiguous, "qwen3-vl"},
		{"auto two syntaxes", "", `<loc0256><loc0512> <point x="1" y="2">`, point.ErrAmbiguous, "paligemma and molmo"},
		{"infinite", "thousandth", "(1e999, 3)", point.ErrRange, "Inf"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := point.Points(tc.answer, point.Options{Format: tc.format})
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Fatalf("got %v, want it to say %q", err, tc.says)
			}
			if tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("%v is not %v", err, tc.is)
			}
		})
	}
}

func TestSpans(t *testing.T) {
	for _, tc := range []struct{ format, answer, want string }{
		{"robopoint", "Here: [(0.1, 0.2)].", "(0.1, 0.2)"},
		{"molmo", `A <point x="1" y="2">dog</point>.`, `<point x="1" y="2">dog</point>`},
		{"gemini", `é [{"point": [1, 2]}]`, `{"point": [1, 2]}`},
		{"paligemma", "<loc0001><loc0002> dog", "<loc0001><loc0002>"},
		{"shikra", "a[0.1,0.2;0.3,0.4]", "[0.1,0.2"},
		{"qwen-vl", "<ref>dog</ref><box>(1,2)</box>", "(1,2)"},
	} {
		got, err := point.Points(tc.answer, point.Options{Format: tc.format})
		if err != nil || len(got) == 0 {
			t.Fatalf("%s: %v %v", tc.format, got, err)
		}
		if span := tc.answer[got[0].Start:got[0].End]; span != tc.want {
			t.Errorf("%s: span %q, want %q", tc.format, span, tc.want)
		}
	}
}

func TestFormatsSorted(t *testing.T) {
	names := point.Formats()
	for i := 1; i < len(names); i++ {
		if names[i-1] >= names[i] {
			t.Errorf("%q before %q", names[i-1], names[i])
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-12 }

// Whatever the text, results are inside the image, in order, and their spans inside the text.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"[(0.461, 0.527)]", `<point x="52.3" y="61.0" alt="dog">dog</point>`, "<loc0256><loc0512><loc0768><loc1023> dog",
		`[{"bbox_2d": [100, 50, 300, 200], "label": "dog"}]`, "<object><patch_index_0044><patch_index_0863></object>",
		"car<loc_300><loc_400><loc_500><loc_600>", `<points coords="1 1 523 610;2">`, `{"x_min": 1e999, "y_min": -0.0}`,
		"（０．５，０．２５）", "x: 320, y: 240", "1. 0.5, 0.25\n• 50%, 25%", `{"bbox": "1, 2, 3, 4", "format": "xywh"}`, `{"top_left": [1, 2], "bottom_right": {"x": 3, "y": 4}}`,
		"[[034,201,512,630;600,110,720,400]]", "<box>1 2 3 4</box>", "{<1><2><3><4>}", `<points y1='2' alt="a "b" c" x1=1>`, "\\left(1px, 2px\\right)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		for _, format := range point.Formats() {
			o := point.Options{Format: format, Width: 640, Height: 480}
			points, err := point.ReadPoints(answer, o)
			if err != nil && points.Items != nil {
				t.Fatalf("%s: points and an error", format)
			}
			for _, p := range points.Items {
				if !(p.X >= 0 && p.X <= 1 && p.Y >= 0 && p.Y <= 1) || p.Image < 0 || p.Start < 0 || p.Start >= p.End || p.End > len(answer) {
					t.Fatalf("%s: %+v", format, p)
				}
			}
			boxes, _ := point.ReadBoxes(answer, o)
			for _, b := range boxes.Items {
				if !(b.X0 >= 0 && b.X0 <= b.X1 && b.X1 <= 1 && b.Y0 >= 0 && b.Y0 <= b.Y1 && b.Y1 <= 1) ||
					b.Start < 0 || b.Start >= b.End || b.End > len(answer) {
					t.Fatalf("%s: %+v", format, b)
				}
			}
			if len(points.Outside) > len(points.Items) || len(boxes.Outside) > len(boxes.Items) {
				t.Fatalf("%s: most of %q lies outside, and that is no error", format, answer)
			}
		}
	})
}

func BenchmarkPointsAuto(b *testing.B) {
	answer := "The cups are at [(0.461, 0.527), (0.498, 0.521), (0.481, 0.521), (0.445, 0.529)]."
	for b.Loop() {
		if p, err := point.Points(answer, point.Options{}); err != nil || len(p) != 4 {
			b.Fatal(p, err)
		}
	}
}
