package point

import (
	"regexp"
	"strings"
)

var (
	molmoOpenRE  = regexp.MustCompile(`<(?:points?|tracks)\s`)
	molmoClickRE = regexp.MustCompile(`Click\(\s*` + number + `\s*,\s*` + number + `\s*\)`)
	molmoEndRE   = regexp.MustCompile(`^([^<]*)</(?:points?|tracks)>`)
	molmoAxisRE  = regexp.MustCompile(`^([xy])([0-9]*)$`)
	molmoTenthRE = regexp.MustCompile(`\b(?:p|[0-9]+)\s*=\s*["']?\s*([0-9]{3,4})\s*,\s*([0-9]{3,4})`)
)

// findMolmo reads the tags and Click(x, y), or else lists in brackets; numbers
// come out in percent.
func findMolmo(text string) ([]shape, error) {
	out := findPointTags(text)
	for _, m := range molmoClickRE.FindAllStringIndex(text, -1) {
		if s, ok := shapeIn(text[m[0]:m[1]]); ok {
			s.start, s.end = m[0], m[1]
			out = append(out, s)
		}
	}
	if len(out) == 0 && !molmoOpenRE.MatchString(text) {
		return findPlain(text)
	}
	return byPlace(out), nil
}

// findQwen3 reads tags whose attributes are thousandths, or else JSON and lists.
func findQwen3(text string) ([]shape, error) {
	if molmoOpenRE.MatchString(text) {
		return findPointTags(text), nil
	}
	return findPlain(text)
}

// findPointTags reads <point>, <points> and <tracks> with attributes in any order.
func findPointTags(text string) []shape {
	var out []shape
	for _, m := range molmoOpenRE.FindAllStringIndex(text, -1) {
		attrs, size := readAttributes(text[m[1]:])
		if size < 0 {
			continue // cut off
		}
		end := m[1] + size
		label := ""
		if inner := molmoEndRE.FindStringSubmatchIndex(text[end:min(len(text), end+longestLabel)]); inner != nil {
			label, end = strings.TrimSpace(text[end+inner[2]:end+inner[3]]), end+inner[1]
		}
		for _, s := range tagShapes(attrs) {
			if s.label = label; label == "" {
				s.label = attrs.value("alt")
			}
			s.decimal, s.start, s.end = true, m[0], end
			out = append(out, s)
		}
	}
	return out
}

// longestLabel bounds how far the end of a tag is looked for, in bytes.
const longestLabel = 1000

// tagShapes reads x= y=, numbered x1= y1= …, compact p= and 1=, or Molmo 2's coords=.
func tagShapes(attrs attributes) []shape {
	if coords := attrs.value("coords"); coords != "" {
		return coordShapes(coords)
	}
	var out []shape
	half := map[string]float64{} // axes whose pair has not come yet
	for _, a := range attrs.list {
		m := molmoAxisRE.FindStringSubmatch(a.name)
		n, ok := newNumeral(a.value)
		if m == nil || !ok {
			continue
		}
		half[m[1]+m[2]] = n.v
		x, hasX := half["x"+m[2]]
		if y, hasY := half["y"+m[2]]; hasX && hasY {
			out = append(out, shape{v: []float64{x, y}})
			delete(half, "x"+m[2])
			delete(half, "y"+m[2])
		}
	}
	for _, m := range molmoTenthRE.FindAllStringSubmatch(attrs.bare, -1) {
		v, _ := numbers(m[1] + " " + m[2])
		out = append(out, shape{v: []float64{v[0] / 10, v[1] / 10}})
	}
	return out
}

// coordShapes reads "image id x y id x y …", one such run per image, in
// thousandths of at least three digits, and returns percent. A fractional first
// number is a time in a video and no image.
func coordShapes(coords string) []shape {
	var out []shape
	for run := range strings.FieldsFuncSeq(coords, func(r rune) bool { return r == '\t' || r == ':' || r == ';' || r == ',' }) {
		fields := strings.Fields(run)
		if len(fields) == 0 {
			continue
		}
		image := 0
		if first, ok := newNumeral(fields[0]); ok && !first.decimal {
			image = int(min(max(first.v, 0), 1e6))
		}
		for i := 1; i+2 < len(fields); i += 3 {
			x, okX := newNumeral(fields[i+1])
			y, okY := newNumeral(fields[i+2])
			if okX && okY && len(fields[i+1]) >= 3 && len(fields[i+2]) >= 3 {
				out = append(out, shape{v: []float64{x.v / 10, y.v / 10}, image: image})
			}
		}
	}
	return out
}
