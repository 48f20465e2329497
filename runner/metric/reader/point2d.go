package reader

import (
	"math"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// Point2D is VLMEvalKit's Point2DParser and returns fractions, not clipped. An answer that is, inside an optional code
// fence, nothing but JSON or a Python literal is read for point_2d or point; each point guesses its scale: largest
// coordinate to 1.5 fractions, to 1000 thousandths, else pixels. Otherwise (x, y) and (x0, y0, x1, y1), which stands
// for all its pixels, are read anywhere: to 1.5 fractions, else pixels.
// Source: open-compass/VLMEvalKit, dataset/utils/spatial_bench/tools/utils.py.
func Point2D(text string, width, height int) [][2]float64 {
	w, h := orOne(width), orOne(height)
	if out := point2DLiteral(stripFence(text), w, h); len(out) > 0 {
		return out
	}
	out := [][2]float64{}
	for _, t := range tuples(text) {
		fraction := largest(t.v) <= 1.5
		switch len(t.v) {
		case 2:
			if fraction {
				out = append(out, [2]float64{t.v[0], t.v[1]})
			} else {
				out = append(out, [2]float64{t.v[0] / w, t.v[1] / h})
			}
		case 4:
			out = append(out, boxFractions([4]float64(t.v), fraction, w, h)...)
		}
	}
	return out
}

// Point2DPixels is the same in pixels, clipped to the image and rounded half to even.
func Point2DPixels(text string, width, height int) []metric.Pixel {
	out := []metric.Pixel{}
	w, h := orOne(width), orOne(height)
	for _, p := range Point2D(text, width, height) {
		out = append(out, metric.Pixel{X: clipRound(p[0]*w, w), Y: clipRound(p[1]*h, h)})
	}
	return out
}

func clipRound(v, size float64) int { return roundHalfEven(min(max(v, 0), size-1)) }

func orOne(size int) float64 {
	if size == 0 {
		return 1
	}
	return float64(size)
}

func largest(v []float64) float64 {
	m := 0.0
	for _, x := range v {
		m = max(m, math.Abs(x))
	}
	return m
}

func stripFence(text string) string {
	s := pytext.Strip(text)
	if !strings.HasPrefix(s, "```") {
		return s
	}
	inner := strings.TrimLeft(s, "`")
	if _, after, ok := strings.Cut(s, "\n"); ok {
		inner = after
	}
	return pytext.Strip(strings.TrimSuffix(pytext.Strip(inner), "```"))
}

func point2DLiteral(text string, w, h float64) [][2]float64 {
	v, err := decodeJSON(text)
	if err != nil || v == nil {
		if v, err = pytext.Literal(text); err != nil {
			return nil
		}
	}
	if d, ok := v.(pytext.Dict); ok {
		v = []any{d}
	}
	items, ok := v.([]any)
	if !ok {
		return nil
	}
	var out [][2]float64
	for _, item := range items {
		d, ok := item.(pytext.Dict)
		if !ok {
			continue
		}
		if p, ok := point2DOf(d); ok {
			out = append(out, scaled(p, w, h))
		}
	}
	return out
}

// point2DOf takes point_2d, or point if the former is missing or empty.
func point2DOf(d pytext.Dict) (p [2]float64, ok bool) {
	v, _ := d.Get("point_2d")
	if !truthy(v) {
		v, _ = d.Get("point")
	}
	items, ok := Sequence(v)
	if !ok || len(items) != 2 {
		return p, false
	}
	xy, ok := Floats(items)
	if !ok {
		return p, false
	}
	return [2]float64(xy), true
}

// truthy is bool(v) for what a decoder returns.
func truthy(v any) bool {
	switch x := v.(type) {
	case nil:
		return false
	case string:
		return x != ""
	case pytext.Dict:
		return len(x) > 0
	}
	if items, ok := Sequence(v); ok {
		return len(items) > 0
	}
	f, _ := isNumber(v)
	return f != 0
}

func scaled(p [2]float64, w, h float64) [2]float64 {
	switch m := largest(p[:]); {
	case m <= 1.5:
		return p
	case m <= 1000:
		return [2]float64{p[0] / 1000, p[1] / 1000}
	}
	return [2]float64{p[0] / w, p[1] / h}
}

// maxBoxPixels keeps a wild box from filling the memory, as it would in the original.
const maxBoxPixels = 1 << 26

func boxFractions(b [4]float64, fraction bool, w, h float64) [][2]float64 {
	if fraction {
		b = [4]float64{b[0] * w, b[1] * h, b[2] * w, b[3] * h}
	}
	x0, x1 := roundHalfEven(min(b[0], b[2])), roundHalfEven(max(b[0], b[2]))
	y0, y1 := roundHalfEven(min(b[1], b[3])), roundHalfEven(max(b[1], b[3]))
	if float64(x1-x0)*float64(y1-y0) > maxBoxPixels {
		return nil
	}
	var out [][2]float64
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			out = append(out, [2]float64{float64(x) / w, float64(y) / h})
		}
	}
	return out
}

