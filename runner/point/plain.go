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
		return withLabels(text, f.listed, labelBefore), nil
	}
	if out := findAssignments(text); len(out) > 0 {
		return out, nil
	}
	return findLines(text), nil
}

// axes are the names that numbers are assigned to.
var axes = words("x y x1 y1 x2 y2 x0 y0 x_0 y_0 x_1 y_1 x_2 y_2 xmin ymin xmax ymax x_min y_min x_max y_max min_x min_y max_x max_y " +
	"x_left y_top x_right y_bottom cx cy x_center y_center center_x center_y left top right bottom width height w h")

// assignment is a named number in a text: x: 320, or **Left** = 0.5.
type assignment struct {
	name       string
	value      numeral
	start, end int
}

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
	for i := 0; i < len(text); i++ {
		if text[i] != ':' && text[i] != '=' {
			continue
		}
		a, ok := assignmentAt(text, i, end)
		if !ok {
			continue
		}
		if _, again := fields[a.name]; again || len(fields) > 0 && !isBetween(text[end:a.start]) {
			flush()
		}
		if len(fields) == 0 {
			start = a.start
		}
		fields[a.name], end = a.value, a.end
		i = a.end - 1
	}
	flush()
	return out
}

const decoration = " \t\"'*"

// assignmentAt reads the assignment around a colon or equals sign; what ends
// before from belongs to another.
func assignmentAt(text string, at, from int) (a assignment, ok bool) {
	before := strings.TrimRight(text[max(from, at-40):at], decoration)
	for _, tail := range []string{"coordinate", "coord"} {
		if bare, cut := strings.CutSuffix(strings.ToLower(before), tail); cut {
			before = strings.TrimRight(before[:len(bare)], "- ")
			break
		}
	}
	name := strings.ToLower(before[strings.LastIndexFunc(before, func(r rune) bool { return !isWord(byte(min(r, 0x80))) })+1:])
	if !axes[name] {
		return a, false
	}
	a.name, a.start = name, max(from, at-40)+len(before)-len(name)
	i := at + 1
	for i < len(text) && strings.IndexByte(decoration, text[i]) >= 0 {
		i++
	}
	a.end = i
	for a.end < len(text) && (isWord(text[a.end]) || strings.IndexByte("+-.%", text[a.end]) >= 0) {
		a.end++
	}
	a.value, ok = newNumeral(strings.TrimRight(text[i:a.end], "."))
	return a, ok
}

// isBetween reports whether a text is what stands between the parts of one place.
func isBetween(text string) bool {
	if len(text) > 40 {
		return false
	}
	return strings.Trim(strings.ReplaceAll(text, "and", ""), " \t\r\n,;.()[]{}*•-\"'") == ""
}

// findLines reads lines that are two or four numbers and nothing else, but for
// the mark of a list.
func findLines(text string) []shape {
	var out []shape
	at := 0
	for line := range strings.Lines(text) {
		if s, ok := lineShape(line); ok {
			s.start, s.end = at, at+len(strings.TrimRight(line, "\n"))
			out = append(out, s)
		}
		at += len(line)
	}
	return out
}

// longestLine bounds the lines that may be bare numbers, in bytes.
const longestLine = 200

func lineShape(line string) (shape, bool) {
	bare := strings.TrimRight(strings.Trim(line, " \t\r\n*"), " *.;,")
	if len(bare) > longestLine {
		return shape{}, false
	}
	if head, rest, ok := strings.Cut(bare, ":"); ok && !strings.ContainsAny(head, "0123456789") {
		bare = strings.Trim(rest, " *") // Answer: 0.5, 0.25
	}
	fields := strings.FieldsFunc(bare, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' })
	if len(fields) > 2 && isMark(fields[0]) {
		fields = fields[1:]
	}
	var all []numeral
	for _, f := range fields {
		n, ok := newNumeral(f)
		if !ok {
			return shape{}, false
		}
		all = append(all, n)
	}
	return newShape(all)
}

// isMark reports whether a word begins an item of a list: -, • or 1.
func isMark(word string) bool {
	number := strings.TrimRight(word, ".)")
	return word == "-" || word == "•" || len(number) == len(word)-1 && strings.Trim(number, "0123456789") == ""
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
