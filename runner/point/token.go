package point

import (
	"regexp"
	"slices"
	"strings"
)

var (
	paliRE     = regexp.MustCompile(`((?:<loc[0-9]{4}>)+)[ \t]*([^<;\n]*)`)
	florenceRE = regexp.MustCompile(`([^<>\n]*)((?:<loc_[0-9]+>)+)`)
	kosmosRE   = regexp.MustCompile(`(?:<phrase>([^<]*)</phrase>)?<object>((?:<patch_index_[0-9]{4}>|</delimiter_of_multi_objects/>)+)</object>`)
)

// findPaliGemma reads runs of location tokens, y first: two are a point, fours are boxes.
func findPaliGemma(text string) ([]shape, error) {
	if !strings.Contains(text, "<loc") {
		return findPlain(text)
	}
	var out []shape
	for _, m := range paliRE.FindAllStringSubmatchIndex(text, -1) {
		s := shape{label: strings.TrimSpace(text[m[4]:m[5]]), start: m[2], end: m[3]}
		v, _ := numbers(text[m[2]:m[3]])
		shapes, err := run(v, s)
		if err != nil {
			return nil, err
		}
		out = append(out, shapes...)
	}
	if len(out) == 0 {
		return findPlain(text)
	}
	return out, nil
}

// run cuts a run of location tokens into a point or boxes.
func run(v []float64, s shape) ([]shape, error) {
	if len(v) == 2 {
		s.v = v
		return []shape{s}, nil
	}
	if len(v)%4 != 0 {
		return nil, ambiguous("a run of %d location tokens is neither a point nor boxes", len(v))
	}
	var out []shape
	for box := range slices.Chunk(v, 4) {
		s.v = box
		out = append(out, s)
	}
	return out, nil
}

// findFlorence reads runs of bins: two are a point, fours are boxes. Eight may be
// a quadrilateral (of its OCR task), more a polygon: their fours are no boxes,
// since the corners go round. A bin stands for its centre, so half a bin is added.
func findFlorence(text string) ([]shape, error) {
	if !strings.Contains(text, "<loc_") {
		return findPlain(text)
	}
	var out []shape
	for _, m := range florenceRE.FindAllStringSubmatchIndex(text, -1) {
		v, _ := numbers(strings.ReplaceAll(text[m[4]:m[5]], "_", " "))
		for i := range v {
			v[i] += 0.5
		}
		shapes, err := run(v, shape{label: strings.TrimSpace(text[m[2]:m[3]]), start: m[4], end: m[5]})
		if err != nil {
			return nil, err
		}
		if len(shapes) > 1 && slices.ContainsFunc(shapes, reversed) {
			return nil, ambiguous("a run of %d bins is a polygon rather than boxes", len(v))
		}
		out = append(out, shapes...)
	}
	if len(out) == 0 {
		return findPlain(text)
	}
	return out, nil
}

// reversed reports whether the second corner of a box lies before the first.
func reversed(s shape) bool { return len(s.v) == 4 && (s.v[2] < s.v[0] || s.v[3] < s.v[1]) }

// findKosmos reads pairs of cells (upper left, lower right) of the 32x32 grid.
func findKosmos(text string) ([]shape, error) {
	if !strings.Contains(text, "<patch_index_") {
		return findPlain(text)
	}
	var out []shape
	for _, m := range kosmosRE.FindAllStringSubmatchIndex(text, -1) {
		label := ""
		if m[2] >= 0 {
			label = strings.TrimSpace(text[m[2]:m[3]])
		}
		for part := range strings.SplitSeq(text[m[4]:m[5]], "</delimiter_of_multi_objects/>") {
			if v, _ := numbers(strings.ReplaceAll(part, "_", " ")); len(v) == 2 {
				if box, ok := Patches(int(v[0]), int(v[1]), 32); ok {
					out = append(out, shape{v: box[:], decimal: true, label: label, start: m[4], end: m[5]})
				}
			}
		}
	}
	if len(out) == 0 {
		return findPlain(text)
	}
	return out, nil
}

// Patches turns Kosmos-2's two cells of a grid x grid image into a box of fractions x0, y0, x1, y1: from centre to
// centre, or from outer edge to outer edge if the box is one cell, one row or one column. ok is false for a cell
// outside the grid.
func Patches(upperLeft, lowerRight, grid int) (box [4]float64, ok bool) {
	if grid <= 0 || upperLeft < 0 || lowerRight < 0 || upperLeft >= grid*grid || lowerRight >= grid*grid {
		return box, false
	}
	x0, y0 := upperLeft%grid, upperLeft/grid
	x1, y1 := lowerRight%grid, lowerRight/grid
	cell := 1 / float64(grid)
	in := cell / 2
	if x0 == x1 || y0 == y1 {
		in = 0
	}
	return [4]float64{
		float64(x0)*cell + in, float64(y0)*cell + in,
		float64(x1)*cell + cell - in, float64(y1)*cell + cell - in,
	}, true
}
