package point

import (
	"regexp"
	"slices"
	"strings"
)

// findPlain reads JSON objects where there are any, else lists in brackets, else
// assignments (x: 320, y: 240), else lines of bare numbers.
func findPlain(text string) ([]shape, error) {
	var f finding
	for _, n := range scan(text) {
		f.walk(n, context{})
	}
	switch {
	case f.err != nil:
		return nil, f.err
	case len(f.named) > 0:
		return f.named, nil
	case len(f.listed) > 0:
		return withLabels(text, dropOthers(text, f.listed), labelBefore), nil
	}
	if out := findAssignments(text); len(out) > 0 {
		return out, nil
	}
	return findLines(text), nil
}

// findShikra reads [x,y] and [x1,y1,x2,y2], several joined by ';'.
func findShikra(text string) ([]shape, error) {
	return withLabels(text, findJoined(shikraRE, text), phraseBefore), nil
}

// findCogVLM reads [[x0,y0,x1,y1]], several joined by ';' within.
func findCogVLM(text string) ([]shape, error) {
	if out := findJoined(shikraRE, text); len(out) > 0 {
		return withLabels(text, out, phraseBefore), nil
	}
	return findPlain(text)
}

var shikraRE = regexp.MustCompile(`\[\s*` + number + `(?:\s*[,;]\s*` + number + `)+\s*\]`)

func findJoined(re *regexp.Regexp, text string) []shape {
	var out []shape
	for _, m := range re.FindAllStringIndex(text, -1) {
		at := m[0]
		for part := range strings.SplitSeq(text[m[0]:m[1]], ";") {
			if s, ok := shapeIn(part); ok {
				s.start, s.end = at, at+len(part)
				out = append(out, s)
			}
			at += len(part) + 1
		}
	}
	return out
}

// shapeIn reads a text whose numbers are two or four.
func shapeIn(text string) (s shape, ok bool) {
	s.v, s.decimal = numbers(text)
	return s, len(s.v) == 2 || len(s.v) == 4
}

// byPlace sorts shapes as they stand in the text.
func byPlace(shapes []shape) []shape {
	slices.SortStableFunc(shapes, func(a, b shape) int { return a.start - b.start })
	return shapes
}
