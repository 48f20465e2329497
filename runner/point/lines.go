package point

import "strings"

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
