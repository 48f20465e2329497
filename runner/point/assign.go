package point

import "strings"

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
