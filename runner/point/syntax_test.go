package point_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/point"
)

// Ways in which models write one and the same place.
func TestSyntaxes(t *testing.T) {
	const aPoint, aBox = "0.5 0.25", "0.1 0.2 0.4 0.6"
	for _, tc := range []struct{ name, format, answer, want string }{
		{"bare", "", "0.5, 0.25", aPoint},
		{"bare with a dot", "", "0.5, 0.25.", aPoint},
		{"bare without a comma", "", "0.5 0.25", aPoint},
		{"bare without noughts", "", ".5, .25", aPoint},
		{"bare after a word", "", "Answer: 0.5, 0.25", aPoint},
		{"bare box", "", "0.1, 0.2, 0.4, 0.6", aBox},
		{"bare box after a word", "", "**Box:** 0.1 0.2 0.4 0.6", aBox},
		{"bare lines", "", "The points:\n1. 0.5, 0.25\n2. 0.5, 0.25", aPoint + " | " + aPoint},
		{"bare pixels", "pixel", "320, 120", aPoint},
		{"keywords", "", "(x=0.5, y=0.25)", aPoint},
		{"a call", "", "Point(x=0.5, y=0.25)", aPoint},
		{"named", "pixel", "x: 320, y: 120", aPoint},
		{"named in prose", "pixel", "The cup is at x = 320 and y = 120.", aPoint},
		{"named on two lines", "pixel", "- **x**: 320\n- **y**: 120", aPoint},
		{"named the other way round", "", "y=0.25, x=0.5", aPoint},
		{"percent signs", "", "(50%, 25%)", aPoint},
		{"percent signs under another scale", "fraction", "at 50%, 25%", "none"},
		{"percent named", "", "x: 50%, y: 25%", aPoint},
		{"px", "", "(320px, 120px)", aPoint},
		{"full width", "", "（０．５，０．２５）", aPoint},
		{"full width bare", "", "０．５，０．２５", aPoint},
		{"other digits", "", "(٠٫٥، ٠٫٢٥)", aPoint},
		{"no-break space", "", "(0.5,\u00a00.25)", aPoint},
		{"typographic quotes", "", `{“x”: 0.5, “y”: 0.25}`, aPoint},
		{"texts", "pixel", `["320","120"]`, aPoint},
		{"a text", "pixel", `{"point": "320, 120"}`, aPoint},
		{"an answer in JSON", "", `{"answer": "(0.5, 0.25)"}`, aPoint},
		{"nested", "", `{"result": {"location": {"x": 0.5, "y": 0.25}}}`, aPoint},
		{"a fence", "", "```json\n{\"point\": [0.5, 0.25]}\n```", aPoint},
		{"LaTeX", "", `$\left(0.5, 0.25\right)$`, aPoint},
		{"molmo, any order", "", `<point y="25" x="50">`, aPoint},
		{"molmo, quotes inside", "", `<point alt="the "red" cup's > lid" y="25.0" x="50.0">cup</point>`, aPoint},
		{"molmo, numbers in the text", "", `<point alt="x=1 y=2" x="50" y="25">`, aPoint},
		{"molmo, several in any order", "", `<points y2="25" x2="50" x1="50" alt='it' y1="25">`, aPoint + " | " + aPoint},
		{"molmo, cut off", "", `<points x1="50" y1="25" x2="50" y2="2`, "none"},
		{"molmo 2, two digits", "molmo-2", `<points coords="1 1 500 250 2 50 25">cups</points>`, aPoint},
		{"glm", "", "It is <|begin_of_box|>[500, 250]<|end_of_box|>.", aPoint},
		{"seed", "seed-vl", "<point>500 250</point>", "0.501 0.25"},
		{"qwen-vl, cut off", "qwen-vl", "<ref>dog</ref><box>(536,509),(58", "none"},
		{"a list that is cut off", "", `[{"x": 0.5, "y": 0.25}, {"x": 0.`, aPoint},
		{"a size is no place", "thousandth", `{"image_size": [640, 480], "point": [500, 250]}`, aPoint},
		{"a size in prose is no place", "", "Image size: [640, 480]\nPoint: [0.5, 0.25]", aPoint},
		{"confidence is no place", "", `{"confidence": [0.9, 0.8], "point": [0.5, 0.25]}`, aPoint},
		{"probabilities alone", "", `{"probabilities": [0.9, 0.8]}`, "none"},
		{"text around", "", `{"label": "cup", "point": [0.5, 0.25], "attributes": {"color": "red"}}`, aPoint},

		{"corners", "", `{"left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.6}`, aBox},
		{"corners in prose", "", "left: 0.1, top: 0.2, right: 0.4, bottom: 0.6", aBox},
		{"corners in any order", "", `{"bottom": 0.6, "left": 0.1, "right": 0.4, "top": 0.2}`, aBox},
		{"a corner and a size", "", `{"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4}`, aBox},
		{"a corner and a size in pixels", "pixel", `{"x": 64, "y": 96, "width": 192, "height": 192}`, aBox},
		{"a first corner and a size", "", `{"xmin": 0.1, "ymin": 0.2, "width": 0.3, "height": 0.4}`, aBox},
		{"a corner and half a size", "", `{"x": 0.1, "y": 0.2, "width": 0.3}`, "none"},
		{"left, top and a size", "", `{"left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4}`, aBox},
		{"a centre and a size", "", `{"cx": 0.25, "cy": 0.4, "w": 0.3, "h": 0.4}`, aBox},
		{"two corners", "", `{"top_left": [0.1, 0.2], "bottom_right": {"x": 0.4, "y": 0.6}}`, aBox},
		{"corners as pairs", "", `{"bbox": [[0.1, 0.2], [0.4, 0.6]]}`, aBox},
		{"xywh said", "", `{"bbox": [0.1, 0.2, 0.3, 0.4], "format": "xywh"}`, aBox},
		{"xywh said first", "", `{"format": "xywh", "objects": [{"bbox": [0.1, 0.2, 0.3, 0.4]}]}`, aBox},
		{"xywh said in words", "", `{"bbox": [0.1, 0.2, 0.3, 0.4], "format": "[x, y, width, height]"}`, aBox},
		{"cxcywh said", "", `{"bbox": [0.25, 0.4, 0.3, 0.4], "bbox_format": "cxcywh"}`, aBox},
		{"xyxy said to gemini", "gemini", `{"box_2d": [100, 200, 400, 600], "format": "xyxy"}`, aBox},
		{"a type that is no order", "", `{"bbox": [0.1, 0.2, 0.4, 0.6], "type": "cup"}`, aBox},
		{"gemini in a list", "gemini", "[200, 100, 600, 400]", aBox},
		{"gemini in a list of lists", "gemini", "[[200, 100, 600, 400], [200, 100, 600, 400]]", aBox + " | " + aBox},
		{"gemini, corners named", "gemini", `{"xmin": 100, "ymin": 200, "xmax": 400, "ymax": 600}`, aBox},
		{"qwen2.5-vl in a list", "qwen2.5-vl", "[64, 96, 256, 288]", aBox},
		{"qwen2-vl without its tokens", "qwen2-vl", "the dog(100,200),(400,600)", aBox},
		{"internvl without its tokens", "internvl", "the dog[[100, 200, 400, 600]]", aBox},
		{"cogvlm", "cogvlm", "[[100,200,400,600;100,200,400,600]]", aBox + " | " + aBox},
		{"minicpm-v", "", "<box>100 200 400 600</box>", aBox},
		{"minigpt-v2", "", "<p>the dog</p> {<10><20><40><60>}", aBox},
		{"glm boxes", "", "<|begin_of_box|>[[100,200,400,600]]<|end_of_box|>", aBox},
		{"several, one with more to it", "", `[{"bbox": [0.1, 0.2, 0.4, 0.6], "label": "a", "meta": {}}, {"bbox": [0.1, 0.2, 0.4, 0.6]}]`, aBox + " | " + aBox},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := point.Options{Format: tc.format, Width: 640, Height: 480}
			if got := written(t, tc.answer, o); got != tc.want {
				t.Errorf("%s: read %s, want %s", tc.answer, got, tc.want)
			}
		})
	}
}

