package check

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// photo is a conversation about one large image, whose size as shown nobody knows.
var photo = Input{Images: []sdk.Image{{Path: "/a.png", Width: 4000, Height: 3000}}}

// shownAs says at which size the model was shown the image of photo.
func shownAs(w, h int) Input {
	in := photo
	in.Shown = []result.Size{{Width: w, Height: h}}
	return in
}

func verdictOf(t *testing.T, entry string, in Input, answer string) result.Verdict {
	t.Helper()
	in.Answer = answer
	return mustCompile(t, entry).Judge(context.Background(), in)
}

// Whatever the check, `not` never makes a pass of an answer that cannot be read.
func TestUnreadNeverPasses(t *testing.T) {
	targets := map[string]string{
		"boxes":     "targets: [[0.1, 0.1, 0.5, 0.5]]",
		"keypoints": "targets: [[0.5, 0.5]], within: 0.1",
		"points_in": "box: [0, 0, 0.5, 0.5]",
		"count":     "max: 5",
	}
	two := Input{Images: append(photo.Images, photo.Images...)}
	for kind, args := range targets {
		for name, tc := range map[string]struct {
			in     Input
			more   string
			answer string
		}{
			"a refusal":           {photo, "", "I'm sorry, I cannot help with that."},
			"nothing":             {photo, "", ""},
			"another scale":       {photo, ", format: fraction", "(452, 118) [10, 20, 300, 400]"},
			"no scale":            {photo, "", "(452, 118) [10, 20, 300, 400]"},
			"pixels of no size":   {photo, ", format: qwen2.5-vl", `[{"point_2d": [452, 118]}, {"bbox_2d": [10, 20, 300, 400]}]`},
			"which image":         {two, ", format: fraction", "(0.2, 0.3) [0.1, 0.1, 0.5, 0.5]"},
			"two syntaxes":        {photo, "", `<loc0256><loc0512> <point x="1" y="2"> <loc0256><loc0512><loc0256><loc0512>`},
			"too narrow a resize": {Input{Images: []sdk.Image{{Width: 3000, Height: 10}}}, ", format: pixel, resize: {max_pixels: 1000}", "(1, 2) [1, 2, 3, 4]"},
		} {
			for _, not := range []string{"", ", not: true"} {
				entry := fmt.Sprintf("%s: {%s%s%s}", kind, args, tc.more, not)
				if kind == "count" {
					entry = strings.Replace(entry, "max: 5", "max: 5, of: boxes", 1)
				}
				v := verdictOf(t, entry, tc.in, tc.answer)
				if v.Outcome != failed || !v.Unread || !strings.HasPrefix(v.Reason, "cannot be read: ") {
					t.Errorf("%s, %s: %s, unread %t, %s", entry, name, v.Outcome, v.Unread, v.Reason)
				}
			}
		}
	}
}

