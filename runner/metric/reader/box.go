package reader

import (
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

const (
	refNumber = `[-+]?` + digit + `*\.?` + digit + `+(?:[eE][-+]?` + digit + `+)?`
	refSep    = `(?:` + space + `*,` + space + `*|` + space + `+)`
	intNumber = `(-?` + digit + `+(?:\.` + digit + `+)?)`
)

var (
	refBoxRE    = compile(`\[`, space, `*(`, refNumber, `)`, refSep, `(`, refNumber, `)`, refSep, `(`, refNumber, `)`, refSep, `(`, refNumber, `)`, space, `*\]`)
	refNumberRE = compile(refNumber)
	recBoxRE    = compile(`\[`, space, `*`, intNumber, `,`, space, `*`, intNumber, `,`, space, `*`, intNumber, `,`, space, `*`, intNumber, space, `*\]`)
	meBoxRE     = compile(intNumber, `[,`, pytext.Space, `]+`, intNumber, `[,`, pytext.Space, `]+`, intNumber, `[,`, pytext.Space, `]+`, intNumber)
	meObjectRE  = compile(`(?s)\{.*"bbox_2d".*\}`)
	tdNumber    = `(` + digit + `?(?:\.` + digit + `+)?)`
	tdBoxRE     = compile(tdNumber, `,`, space, `?`, tdNumber, `,`, space, `?`, tdNumber, `,`, space, `?`, tdNumber)
)

func boxOf(texts []string) (b metric.Box) {
	for i := range b {
		b[i] = number(texts[i])
	}
	return b
}

// RefCOCOVLMEvalKit returns the first [n n n n], commas or white space between, as written; without one the first four
// numbers anywhere, so "bbox_2d 10 20 30 40" gives 2, 10, 20, 30. Source: open-compass/VLMEvalKit, dataset/refcoco.py.
func RefCOCOVLMEvalKit(text string) (metric.Box, bool) {
	if m := refBoxRE.FindStringSubmatch(text); m != nil {
		return boxOf(m[1:]), true
	}
	all := refNumberRE.FindAllString(text, 4)
	if len(all) < 4 {
		return metric.Box{}, false
	}
	return boxOf(all), true
}

// RECLMMS returns the first [a, b, c, d] as written, zeros without one. Source: lmms-eval, tasks/refcoco/utils_rec.py.
func RECLMMS(text string) metric.Box {
	if m := recBoxRE.FindStringSubmatch(text); m != nil {
		return boxOf(m[1:])
	}
	return metric.Box{}
}

// TriML accepts nothing but a Python list of four fractions with x0 < x1 and y0 < y1.
// Source: TRI-ML/vlm-evaluation, vlm_eval/tasks/harnesses/refcoco.py.
func TriML(text string) (metric.Box, bool) {
	v, err := pytext.Literal(text)
	items, ok := v.([]any)
	if err != nil || !ok || len(items) != 4 {
		return metric.Box{}, false
	}
	var b metric.Box
	for i, item := range items {
		x, ok := isNumber(item)
		if !ok || !(x >= 0 && x <= 1) {
			return metric.Box{}, false
		}
		b[i] = x
	}
	return b, b[0] < b[2] && b[1] < b[3]
}

// GroundingME reads JSON with bbox_2d (null is zeros, "no such object"), else the last four numbers in a row, else
// zeros. Source: open-compass/VLMEvalKit, dataset/groundingme.py.
func GroundingME(text string) metric.Box {
	if m := meObjectRE.FindString(text); m != "" {
		if v, err := decodeJSON(m); err == nil {
			if b, ok := groundingMEObject(v); ok {
				return b
			}
		}
	}
	if all := meBoxRE.FindAllStringSubmatch(text, -1); len(all) > 0 {
		return boxOf(all[len(all)-1][1:])
	}
	return metric.Box{}
}

func groundingMEObject(v any) (metric.Box, bool) {
	d, ok := v.(pytext.Dict)
	if !ok {
		return metric.Box{}, false
	}
	value, ok := d.Get("bbox_2d")
	if !ok {
		return metric.Box{}, false
	}
	if value == nil {
		return metric.Box{}, true
	}
	items, ok := value.([]any)
	if !ok {
		return metric.Box{}, false
	}
	b, ok := box(items)
	return b, ok
}

// TDBench wants exactly one run of four comma-separated fractions of at most one digit before the point; anything else
// is an error, which scores 0. Source: open-compass/VLMEvalKit, dataset/utils/tdbench.py.
func TDBench(text string) (metric.Box, error) {
	all := tdBoxRE.FindAllStringSubmatch(strings.ReplaceAll(text, "\n", ""), -1)
	if len(all) != 1 {
		return metric.Box{}, errMalformed
	}
	for _, n := range all[0][1:] {
		if _, ok := pytext.Float(n); !ok {
			return metric.Box{}, errMalformed
		}
	}
	return boxOf(all[0][1:]), nil
}

// TriMLGold turns a gold x, y, width, height in pixels into corners, as fractions if normalize is set, rounded to two
// decimals. A box that is empty or leaves the image to the right or below is an error.
func TriMLGold(xywh [4]float64, width, height float64, normalize bool) (metric.Box, error) {
	b := metric.Box{xywh[0], xywh[1], xywh[0] + xywh[2], xywh[1] + xywh[3]}
	if !(b[0] < b[2] && b[2] <= width && b[1] < b[3] && b[3] <= height) {
		return metric.Box{}, errMalformed
	}
	for i, size := range []float64{width, height, width, height} {
		if normalize {
			b[i] /= size
		}
		b[i] = pytext.Round(b[i], 2)
	}
	return b, nil
}