// told writes the points, or else the boxes, of an answer.
func written(t *testing.T, answer string, o point.Options) string {
	t.Helper()
	points, err := point.ReadPoints(answer, o)
	if err != nil {
		t.Fatal(err)
	}
	boxes, err := point.ReadBoxes(answer, o)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range points.Items {
		all = append(all, fmt.Sprintf("%.3g %.3g", p.X, p.Y))
	}
	for _, b := range boxes.Items {
		all = append(all, fmt.Sprintf("%.3g %.3g %.3g %.3g", b.X0, b.Y0, b.X1, b.Y1))
	}
	if all == nil {
		return "none"
	}
	return strings.Join(all, " | ")
}

func TestLabels(t *testing.T) {
	for _, tc := range []struct{ format, answer, want string }{
		{"", `[{"name": "cat", "bbox": [0.1, 0.1, 0.2, 0.2]}, {"bbox": [0.1, 0.1, 0.3, 0.3]}]`, "cat,"},
		{"", `{"cat": [0.1, 0.1, 0.2, 0.2], "dog": [0.1, 0.1, 0.3, 0.3]}`, "cat,dog"},
		{"", `{"cats": [[0.1, 0.1, 0.2, 0.2], [0.1, 0.1, 0.3, 0.3]], "dog": [0.1, 0.1, 0.3, 0.3]}`, "cats,cats,dog"},
		{"", `{"objects": [{"label": "cat", "box": {"x1": 0.1, "y1": 0.1, "x2": 0.2, "y2": 0.2}}]}`, "cat"},
		{"", `{"label": "the "big" cat", "bbox": [0.1, 0.1, 0.2, 0.2]}`, `the "big" cat`},
		{"", `{'label': 'the dog's ear', 'bbox': [0.1, 0.1, 0.2, 0.2]}`, "the dog's ear"},
		{"seed-vl", `[{"category": "cat", "bbox": "<bbox>100 100 200 200</bbox>"}]`, "cat"},
		{"paligemma", "<loc0001><loc0002><loc0003><loc0004><loc0005><loc0006><loc0007><loc0008> cat", "cat,cat"},
		{"minigpt-v2", "<p>the cat</p> {<10><20><30><40>}", "the cat"},
		{"", "- label: cat\n  bbox: [0.1, 0.2, 0.3, 0.4]\n- label: dog\n  bbox: [0.1, 0.2, 0.3, 0.5]", "cat,dog"},
		{"", "cat: [0.1, 0.2, 0.3, 0.4]\n**Big dog**: [0.1, 0.2, 0.3, 0.4]", "cat,Big dog"},
		{"", "cats: [[0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.5]]", "cats,cats"},
		{"", "box: [0.1, 0.2, 0.3, 0.4]", ""},
		{"", "Here is the box: [0.1, 0.2, 0.3, 0.4]", ""},
		{"", "Final answer: [0.1, 0.2, 0.3, 0.4]", ""},
		{"", "I have looked at it:\n[0.1, 0.2, 0.3, 0.4]", ""},
		{"", "The cat is at [0.1, 0.2, 0.3, 0.4].", ""},
		{"shikra", "A cat[0.1,0.2,0.3,0.4;0.1,0.2,0.3,0.5] and the dog[0.1,0.2,0.3,0.4]", "A cat,A cat,the dog"},
		{"ferret", "I see: a dog [120, 340, 560, 780] and a cat [1, 2, 3, 4].", "a dog,a cat"},
		{"qwen2-vl", "the dog(100,200),(400,600) the cat(100,200),(400,600)", "the dog,the cat"},
		{"internvl", "the dog[[100, 200, 400, 600]]", "the dog"},
	} {
		boxes, err := point.ReadBoxes(tc.answer, point.Options{Format: tc.format})
		if err != nil {
			t.Errorf("%s: %v", tc.answer, err)
		}
		var labels []string
		for _, b := range boxes.Items {
			labels = append(labels, b.Label)
		}
		if got := strings.Join(labels, ","); got != tc.want {
			t.Errorf("%s: labels %s, want %s", tc.answer, got, tc.want)
		}
	}
}

