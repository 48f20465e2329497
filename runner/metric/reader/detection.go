package reader

import (
	"strings"

	"github.com/dlclark/regexp2"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// Detection is a labelled box in pixels.
type Detection struct {
	Box   metric.Box
	Label string
}

// The readers below are those of roboflow/supervision, supervision/detection/vlm.py.

// look-behind: a run of more than four location tokens is no box.
var paliRE = regexp2.MustCompile(`(?<!<loc\d{4}>)<loc(\d{4})><loc(\d{4})><loc(\d{4})><loc(\d{4})> ([\w\s\-]+)`, regexp2.None)

// PaliGemma reads y0 x0 y1 x1 tokens on a 1024 grid and the label of letters, digits, spaces and hyphens behind them.
func PaliGemma(text string, width, height float64) []Detection {
	var out []Detection
	m, _ := paliRE.FindStringMatch(text)
	for m != nil {
		g := m.Groups()
		at := func(i int, size float64) float64 { return number(g[i].String()) / 1024 * size }
		out = append(out, Detection{
			Box:   metric.Box{at(2, width), at(1, height), at(4, width), at(3, height)},
			Label: pytext.Strip(g[5].String()),
		})
		m, _ = paliRE.FindNextMatch(m)
	}
	return out
}

var (
	refRE  = compile(`(?s)<\|ref\|>(.*?)<\|/ref\|>`)
	detRE  = compile(`(?s)<\|det\|>(.*?)<\|/det\|>`)
	listRE = compile(`\[(.*?)\]`)
)

// DeepSeekVL2 reads as many <|ref|> as <|det|> blocks, 0–999, in single precision.
func DeepSeekVL2(text string, width, height float64) ([]Detection, error) {
	refs, dets := refRE.FindAllStringSubmatch(text, -1), detRE.FindAllStringSubmatch(text, -1)
	if len(refs) != len(dets) {
		return nil, errMalformed
	}
	var out []Detection
	for i, ref := range refs {
		for _, m := range listRE.FindAllStringSubmatch(dets[i][1], -1) {
			parts := strings.Split(strings.Trim(m[1], "[]"), ",")
			if len(parts) != 4 {
				return nil, errMalformed
			}
			var b metric.Box
			for k, size := range []float64{width, height, width, height} {
				x, ok := pytext.Float(parts[k])
				if !ok {
					return nil, errMalformed
				}
				b[k] = float64(float32(x / 999 * size))
			}
			out = append(out, Detection{b, pytext.Strip(ref[1])})
		}
	}
	return out, nil
}

var florenceRE = compile(`<loc_(`, digit, `+)><loc_(`, digit, `+)><loc_(`, digit, `+)><loc_(`, digit, `+)>`)

// Florence2Region reads the first four bins as thousandths, without the half bin the model's authors add, in single
// precision; the label is the text before. "No object detected." is no detection.
func Florence2Region(text string, width, height float64) ([]Detection, error) {
	if text == "No object detected." {
		return nil, nil
	}
	m := florenceRE.FindStringSubmatchIndex(text)
	if m == nil {
		return nil, errMalformed
	}
	var b metric.Box
	for i, size := range []float64{width, height, width, height} {
		bin := float64(float32(number(text[m[2+2*i]:m[3+2*i]])))
		b[i] = float64(float32(bin * (size / 1000)))
	}
	return []Detection{{b, text[:m[0]]}}, nil
}

// Gemini reads JSON with box_2d [ymin, xmin, ymax, xmax] in thousandths and label, in a ```json fence or bare.
func Gemini(text string, width, height float64) ([]Detection, error) {
	lines := pytext.Lines(text)
	for i, line := range lines {
		if line == "```json" {
			text, _, _ = strings.Cut(strings.Join(lines[i+1:], "\n"), "```")
			break
		}
	}
	v, err := decodeJSON(text)
	if err != nil {
		return nil, nil //nolint:nilerr // the original returns nothing here
	}
	return labelled(v, "box_2d", func(b metric.Box) metric.Box {
		return metric.Box{b[1] * width / 1000, b[0] * height / 1000, b[3] * width / 1000, b[2] * height / 1000}
	})
}

// labelled reads the objects of a list that have both the key and a label.
func labelled(v any, key string, place func(metric.Box) metric.Box) ([]Detection, error) {
	items, ok := v.([]any)
	if !ok {
		if _, isObject := v.(pytext.Dict); isObject {
			return nil, nil
		}
		return nil, errMalformed
	}
	var out []Detection
	for _, item := range items {
		d, ok := item.(pytext.Dict)
		if !ok {
			if _, isText := item.(string); isText {
				continue
			}
			return nil, errMalformed
		}
		value, hasBox := d.Get(key)
		label, hasLabel := d.Get("label")
		if !hasBox || !hasLabel {
			continue
		}
		list, _ := Sequence(value)
		b, ok := box(list)
		if !ok {
			return nil, errMalformed
		}
		out = append(out, Detection{place(b), pytext.Str(label)})
	}
	return out, nil
}

var qwenFenceRE = compile("(?i)^```(?:json)?")

// Qwen reads a JSON list of bbox_2d and label in pixels of the model's input, inWidth by inHeight (1000 by 1000 for
// thousandths), in a fence or not; a list cut off after an object is closed first.
func Qwen(text string, inWidth, inHeight, width, height float64) ([]Detection, error) {
	text = pytext.Strip(qwenFenceRE.ReplaceAllString(pytext.Strip(text), ""))
	text = pytext.Strip(strings.TrimSuffix(text, "```"))
	start, end := strings.Index(text, "["), strings.LastIndex(text, "]")
	if start >= 0 && end > start {
		text = pytext.Strip(text[start : end+1])
	}
	v, err := decodeJSON(text)
	if err != nil {
		if v, err = decodeJSON(closed(text)); err != nil || v == nil {
			if v, err = pytext.Literal(text); err != nil {
				return nil, nil //nolint:nilerr // the original returns nothing here
			}
		}
	}
	if _, ok := v.([]any); !ok {
		return nil, nil
	}
	return labelled(v, "bbox_2d", func(b metric.Box) metric.Box {
		return metric.Box{b[0] / inWidth * width, b[1] / inHeight * height, b[2] / inWidth * width, b[3] / inHeight * height}
	})
}

// closed cuts a list after its last object and closes it.
func closed(text string) string {
	start := strings.Index(text, "[")
	if start < 0 {
		return ""
	}
	end := strings.LastIndex(text[start:], "}")
	if end < 0 {
		return ""
	}
	body := strings.TrimRightFunc(text[start+1:start+end+1], pytext.IsSpace)
	return "[" + strings.TrimRightFunc(strings.TrimSuffix(body, ","), pytext.IsSpace) + "]"
}

var (
	shikraBoxRE   = compile(`\[`, shikraGroup(4), `(?:;`, shikraGroup(4), `)*\]`)
	shikraPointRE = compile(`\[`, shikraGroup(2), `(?:;`, shikraGroup(2), `)*\]`)
)

func shikraGroup(n int) string {
	one := digit + `(?:\.` + digit + `*)?`
	return one + strings.Repeat(`,`+one, n-1)
}

// ShikraBoxes returns fractions, one list per mention. Source: shikras/shikra, box_process_function.py.
func ShikraBoxes(text string) [][][]float64 { return shikra(shikraBoxRE.FindAllString(text, -1)) }

// ShikraPoints is the same for points.
func ShikraPoints(text string) [][][]float64 { return shikra(shikraPointRE.FindAllString(text, -1)) }

func shikra(mentions []string) [][][]float64 {
	out := [][][]float64{}
	for _, m := range mentions {
		var objects [][]float64
		for object := range strings.SplitSeq(strings.Trim(m, "[]"), ";") {
			var v []float64
			for n := range strings.SplitSeq(object, ",") {
				v = append(v, number(n))
			}
			objects = append(objects, v)
		}
		out = append(out, objects)
	}
	return out
}

// Moondream scales objects with x_min, y_min, x_max and y_max from fractions to pixels and skips the others. The image
// must have a size.
func Moondream(objects []map[string]float64, width, height float64) ([]metric.Box, error) {
	if width <= 0 || height <= 0 {
		return nil, errMalformed
	}
	out := []metric.Box{}
	for _, o := range objects {
		var b metric.Box
		complete := true
		for i, key := range []string{"x_min", "y_min", "x_max", "y_max"} {
			v, ok := o[key]
			b[i], complete = v*[]float64{width, height}[i%2], complete && ok
		}
		if complete {
			out = append(out, b)
		}
	}
	return out, nil
}