func TestSizeShown(t *testing.T) {
	const answer = "[115, 84, 574, 420]" // [0.1, 0.1, 0.5, 0.5] of 1148x840
	const boxes = "boxes: {targets: [[0.1, 0.1, 0.5, 0.5]], iou: 0.99, format: qwen2.5-vl%s}"
	suite, err := spec.Parse("a.yaml", []byte(fmt.Sprintf(boxes, "")))
	if err != nil {
		t.Fatal(err)
	}
	ofSuite, err := Compile(suite, Env{Sizing: spec.Sizing{ModelSize: &spec.ModelSize{Width: 1148, Height: 840}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		more string
		in   Input
		ok   bool
	}{
		"nobody says":                       {"", photo, false},
		"the backend":                       {"", shownAs(1148, 840), true},
		"the backend, another":              {"", shownAs(4000, 3000), false},
		"the backend does not know":         {"", shownAs(0, 0), false},
		"the check":                         {", model_size: [1148, 840]", photo, true},
		"the check before the backend":      {", model_size: [1148, 840]", shownAs(4000, 3000), true},
		"a rule":                            {", resize: {max_pixels: 1003520, factor: 28}", photo, true},
		"a rule with the usual factor":      {", resize: {max_pixels: 1003520}", photo, true},
		"another rule":                      {", resize: {max_pixels: 100352}", photo, false},
		"the file":                          {", model_size: original", photo, false},
		"sizes of another number of images": {"", Input{Images: photo.Images, Shown: []result.Size{{Width: 1148, Height: 840}, {Width: 1148, Height: 840}}}, false},
	} {
		if v := verdictOf(t, fmt.Sprintf(boxes, tc.more), tc.in, answer); (v.Outcome == passed) != tc.ok {
			t.Errorf("%s: %s %s", name, v.Outcome, v.Reason)
		}
	}
	photo := photo
	photo.Answer = answer
	if v := ofSuite.Judge(context.Background(), photo); v.Outcome != passed {
		t.Errorf("the suite: %s %s", v.Outcome, v.Reason)
	}
	photo.Shown = []result.Size{{Width: 4000, Height: 3000}}
	if v := ofSuite.Judge(context.Background(), photo); v.Outcome != failed {
		t.Errorf("the backend knows better than the suite: %s %s", v.Outcome, v.Reason)
	}
	if v := verdictOf(t, fmt.Sprintf(boxes, ""), photo, "nothing"); strings.Contains(v.Reason, "model_size") {
		t.Errorf("the size is not what is missing: %s", v.Reason)
	}
}

func TestLabelsOfTargets(t *testing.T) {
	const cat, dog = `{"label": "cat", "bbox": [0.1, 0.1, 0.5, 0.5]}`, `{"label": "dog", "bbox": [0.1, 0.1, 0.5, 0.5]}`
	const bare = `{"bbox": [0.1, 0.1, 0.5, 0.5]}`
	const onTarget = "boxes: {targets: [{box: [0.1, 0.1, 0.5, 0.5], label: cat}]}"
	const several = "boxes: {targets: [{box: [0.1, 0.1, 0.5, 0.5], label: [cat, kitten]}], extra: true}"
	const point = "keypoints: {targets: [{point: [0.5, 0.5], label: nose}], within: 0.1}"
	judgeRows(t, []row{
		{name: "a cat", entry: onTarget, answer: cat, outcome: passed},
		{name: "a dog", entry: onTarget, answer: dog, outcome: failed, reason: `read 1 box [0.1, 0.1, 0.5, 0.5], and found 0 of 1 target; a box that fits a target is labelled "dog"`},
		{name: "no label", entry: onTarget, answer: bare, outcome: passed},
		{name: "no label among labels", entry: several, answer: bare + `, {"label": "dog", "bbox": [0.6, 0.6, 0.9, 0.9]}`, outcome: failed},
		{name: "both", entry: several, answer: dog + cat, outcome: passed},
		{name: "other words", entry: several, answer: strings.Replace(cat, "cat", "The Kitten 2", 1), outcome: passed},
		{name: "part of a word", entry: several, answer: strings.Replace(cat, "cat", "caterpillar", 1), outcome: failed},
		{name: "for all targets", entry: "boxes: {targets: [[0.1, 0.1, 0.5, 0.5]], label: cat}", answer: dog, outcome: failed},
		{name: "a target's own before", entry: "boxes: {targets: [{box: [0.1, 0.1, 0.5, 0.5], label: dog}], label: cat}", answer: dog, outcome: passed},
		{name: "a dog is no cat, and that is right", entry: strings.Replace(onTarget, "{t", "{not: true, t", 1), answer: dog, outcome: passed},
		{name: "a nose", entry: point, answer: `<point x="50" y="50" alt="nose">nose</point>`, outcome: passed},
		{name: "an ear", entry: point, answer: `<point x="50" y="50" alt="ear">ear</point>`, outcome: failed},
		{name: "in order", entry: "keypoints: {targets: [{point: [0.5, 0.5], label: nose}, [0.2, 0.2]], oks: 0.5, box: [0, 0, 1, 1]}", answer: `[{"label": "ear", "point": [0.5, 0.5]}, {"label": "nose", "point": [0.2, 0.2]}]`, outcome: failed},
		{name: "only cats count inside", entry: "points_in: {box: [0, 0, 0.5, 1], label: cat}", answer: `[{"label": "cat", "point": [0.2, 0.5]}, {"label": "dog", "point": [0.8, 0.5]}]`, outcome: passed},
		{name: "no cat to look at", entry: "points_in: {box: [0, 0, 0.5, 1], label: cat}", answer: `{"label": "dog", "point": [0.2, 0.5]}`, outcome: failed},
		{name: "count cats", entry: "count: {value: 1, label: cat}", answer: `[{"label": "cat", "point": [0.2, 0.5]}, {"label": "dog", "point": [0.8, 0.5]}]`, outcome: passed},
		{name: "count boxes of cats", entry: "count: {value: 1, label: cat, of: boxes}", answer: cat + dog, outcome: passed},
	}, wide)
}

func TestOutsideTheImage(t *testing.T) {
	const good, beyond = "[64, 48, 256, 192]", " [10,10,700,20]"
	const boxes = "boxes: {targets: [[0.1, 0.1, 0.4, 0.4]], format: pixel, model_size: [640, 480]%s}"
	in := Input{Images: []sdk.Image{{Width: 640, Height: 480}}}
	v := verdictOf(t, fmt.Sprintf(boxes, ", extra: true"), in, good+beyond)
	if v.Outcome != passed || !strings.Contains(v.Actual, "1 left out, outside the image: [10,10,700,20]") {
		t.Errorf("%s %s %s", v.Outcome, v.Actual, v.Reason)
	}
	if v := verdictOf(t, fmt.Sprintf(boxes, ""), in, good+beyond); v.Outcome != failed || v.Score != 0.5 {
		t.Errorf("it is one too many: %s %v", v.Outcome, v.Score)
	}
	inside := "points_in: {box: [0, 0, 1, 1], format: pixel, model_size: [640, 480]}"
	if v := verdictOf(t, inside, in, "(10, 10) (700, 10)"); v.Outcome != failed || v.Score != 0.5 {
		t.Errorf("a point outside is not inside: %s %v", v.Outcome, v.Score)
	}
	if v := verdictOf(t, inside, in, "(10, 10) (650, 10)"); v.Outcome != passed || !strings.Contains(v.Actual, "1 moved to the border") {
		t.Errorf("%s %s", v.Outcome, v.Actual)
	}
}

func TestCounting(t *testing.T) {
	judgeRows(t, []row{
		{name: "there are none", entry: "count: 0", answer: "There are none.", outcome: passed},
		{name: "there are no cats", entry: "count: 0", answer: "There are no cats in the image.", outcome: passed},
		{name: "no red cars visible", entry: "count: 0", answer: "No red cars visible.", outcome: passed},
		{name: "an empty list", entry: "count: 0", answer: "```json\n[]\n```", outcome: passed},
		{name: "an empty list by name", entry: "count: 0", answer: `{"boxes": []}`, outcome: passed},
		{name: "zero", entry: "count: 0", answer: "0", outcome: passed},
		{name: "not zero", entry: "count: {value: 0, not: true}", answer: "None", outcome: failed},
		{name: "none is not two", entry: "count: 2", answer: "None", outcome: failed},
		{name: "nothing said", entry: "count: 0", answer: "", outcome: failed},
		{name: "something else said", entry: "count: 0", answer: "It is a nice picture.", outcome: failed},
		{name: "a refusal", entry: "count: 0", answer: "I cannot see any image.", outcome: failed},
		{name: "no idea", entry: "count: 0", answer: "No idea", outcome: failed},
		{name: "no image", entry: "count: 0", answer: "There is no image.", outcome: failed},
		{name: "no", entry: "count: 0", answer: "No.", outcome: failed},
		{name: "at most, of what cannot be read", entry: "count: {max: 3}", answer: "(452, 118)", outcome: failed},
		{name: "none but a dog", entry: "count: 0", answer: "There are no cats, but a dog.", outcome: failed},
		{name: "twice the same", entry: "count: 2", answer: "(0.1, 0.2) (0.1, 0.2)", outcome: failed},
		{name: "twice the same is one, or not", entry: "count: 1", answer: "(0.1, 0.2) (0.1, 0.2)", outcome: failed},
		{name: "twice the same, where it does not matter", entry: "count: {min: 1, max: 3}", answer: "(0.1, 0.2) (0.1, 0.2)", outcome: passed},
		{name: "two, or one, or three", entry: "count: {value: 2, not: true, format: percent}", answer: "(10, 20) (10, 20) (30, 40) (200, 10)", outcome: failed},
		{name: "one outside", entry: "count: {value: 2, format: percent}", answer: "(10, 20) (30, 40) (200, 10)", outcome: failed},
		{name: "one outside, where it does not matter", entry: "count: {min: 2, format: percent}", answer: "(10, 20) (30, 40) (200, 10)", outcome: passed},
	}, wide)
}

// An answer that was cut off has at least as many as it shows.
func TestCountingWhatWasCutOff(t *testing.T) {
	cut := wide
	cut.Finish = "length"
	judgeRows(t, []row{
		{name: "exactly", entry: "count: 2", answer: "(0.1, 0.2) (0.3, 0.4)", outcome: failed, reason: "cannot be read: the answer was cut off after 2 points, and may have gone on"},
		{name: "at most", entry: "count: {max: 3}", answer: "(0.1, 0.2) (0.3, 0.4)", outcome: failed},
		{name: "at least", entry: "count: {min: 2}", answer: "(0.1, 0.2) (0.3, 0.4)", outcome: passed},
		{name: "not, of a part", entry: "count: {max: 1, not: true}", answer: "(0.1, 0.2) (0.3, 0.4)", outcome: failed, reason: "cannot be read: the answer was cut off, and what is left of it proves no absence"},
		{name: "not exactly, so far", entry: "count: {value: 3, not: true}", answer: "(0.1, 0.2) (0.3, 0.4)", outcome: failed},
		{name: "never exactly", entry: "count: 1", answer: "(0.1, 0.2) (0.3, 0.4)", outcome: failed, reason: "the answer has 2 points, expected 1"},
	}, cut)
}

// RoboPoint answers with points, or with boxes that stand for the points in them.
func TestRoboPoint(t *testing.T) {
	const left = "points_in: {box: [0, 0, 0.5, 1], format: robopoint, min: 0.5"
	judgeRows(t, []row{
		{name: "points", entry: left + "}", answer: "[(0.25, 0.5), (0.75, 0.5)]", outcome: passed, score: 0.5},
		{name: "a box inside", entry: left + "}", answer: "(0.0, 0.0, 0.5, 0.5)", outcome: passed, score: 1},
		{name: "a box half inside", entry: left + "}", answer: "(0.25, 0.0, 0.75, 0.5)", outcome: passed, score: 0.5},
		{name: "a box a quarter inside", entry: left + "}", answer: "(0.25, 0.25, 1.0, 0.75)", outcome: failed, score: 1.0 / 3},
		{name: "pixels of 640x480", entry: left + "}", answer: "(160, 0, 480, 240)", outcome: passed, score: 0.5},
		{name: "a box without pixels", entry: left + "}", answer: "(0.1, 0.1, 0.1, 0.1)", outcome: failed},
		{name: "nothing, and not", entry: left + ", not: true}", answer: "I see a tray.", outcome: failed},
		{name: "a box of others is no point", entry: "points_in: {box: [0, 0, 0.5, 1], format: fraction}", answer: "(0.0, 0.0, 0.5, 0.5)", outcome: failed},
	}, wide)
}

// Ways to hit targets without finding them.
func TestTargetsAreFoundOneByOne(t *testing.T) {
	const near = "boxes: {targets: [[0.1, 0.1, 0.5, 0.5], [0.12, 0.12, 0.52, 0.52]]}"
	judgeRows(t, []row{
		{name: "one box for two targets", entry: near, answer: "[0.11, 0.11, 0.51, 0.51]", outcome: failed, score: 0.5},
		{name: "one box given twice for two targets", entry: near, answer: "[0.11, 0.11, 0.51, 0.51] [0.11, 0.11, 0.51, 0.51]", outcome: failed, score: 0.5},
		{name: "two boxes", entry: near, answer: "[0.1, 0.1, 0.5, 0.5] [0.12, 0.12, 0.52, 0.52]", outcome: passed},
		{name: "the whole image", entry: "boxes: {targets: [[0.1, 0.1, 0.5, 0.5], [0.6, 0.6, 0.9, 0.9]], extra: true}", answer: "[0.0, 0.0, 1.0, 1.0]", outcome: failed},
		{name: "one point given twice for two targets", entry: "keypoints: {targets: [[0.5, 0.5], [0.52, 0.5]], within: 0.1}", answer: "(0.51, 0.5) (0.51, 0.5)", outcome: failed, score: 0.5},
		{name: "a point given often is one point", entry: "points_in: {box: [0, 0, 0.5, 1], min: 0.6}", answer: "(0.2, 0.5) (0.2, 0.5) (0.2, 0.5) (0.9, 0.5)", outcome: failed, score: 0.5},
		{name: "none", entry: "boxes: {targets: [[0.1, 0.1, 0.5, 0.5]]}", answer: "There are none.", outcome: failed, reason: `the answer says that there is none: "There are none."`},
		{name: "none, as it should be", entry: "boxes: {targets: [[0.1, 0.1, 0.5, 0.5]], not: true}", answer: "There are none.", outcome: passed},
		{name: "none are neither inside nor outside", entry: "points_in: {box: [0, 0, 0.5, 1], not: true}", answer: "There are none.", outcome: failed},
	}, wide)
}

// Measures say by index which target was matched with which thing found, in the
// order of the overlay.
func TestMeasuresOfTargets(t *testing.T) {
	v := verdictOf(t, "boxes: {targets: [[0.6, 0.6, 0.9, 0.9], [0.1, 0.1, 0.5, 0.5], [0.8, 0.1, 0.9, 0.2]], iou: 0.4}", wide,
		"[0.1, 0.1, 0.5, 0.5] [0.6, 0.6, 0.9, 0.75]")
	if got, want := written(v), "iou 0→1 0.5, iou 1→0 1, iou 2→- 0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for j, ok := range []bool{true, true, false} {
		if v.Overlay.Expected[j].OK != ok || *v.Measures[j].Min != 0.4 || v.Measures[j].Max != nil {
			t.Errorf("target %d: %+v %+v", j, v.Overlay.Expected[j], v.Measures[j])
		}
	}
	v = verdictOf(t, "keypoints: {targets: [[0.9, 0.5], [0.1, 0.5]], within: 0.1}", wide, "(0.15, 0.5) (0.5, 0.5)")
	if got, want := written(v), "distance 0→- 0.4, distance 1→0 0.05"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if v.Measures[0].Max == nil || *v.Measures[0].Max != 0.1 || !v.Overlay.Found[0].OK || v.Overlay.Found[1].OK {
		t.Errorf("%+v %+v", v.Measures[0], v.Overlay)
	}
}

// told writes measures as "what target→found value".
func written(v result.Verdict) string {
	var all []string
	for _, m := range v.Measures {
		found := "-"
		if m.Found != nil {
			found = fmt.Sprint(*m.Found)
		}
		all = append(all, fmt.Sprintf("%s %d→%s %.3g", m.What, *m.Target, found, m.Value))
	}
	return strings.Join(all, ", ")
}

func TestWhichImage(t *testing.T) {
	two := Input{Images: []sdk.Image{{Path: "/a.png", Width: 200, Height: 100}, {Path: "/b.png", Width: 100, Height: 200}}, Shown: []result.Size{{Width: 28, Height: 28}, {Width: 56, Height: 56}}}
	const near = "keypoints: {targets: [[0.5, 0.5]], within: 0.05, format: %s, image: %d}"
	for _, tc := range []struct {
		format, answer string
		image          int
		ok             bool
	}{
		{"qwen2.5-vl", "[14, 14]", 1, true},
		{"qwen2.5-vl", "[14, 14]", 2, false},
		{"qwen2.5-vl", "[28, 28]", 2, true},
		{"molmo-2", `<points coords="1 1 500 500;2 1 100 100">cup</points>`, 1, true},
		{"molmo-2", `<points coords="1 1 500 500;2 1 100 100">cup</points>`, 2, false},
		{"molmo-2", `<points coords="2 1 500 500">cup</points>`, 1, false},
	} {
		v := verdictOf(t, fmt.Sprintf(near, tc.format, tc.image), two, tc.answer)
		if (v.Outcome == passed) != tc.ok || tc.ok && v.Overlay.Image != tc.image-1 {
			t.Errorf("%s in image %d: %s %s", tc.answer, tc.image, v.Outcome, v.Reason)
		}
	}
}

func TestCoordinateMistakes(t *testing.T) {
	mistakes(t, map[string]string{
		"count: {value: 1, model_size: [640]}":                             "expected a size, [width, height] in pixels",
		"count: {value: 1, model_size: [0, 480]}":                          "0 is no number of pixels",
		"count: {value: 1, model_size: file}":                              "expected a size",
		"count: {value: 1, model_size: original, resize: {max_pixels: 9}}": "both say at which size",
		"count: {value: 1, resize: {factor: 28}}":                          `key "max_pixels" is missing`,
		"boxes: {targets: [{box: [0, 0, 1, 1], lable: cat}]}":              `unknown key "lable"; did you mean label?`,
		"boxes: {targets: [{label: cat}]}":                                 `key "box" is missing`,
		"boxes: {targets: [{box: [0, 0, 1, 1], label: []}]}":               "the list of texts is empty",
		"keypoints: {targets: [{point: [0, 9]}], within: 0.1}":             "9 is outside the image",
		"count: {value: 1, label: []}":                                     "the list of texts is empty",
	})
}

// 10,000 boxes and targets to match are bounded, whatever they are.
func TestManyBoxes(t *testing.T) {
	var answer strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&answer, "[0.1, 0.1, 0.5, %.4f] ", 0.5+float64(i)/1e5)
	}
	v := verdictOf(t, "boxes: {targets: [[0.1, 0.1, 0.5, 0.5], [0.7, 0.7, 0.9, 0.9]], extra: true}", wide, answer.String())
	if v.Outcome != failed || v.Score != 0.5 || len(v.Overlay.Found) != 10_000 || len(v.Reason) > 2000 {
		t.Errorf("%s %v %d", v.Outcome, v.Score, len(v.Overlay.Found))
	}
	targets := strings.Repeat("[0.1, 0.1, 0.5, 0.5], ", 2500)
	v = verdictOf(t, "boxes: {targets: ["+targets+"]}", wide, answer.String())
	if !v.Unread || !strings.Contains(v.Reason, "10000 boxes are too many to match with 2500 targets") {
		t.Errorf("%s %s", v.Outcome, v.Reason)
	}
}