func TestAmbiguities(t *testing.T) {
	for name, tc := range map[string]struct{ format, answer, says string }{
		"an order nobody knows":       {"", `{"bbox": [0.1, 0.2, 0.3, 0.4], "bbox_format": "zxy"}`, `bbox_format: "zxy"`},
		"six location tokens":         {"", "<loc0001><loc0002><loc0003><loc0004><loc0005><loc0006> cat", "6 location tokens"},
		"a quadrilateral":             {"", "STOP<loc_100><loc_100><loc_300><loc_110><loc_295><loc_200><loc_95><loc_190>", "polygon"},
		"three tuples":                {"qwen2-vl", "(1,2),(3,4),(5,6)", "corners of boxes"},
		"a corner and a size, unsaid": {"", "[0.5, 0.5, 0.2, 0.1]", "a corner and a size"},
		"fractions in thousandths":    {"qwen3-vl", `[{"bbox_2d": [0.1, 0.2, 0.3, 0.4]}]`, "looks like fractions"},
		"fractions in pixels":         {"pixel", "(0.5, 0.25)", "looks like fractions"},
		"fractions in percent":        {"molmo", "(0.5, 0.25)", "looks like fractions"},
		"units for some":              {"", "(50%, 25%) and (0.5, 0.25)", "name the format"},
	} {
		_, points := point.ReadPoints(tc.answer, point.Options{Format: tc.format})
		_, boxes := point.ReadBoxes(tc.answer, point.Options{Format: tc.format})
		if err := errors.Join(points, boxes); !errors.Is(err, point.ErrAmbiguous) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want it to say %q", name, err, tc.says)
		}
	}
}

