package reader

import (
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

var (
	looseFenceRE = compile("(?is)```(?:json)?", space, "*(.*?)", space, "*```")
	looseSep     = space + `*[,` + pytext.Space + `]` + space + `*`
	looseBoxRE   = compile(`\[?`, space, `*`, intNumber, looseSep, intNumber, looseSep, intNumber, looseSep, intNumber, space, `*\]?`)
)

var boxKeys = []string{"bbox_2d", "bbox", "box", "coordinates", "coord", "location", "position"}

// GroundingLMMS reads every box of an answer, in JSON or else by pattern, takes each as pixels and as thousandths, and
// keeps the reading with the highest IoU against the gold box (pixels): optimistic. Without a box it returns zeros.
// Source: lmms-eval, tasks/refcoco_grounding/utils.py.
func GroundingLMMS(text string, gold metric.Box, width, height float64) (best metric.Box, iou float64) {
	boxes := jsonBoxes(looseJSON(text))
	if len(boxes) == 0 {
		for _, m := range looseBoxRE.FindAllStringSubmatch(text, -1) {
			boxes = append(boxes, boxOf(m[1:]))
		}
	}
	iou = -1
	for _, b := range boxes {
		asThousandths := metric.Box{b[0] / 1000 * width, b[1] / 1000 * height, b[2] / 1000 * width, b[3] / 1000 * height}
		for _, c := range []metric.Box{b, asThousandths} {
			if v := metric.IoU(c, gold); v > iou {
				best, iou = c, v
			}
		}
	}
	return best, max(iou, 0)
}

// looseJSON decodes the fenced part, the whole text, or what lies between the outer brackets or braces.
func looseJSON(text string) any {
	text = pytext.Strip(text)
	var candidates []string
	if m := looseFenceRE.FindStringSubmatch(text); m != nil {
		candidates = append(candidates, m[1])
	}
	candidates = append(candidates, text)
	for _, brackets := range []string{"[]", "{}"} {
		start, end := strings.Index(text, brackets[:1]), strings.LastIndex(text, brackets[1:])
		if start >= 0 && end > start {
			candidates = append(candidates, text[start:end+1])
		}
	}
	for _, c := range candidates {
		if v, err := decodeJSON(c); err == nil {
			return v
		}
	}
	return nil
}

func jsonBoxes(v any) []metric.Box {
	var out []metric.Box
	switch x := v.(type) {
	case []any:
		if b, ok := numbersOnly(x); ok {
			return []metric.Box{b}
		}
		for _, item := range x {
			out = append(out, jsonBoxes(item)...)
		}
	case pytext.Dict:
		for _, key := range boxKeys {
			value, _ := x.Get(key)
			if items, ok := value.([]any); ok {
				if b, ok := box(items); ok {
					return []metric.Box{b}
				}
			}
		}
		for _, e := range x {
			out = append(out, jsonBoxes(e.Value)...)
		}
	}
	return out
}

func numbersOnly(items []any) (b metric.Box, ok bool) {
	if len(items) != 4 {
		return b, false
	}
	for i, item := range items {
		if b[i], ok = isNumber(item); !ok {
			return b, false
		}
	}
	return b, true
}
