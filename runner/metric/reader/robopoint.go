package reader

import (
	"math"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// RoboPoint's fixed image size, whatever the image.
const (
	RoboPointWidth  = 640
	RoboPointHeight = 480
)

var tupleRE = compile(`\(([-+]?`, digit, `+\.?`, digit, `*(?:,`, space, `*[-+]?`, digit, `+\.?`, digit, `*)*?)\)`)

// tuple is the numbers of one "(n, n, …)" and which of them carry a decimal point.
type tuple struct {
	v       []float64
	decimal []bool
}

func tuples(text string) []tuple {
	var out []tuple
	for _, m := range tupleRE.FindAllStringSubmatch(text, -1) {
		var t tuple
		for part := range strings.SplitSeq(m[1], ",") {
			t.v = append(t.v, number(part))
			t.decimal = append(t.decimal, strings.Contains(part, "."))
		}
		out = append(out, t)
	}
	return out
}

// RoboPoint returns pixels. Two numbers are a point: fractions, truncated, if either has a decimal point, else pixels.
// Four are a box, fractions if the first has a decimal point, and stand for all its pixels row by row; numpy's slice
// rules apply (a negative bound counts from the end). An integer first with a decimal later is an error.
// Source: wentaoyuan/RoboPoint, robopoint/eval/summarize_vqa.py.
func RoboPoint(text string, width, height int) ([]metric.Pixel, error) {
	var out []metric.Pixel
	for _, t := range tuples(text) {
		switch len(t.v) {
		case 2:
			x, y := t.v[0], t.v[1]
			if t.decimal[0] || t.decimal[1] {
				x, y = x*float64(width), y*float64(height)
			}
			out = append(out, metric.Pixel{X: int(x), Y: int(y)})
		case 4:
			pixels, err := t.boxPixels(width, height)
			if err != nil {
				return nil, err
			}
			out = append(out, pixels...)
		}
	}
	return out, nil
}

func (t tuple) boxPixels(width, height int) ([]metric.Pixel, error) {
	v := t.v
	switch {
	case t.decimal[0]:
		w, h := float64(width), float64(height)
		v = []float64{math.Trunc(v[0] * w), math.Trunc(v[1] * h), math.Trunc(v[2] * w), math.Trunc(v[3] * h)}
	case t.decimal[1] || t.decimal[2] || t.decimal[3]:
		return nil, errMalformed
	}
	var out []metric.Pixel
	for y := sliceBound(v[1], height); y < sliceBound(v[3], height); y++ {
		for x := sliceBound(v[0], width); x < sliceBound(v[2], width); x++ {
			out = append(out, metric.Pixel{X: x, Y: y})
		}
	}
	return out, nil
}

// sliceBound is how a Python slice reads an index.
func sliceBound(v float64, size int) int {
	if v < 0 {
		v += float64(size)
	}
	return int(min(max(v, 0), float64(size)))
}

// Where2PlaceLMMS is lmms-eval's copy: pairs only, integers scaled too, after division by divisor (1, or 1000 in its
// 0–999 variant); absolute leaves the numbers as they are. Returns pixels. Source: tasks/where2place/utils.py.
func Where2PlaceLMMS(text string, width, height int, divisor float64, absolute bool) [][2]float64 {
	var out [][2]float64
	for _, t := range tuples(text) {
		if len(t.v) != 2 {
			continue
		}
		x, y := t.v[0], t.v[1]
		if !absolute {
			x, y = math.Trunc(x/divisor*float64(width)), math.Trunc(y/divisor*float64(height))
		}
		out = append(out, [2]float64{x, y})
	}
	return out
}

var pairRE = compile(`[\[(]`, space, `*([-+]?`, digit, `+\.?`, digit, `*)`, space, `*,`, space, `*([-+]?`, digit, `+\.?`,
	digit, `*)`, space, `*[\])]`)

// Point2DLMMS is lmms-eval's for Qwen: [x, y] or (x, y); fractions if either has a decimal point, else thousandths;
// truncated to pixels. Source: tasks/_task_utils/point_format.py.
func Point2DLMMS(text string, width, height int) []metric.Pixel {
	var out []metric.Pixel
	for _, m := range pairRE.FindAllStringSubmatch(text, -1) {
		x, y := number(m[1]), number(m[2])
		if !strings.Contains(m[1], ".") && !strings.Contains(m[2], ".") {
			x, y = x/1000, y/1000
		}
		out = append(out, metric.Pixel{X: int(x * float64(width)), Y: int(y * float64(height))})
	}
	return out
}

var pointBenchRE = compile(`\(([-+]?`, digit, `*\.?`, digit, `+)`, space, `*,`, space, `*([-+]?`, digit, `*\.?`, digit, `+)\)`)

// PointBench is lmms-eval's: (x, y); both in 0–1 fractions, both in 0–1000 thousandths, else pixels; rounded half to
// even. Source: tasks/pointbench/utils.py.
func PointBench(text string, width, height int) []metric.Pixel {
	var out []metric.Pixel
	for _, m := range pointBenchRE.FindAllStringSubmatch(text, -1) {
		x, y := number(m[1]), number(m[2])
		w, h := float64(width), float64(height)
		switch {
		case within(x, y, 1):
			x, y = x*w, y*h
		case within(x, y, 1000):
			x, y = x/1000*w, y/1000*h
		}
		out = append(out, metric.Pixel{X: roundHalfEven(x), Y: roundHalfEven(y)})
	}
	return out
}

func within(x, y, high float64) bool { return x >= 0 && x <= high && y >= 0 && y <= high }

var (
	thinkRE   = compile(`(?s)^.*?</think>`)
	thoughtRE = compile(`(?s)^.*?</thought>`)
	answerRE  = compile(`(?is)<answer>(.*?)</answer>`)
)

// RemoveThink drops the text up to </think> and </thought>, and keeps the <answer> if there is one.
// Source: lmms-eval, tasks/robo_spatial/utils.py.
func RemoveThink(text string) string {
	text = thoughtRE.ReplaceAllString(thinkRE.ReplaceAllString(text, ""), "")
	if m := answerRE.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	return pytext.Strip(text)
}