// A coordinate a little beyond the border is moved to it, one further out is left
// out, and when that is most of them the scale is wrong.
func TestOutside(t *testing.T) {
	o := point.Options{Format: "pixel", Width: 640, Height: 480}
	r, err := point.ReadBoxes("[64, 48, 256, 192] [10,10,700,20] [600, 400, 650, 480]", o)
	if err != nil || len(r.Items) != 2 || len(r.Outside) != 1 || r.Outside[0] != "[10,10,700,20]" || r.Clipped != 1 {
		t.Errorf("%+v %v", r, err)
	}
	if r.Items[1].X1 != 1 {
		t.Errorf("not moved to the border: %+v", r.Items[1])
	}
	if _, err := point.Boxes("[64, 48, 256, 192] [10,10,700,20]", o); !errors.Is(err, point.ErrRange) {
		t.Errorf("who needs all of them reads %v", err)
	}
	for edge, want := range map[string]bool{"(672, 504)": true, "(-32, -24)": true, "(673, 200)": false, "(200, 505)": false, "(-33, 0)": false} {
		r, err := point.ReadPoints("(320, 240) "+edge, o)
		if err != nil || (len(r.Items) == 2) != want || (r.Clipped == 1) != want {
			t.Errorf("%s: %+v %v, moved to the border: %t", edge, r, err, want)
		}
	}
	if _, err := point.ReadPoints("(320, 240) (700, 20) (900, 500)", o); !errors.Is(err, point.ErrRange) {
		t.Errorf("most of it is outside: %v", err)
	}
}

func TestImageOfAPoint(t *testing.T) {
	r, err := point.ReadPoints(`<points coords="1 1 523 610;2 1 100 200">cup</points><tracks coords="0.5 1 100 200">cup</tracks>`, point.Options{Format: "molmo-2"})
	if err != nil || len(r.Items) != 3 || r.Items[0].Image != 1 || r.Items[1].Image != 2 || r.Items[2].Image != 0 {
		t.Errorf("%+v %v", r, err)
	}
}

// The sizes are those of qwen-vl-utils.
func TestResize(t *testing.T) {
	for _, tc := range []struct {
		r                   point.Resize
		width, height, w, h int
	}{
		{point.Resize{Factor: 28, MaxPixels: 1003520}, 4000, 3000, 1148, 840},
		{point.Resize{Factor: 28, MaxPixels: 12845056}, 4000, 3000, 4004, 2996},
		{point.Resize{Factor: 28, MaxPixels: 1003520}, 640, 480, 644, 476},
		{point.Resize{Factor: 28}, 1920, 1080, 1932, 1092},
		{point.Resize{Factor: 32}, 1920, 1080, 1920, 1088},
		{point.Resize{Factor: 28, MinPixels: 3136}, 20, 30, 56, 84},
		{point.Resize{Factor: 28}, 14, 42, 28, 56}, // halves to even
	} {
		if w, h, err := tc.r.Size(tc.width, tc.height); w != tc.w || h != tc.h || err != nil {
			t.Errorf("%+v on %dx%d: %dx%d, %v, want %dx%d", tc.r, tc.width, tc.height, w, h, err, tc.w, tc.h)
		}
	}
	for _, size := range [][2]int{{10, 2001}, {0, 5}} {
		if _, _, err := (point.Resize{Factor: 28}).Size(size[0], size[1]); err == nil {
			t.Errorf("%v was taken", size)
		}
	}
}

// Every format reads the example that people are shown.
func TestExamples(t *testing.T) {
	for _, f := range point.Families() {
		o := point.Options{Format: f.Format, Width: 1000, Height: 1000}
		points, err := point.ReadPoints(f.Example, o)
		boxes, errBoxes := point.ReadBoxes(f.Example, o)
		if err != nil || errBoxes != nil || len(points.Items)+len(boxes.Items) == 0 {
			t.Errorf("%s does not read %s: %v %v", f.Format, f.Example, err, errBoxes)
		}
	}
}

// docs/coordinates.md is made of the table of formats: make generate.
func TestDocumentIsInStep(t *testing.T) {
	var b strings.Builder
	if err := point.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	if have, err := os.ReadFile("../../docs/coordinates.md"); err != nil || string(have) != b.String() {
		t.Errorf("docs/coordinates.md is out of step (%v): make generate", err)
	}
}
