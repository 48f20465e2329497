package point_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/point"
)

// Reading takes time in proportion to the answer, whatever is in it: each step of
// ten times the size takes about ten times as long.
func BenchmarkReadSizes(b *testing.B) {
	for _, bad := range hostile {
		for _, size := range []int{10_000, 100_000, 1_000_000} {
			answer := bad.answer(size)
			b.Run(fmt.Sprintf("%s/%dkB", bad.name, size/1000), func(b *testing.B) {
				for b.Loop() {
					for _, format := range []string{"auto", bad.format} {
						_, _ = point.ReadPoints(answer, point.Options{Format: format, Width: 640, Height: 480})
					}
				}
			})
		}
	}
}

type piece struct{ name, format, piece string }

// hostile are pieces of answers that go on and on.
var hostile = []piece{
	{"boxes", "fraction", "[0.1, 0.2, 0.3, 0.4], "},
	{"objects", "qwen3-vl", `{"label": "cat", "bbox_2d": [1, 2, 3, 4]}, `},
	{"digits", "thousandth", "7"},
	{"spaces", "thousandth", " "},
	{"prose", "thousandth", "The cat (it's grey) sits on the mat. "},
	{"openers", "json", "[{("},
	{"braces", "json", `{"a": `},
	{"closers", "json", "])}"},
	{"quotes", "json", `{"`},
	{"quotes and blanks", "json", `{"x"   "y`},
	{"apostrophes", "json", `['it's '`},
	{"tags", "molmo", `<point x="10" y="20">cat</point> `},
	{"open tags", "molmo", `<point x="1" `},
	{"quoted tags", "molmo", `<point alt=" `},
	{"equals", "molmo", `<points a=1 b="2" `},
	{"qwen", "qwen-vl", "<box>(1,2),(3,4)"},
	{"qwen2", "qwen2-vl", "<|box_start|>(1,2)"},
	{"tuples", "qwen-vl", "(1,2),"},
	{"tokens", "paligemma", "<loc0001>"},
	{"bins", "florence-2", "cat<loc_1>"},
	{"cells", "kosmos-2", "<object><patch_index_0001>"},
	{"semicolons", "shikra", "[0.1,0.2;"},
	{"assignments", "pixel", "x: 1, "},
	{"named", "pixel", "x = 1 and y = 2\n"},
	{"lines", "pixel", "1, 2\n"},
	{"full width", "fraction", "（０．５，０．５）"},
	{"glm", "glm-v", "<|begin_of_box|>[1, 2]"},
	{"seed", "seed-vl", "<bbox>1 2 3 4"},
}

// answer begins with a number, without which there would be nothing to read.
func (h piece) answer(size int) string { return "7 " + strings.Repeat(h.piece, size/len(h.piece)) }

// Whatever goes on and on is read in every format, or refused by a sentence.
func TestHostile(t *testing.T) {
	for _, bad := range hostile {
		answer := bad.answer(5000)
		for _, format := range point.Formats() {
			_, points := point.ReadPoints(answer, point.Options{Format: format, Width: 640, Height: 480})
			_, boxes := point.ReadBoxes(answer, point.Options{Format: format})
			if err := errors.Join(points, boxes); err != nil && len(err.Error()) > 800 {
				t.Errorf("%s as %s: %d bytes of error: %.200s", bad.name, format, len(err.Error()), err)
			}
		}
	}
}
