package point

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	molmoTagRE   = regexp.MustCompile(`<points?\b([^<>]*)>(?:([^<]*)</points?>)?`)
	molmoAttrRE  = regexp.MustCompile(`\b([xy])([0-9]*)\s*=\s*["']?\s*(` + number + `)`)
	molmoTenthRE = regexp.MustCompile(`\b(?:p|[0-9]+)\s*=\s*["']?\s*([0-9]{3,4})\s*,\s*([0-9]{3,4})`)
	molmoCoordRE = regexp.MustCompile(`\bcoords\s*=\s*["']([-0-9.,;:\s]*)["']`)
	molmoAltRE   = regexp.MustCompile(`\balt\s*=\s*(?:"([^"]*)"|'([^']*)')`)
	molmoClickRE = regexp.MustCompile(`Click\(\s*` + number + `\s*,\s*` + number + `\s*\)`)
)

// findMolmo reads the tags and Click(x, y), or else bare (x, y); numbers come out in percent.
func findMolmo(answer string) []shape {
	out := append(findPointTags(answer), findGroups(molmoClickRE, answer)...)
	if len(out) == 0 {
		return findTuples(answer)
	}
	slices.SortStableFunc(out, func(a, b shape) int { return a.start - b.start })
	return out
}

// findQwen3 reads JSON, or else tags whose attributes are thousandths.
func findQwen3(answer string) []shape {
	if out := findJSON(answer); len(out) > 0 {
		return out
	}
	return findPointTags(answer)
}

func findPointTags(answer string) []shape {
	var out []shape
	for _, m := range molmoTagRE.FindAllStringSubmatchIndex(answer, -1) {
		attrs := answer[m[2]:m[3]]
		label := ""
		if m[4] >= 0 {
			label = strings.TrimSpace(answer[m[4]:m[5]])
		}
		if alt := molmoAltRE.FindStringSubmatch(attrs); label == "" && alt != nil {
			label = alt[1] + alt[2]
		}
		for _, v := range tagPoints(attrs) {
			out = append(out, shape{v: v, decimal: true, label: label, start: m[0], end: m[1]})
		}
	}
	return out
}

// tagPoints reads the attributes of one tag: x= y=, numbered x1= y1= …, compact p= and 1=, or Molmo 2's coords=.
func tagPoints(attrs string) [][]float64 {
	if m := molmoCoordRE.FindStringSubmatch(attrs); m != nil {
		return coordPoints(m[1])
	}
	var out [][]float64
	xs := map[string]float64{}
	for _, m := range molmoAttrRE.FindAllStringSubmatch(attrs, -1) {
		v, _ := strconv.ParseFloat(m[3], 64)
		if m[1] == "x" {
			xs[m[2]] = v
		} else if x, ok := xs[m[2]]; ok {
			out = append(out, []float64{x, v})
		}
	}
	for _, m := range molmoTenthRE.FindAllStringSubmatch(attrs, -1) {
		v, _ := numbers(m[1] + " " + m[2])
		out = append(out, []float64{v[0] / 10, v[1] / 10})
	}
	return out
}

// coordPoints reads "image id x y id x y …", one such run per image, in thousandths, and returns percent.
func coordPoints(coords string) [][]float64 {
	var out [][]float64
	for run := range strings.FieldsFuncSeq(coords, func(r rune) bool { return strings.ContainsRune("\t:;,", r) }) {
		v, _ := numbers(run)
		for i := 1; i+2 < len(v); i += 3 {
			out = append(out, []float64{v[i+1] / 10, v[i+2] / 10})
		}
	}
	return out
}
