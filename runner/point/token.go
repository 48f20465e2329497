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

// findPaliGemma reads runs of two (point) or four (box) location tokens; y comes first.
func findPaliGemma(answer string) []shape {
	var out []shape
	for _, m := range paliRE.FindAllStringSubmatchIndex(answer, -1) {
		v, _ := numbers(answer[m[2]:m[3]])
		if len(v) == 2 || len(v) == 4 {
			label := strings.TrimSpace(answer[m[4]:m[5]])
			out = append(out, shape{v: v, label: label, start: m[2], end: m[3]})
		}
	}
	return out
}

// findFlorence reads runs of bins: two are a point, a multiple of four are boxes; other runs are polygons. A bin stands
// for its centre, so half a bin is added.
func findFlorence(answer string) []shape {
	var out []shape
	for _, m := range florenceRE.FindAllStringSubmatchIndex(answer, -1) {
		v, _ := numbers(strings.ReplaceAll(answer[m[4]:m[5]], "_", " "))
		for i := range v {
			v[i] += 0.5
		}
		label := strings.TrimSpace(answer[m[2]:m[3]])
		if len(v) == 2 {
			out = append(out, shape{v: v, label: label, start: m[4], end: m[5]})
		} else if len(v)%4 == 0 {
			for box := range slices.Chunk(v, 4) {
				out = append(out, shape{v: box, label: label, start: m[4], end: m[5]})
			}
		}
	}
	return out
}

// findKosmos reads pairs of cells (upper left, lower right) of the 32x32 grid.
func findKosmos(answer string) []shape {
	var out []shape
	for _, m := range kosmosRE.FindAllStringSubmatchIndex(answer, -1) {
		label := ""
		if m[2] >= 0 {
			label = strings.TrimSpace(answer[m[2]:m[3]])
		}
		for part := range strings.SplitSeq(answer[m[4]:m[5]], "</delimiter_of_multi_objects/>") {
			if v, _ := numbers(strings.ReplaceAll(part, "_", " ")); len(v) == 2 {
				if box, ok := Patches(int(v[0]), int(v[1]), 32); ok {
					out = append(out, shape{v: box[:], decimal: true, label: label, start: m[4], end: m[5]})
				}
			}
		}
	}
	return out
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
