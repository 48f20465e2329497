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
		return f.listed, nil
	}
	if out := findAssignments(text); len(out) > 0 {
		return out, nil
	}
	return findLines(text), nil
}

var (
	assignRE = regexp.MustCompile(`(?i)(?:^|[^\w])([xy](?:_?(?:min|max|left|top|right|bottom|center|[0-9]))?|c[xy]|left|top|right|bottom|width|height|w|h)` +
		`["'*]*(?:[ -]coord(?:inate)?)?\s*[:=]\s*["'*]*(` + number + `(?:\s*(?:%|px\b))?)["'*]*`)
	betweenRE = regexp.MustCompile(`(?i)^(?:[\s,;()\[\]{}*•-]|\band\b)*$`)
)

// findAssignments reads runs of named numbers with nothing but punctuation
// between them.
func findAssignments(text string) []shape {
	var out []shape
	fields := map[string]numeral{}
	start, end := 0, 0
	flush := func() {
		if s, ok := fieldShape(fields); ok {
			s.start, s.end = start, end
			out = append(out, s)
		}
		clear(fields)
	}
	for _, m := range assignRE.FindAllStringSubmatchIndex(text, -1) {
		name := keyName(text[m[2]:m[3]])
		_, again := fields[name]
		if again || len(fields) > 0 && !betweenRE.MatchString(text[end:m[2]]) {
			flush()
		}
		if len(fields) == 0 {
			start = m[2]
		}
		fields[name], _ = newNumeral(text[m[4]:m[5]])
		end = m[1]
	}
	flush()
	return out
}

var lineRE = regexp.MustCompile(`^\s*(?:[-*•]\s+|[0-9]+[.)]\s+)?\**(` + value + `(?:(?:\s*[,;]\s*|\s+)` + value + `)+)\**\s*[.;,]?\s*$`)

const value = number + `(?:\s?(?:%|px))?`

// findLines reads lines that are two or four numbers and nothing else.
func findLines(text string) []shape {
	var out []shape
	at := 0
	for line := range strings.Lines(text) {
		if m := lineRE.FindStringSubmatchIndex(line); m != nil {
			all, ok := numerals(node{text: strings.ReplaceAll(line[m[2]:m[3]], ";", ",")})
			if s, is := newShape(all); ok && is {
				s.start, s.end = at+m[2], at+m[3]
				out = append(out, s)
			}
		}
		at += len(line)
	}
	return out
}

// findShikra reads [x,y] and [x1,y1,x2,y2], several joined by ';'.
func findShikra(text string) ([]shape, error) { return findJoined(shikraRE, text), nil }

// findCogVLM reads [[x0,y0,x1,y1]], several joined by ';' within.
func findCogVLM(text string) ([]shape, error) {
	if out := findJoined(shikraRE, text); len(out) > 0 {
		return out, nil
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
