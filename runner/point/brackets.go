package point

import (
	"regexp"
	"strconv"
	"strings"
)

const number = `[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?`

var (
	numberRE  = regexp.MustCompile(number)
	tupleRE   = group(`\(`, `\)`, `\s*,\s*`)
	bracketRE = group(`[\[(]`, `[\])]`, `(?:\s*,\s*|\s+)`)
	shikraRE  = regexp.MustCompile(`\[` + number + `(?:[,;]` + number + `)+\]`)
)

func group(open, end, sep string) *regexp.Regexp {
	return regexp.MustCompile(open + `\s*` + number + `(?:` + sep + number + `)+\s*` + end)
}

// findPlain reads JSON objects where there are any, else bracketed tuples.
func findPlain(answer string) []shape {
	if out := findJSON(answer); len(out) > 0 {
		return out
	}
	return findGroups(bracketRE, answer)
}

func findTuples(answer string) []shape { return findGroups(tupleRE, answer) }

// findGroups reads each match as one shape when it holds two or four numbers.
func findGroups(re *regexp.Regexp, text string) []shape {
	var out []shape
	for _, m := range re.FindAllStringIndex(text, -1) {
		if s, ok := newShape(text[m[0]:m[1]]); ok {
			s.start, s.end = m[0], m[1]
			out = append(out, s)
		}
	}
	return out
}

// findShikra reads [x,y] and [x1,y1,x2,y2], several joined by ';'.
func findShikra(answer string) []shape {
	var out []shape
	for _, m := range shikraRE.FindAllStringIndex(answer, -1) {
		at := m[0]
		for part := range strings.SplitSeq(answer[m[0]:m[1]], ";") {
			if s, ok := newShape(part); ok {
				s.start, s.end = at, at+len(part)
				out = append(out, s)
			}
			at += len(part) + 1
		}
	}
	return out
}

// newShape reads the numbers of text; ok if there are two or four.
func newShape(text string) (s shape, ok bool) {
	s.v, s.decimal = numbers(text)
	return s, len(s.v) == 2 || len(s.v) == 4
}

func numbers(text string) (v []float64, decimal bool) {
	for _, n := range numberRE.FindAllString(text, -1) {
		x, _ := strconv.ParseFloat(n, 64) // out of range gives ±Inf, which place refuses
		v = append(v, x)
		decimal = decimal || strings.ContainsAny(n, ".eE")
	}
	return v, decimal
}
