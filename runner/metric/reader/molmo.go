package reader

import (
	"regexp"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// molmoREs are tried one after the other; what several match counts several times, as Click(…) does.
var molmoREs = []struct {
	re *regexp.Regexp
	of float64
}{
	{compile(`Click\(([0-9]+\.[0-9]), ?([0-9]+\.[0-9])\)`), 1},
	{compile(`\(([0-9]+\.[0-9]),? ?([0-9]+\.[0-9])\)`), 1},
	{compile(`x`, digit, `*="`, space, `*([0-9]+(?:\.[0-9]+)?)"`, space, `+y`, digit, `*="`, space, `*([0-9]+(?:\.[0-9]+)?)"`), 1},
	{compile(`(?:`, digit, `+|p)`, space, `*=`, space, `*([0-9]{3})`, space, `*,`, space, `*([0-9]{3})`), 10},
}

// Molmo returns pixels. Coordinates are percent (tenths of percent in the compact form); one above 100 drops its point.
// Source: allenai/molmo, olmo/util.py (extract_points).
func Molmo(text string, width, height float64) [][2]float64 {
	out := [][2]float64{}
	for _, form := range molmoREs {
		for _, m := range form.re.FindAllStringSubmatch(text, -1) {
			x, y := number(m[1])/form.of, number(m[2])/form.of
			if max(x, y) <= 100 {
				out = append(out, [2]float64{x / 100 * width, y / 100 * height})
			}
		}
	}
	return out
}

var molmoValidRE = compile(
	`\A(?:(?:\(`, space, `*-?`, digit, `+(?:\.`, digit, `+)?`, space, `*,`, space, `*-?`, digit, `+(?:\.`, digit, `+)?`, space, `*\)\n?)+|`,
	`<point`, space, `+x="`, space, `*`, digit, `+(?:\.`, digit, `+)?"`, space, `+y="`, space, `*`, digit, `+(?:\.`, digit, `+)?"`, space, `+alt="(?s:.*?)">(?s:.*?)</point>|`,
	`<points`, space, `+(?:x`, digit, `+="`, space, `*`, digit, `+(?:\.`, digit, `+)?"`, space, `+y`, digit, `+="`, space, `*`, digit, `+(?:\.`, digit, `+)?"`, space, `+)+alt="(?s:.*?)">(?s:.*?)</points>|`,
	`<point`, space, `+p=`, space, `*`, digit, `{3}`, space, `*,`, space, `*`, digit, `{3}`, space, `+alt="(?s:.*?)">(?s:.*?)</point>|`,
	`<points`, space, `+(?:`, digit, `+=`, space, `*`, digit, `{3}`, space, `*,`, space, `*`, digit, `{3}`, space, `+)+alt="(?s:.*?)">(?s:.*?)</points>)\z`,
)

// MolmoValid reports whether the whole answer is in a format Molmo's pointing score accepts.
// Source: olmo/eval/evaluators.py (is_valid_format).
func MolmoValid(text string) bool { return molmoValidRE.MatchString(pytext.Strip(text)) }