var (
	fenceRE    = compile("(?s)```(?:json)?\n(.*?)```")
	xmlRE      = compile(`<points`, space, `+(.*?)/>`)
	xmlPairRE  = compile(`(x`, digit, `+)="([`, digit, `.]+)"`, space, `+(y`, digit, `+)="([`, digit, `.]+)"`)
	bareParens = compile(`\(`, space, `*([`, digit, `.]+)`, space, `*,`, space, `*([`, digit, `.]+)`, space, `*\)`)
)

// RefSpatial is VLMEvalKit's for RefSpatial and returns fractions: JSON point_2d [x, y], Gemini's point [y, x] and bare
// pairs, thousandths if a coordinate is above 1; else Molmo's points tag, percent; else pairs in round brackets as
// written. nil if nothing is found. Source: dataset/refspatial.py.
func RefSpatial(text string) ([][2]float64, error) {
	if pytext.Strip(text) == "" {
		return nil, nil
	}
	points, err := refSpatialJSON(text)
	if err != nil || len(points) > 0 {
		return points, err
	}
	if m := xmlRE.FindStringSubmatch(text); m != nil {
		for _, xy := range xmlPairRE.FindAllStringSubmatch(m[1], -1) {
			p, ok := pair(xy[2], xy[4])
			if !ok {
				return nil, errMalformed
			}
			points = append(points, above1(p, 100))
		}
		if len(points) > 0 {
			return points, nil
		}
	}
	for _, m := range bareParens.FindAllStringSubmatch(text, -1) {
		p, ok := pair(m[1], m[2])
		if !ok {
			return nil, errMalformed
		}
		points = append(points, p)
	}
	return points, nil
}

func pair(x, y string) ([2]float64, bool) {
	a, ok1 := pytext.Float(x)
	b, ok2 := pytext.Float(y)
	return [2]float64{a, b}, ok1 && ok2
}

func above1(p [2]float64, divisor float64) [2]float64 {
	if p[0] > 1 || p[1] > 1 {
		return [2]float64{p[0] / divisor, p[1] / divisor}
	}
	return p
}

func refSpatialJSON(text string) ([][2]float64, error) {
	text = pytext.Strip(text)
	if m := fenceRE.FindStringSubmatch(text); m != nil {
		text = pytext.Strip(m[1])
	}
	v, err := decodeJSON(text)
	if err != nil {
		return nil, nil //nolint:nilerr // an answer that is not JSON is read in another way
	}
	items, isList := v.([]any)
	if d, ok := v.(pytext.Dict); ok {
		items = []any{d}
	}
	var out [][2]float64
	for _, item := range items {
		if d, ok := item.(pytext.Dict); ok {
			p, found, err := refSpatialDict(d)
			if err != nil {
				return nil, err
			}
			if found {
				out = append(out, p)
			}
		} else if xy, ok := item.([]any); ok && isList && len(xy) == 2 {
			p, ok := Floats(xy)
			if !ok {
				return out, nil // the original stops reading here and keeps what it has
			}
			out = append(out, above1([2]float64(p), 1000))
		}
	}
	return out, nil
}

func refSpatialDict(d pytext.Dict) (p [2]float64, found bool, err error) {
	for _, key := range []string{"point_2d", "point"} {
		v, ok := d.Get(key)
		if !ok {
			continue
		}
		xy, isList := Sequence(v)
		if !isList {
			return p, false, errMalformed
		}
		if len(xy) != 2 {
			return p, false, nil
		}
		if key == "point_2d" {
			f, ok := Floats(xy)
			if !ok {
				return p, false, nil
			}
			return above1([2]float64(f), 1000), true, nil
		}
		y, ok1 := isNumber(xy[0])
		x, ok2 := isNumber(xy[1])
		return above1([2]float64{x, y}, 1000), ok1 && ok2, nil
	}
	return p, false, nil
}
