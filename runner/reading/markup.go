package reading

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// unmarker takes inline markup out of a text, in one pass.
type unmarker struct {
	in     string
	out    strings.Builder
	braces []bool // of those that are open, whether the closing one goes too
}

// unmark drops emphasis, backticks, headings, struck-out text, tags and TeX around values.
func unmark(s string) string {
	if !strings.ContainsAny(s, "*_`#~<\\$") {
		return s
	}
	u := unmarker{in: s}
	u.out.Grow(len(s))
	for i := 0; i < len(s); {
		i += u.step(i)
	}
	return u.out.String()
}

// step deals with what stands at i and returns how many bytes that is.
func (u *unmarker) step(i int) int {
	switch u.in[i] {
	case '`':
		return 1
	case '*', '_':
		return u.emphasis(i)
	case '~':
		return u.struck(i)
	case '#':
		return u.heading(i)
	case '<':
		return u.tag(i)
	case '\\':
		return u.tex(i)
	case '$':
		return u.dollar(i)
	case '{':
		u.braces = append(u.braces, false)
	case '}':
		if n := len(u.braces) - 1; n >= 0 {
			goes := u.braces[n]
			u.braces = u.braces[:n]
			if goes {
				return 1
			}
		}
	}
	return u.keep(i, 1)
}

func (u *unmarker) keep(i, n int) int {
	u.out.WriteString(u.in[i : i+n])
	return n
}

// run is how many times the byte at i stands there in a row.
func (u *unmarker) run(i int) int {
	n := 1
	for i+n < len(u.in) && u.in[i+n] == u.in[i] {
		n++
	}
	return n
}

// around are the characters before and after n bytes at i, a space at the ends of the text.
func (u *unmarker) around(i, n int) (before, after rune) {
	before, after = ' ', ' '
	if i > 0 {
		before, _ = utf8.DecodeLastRuneInString(u.in[:i])
	}
	if i+n < len(u.in) {
		after, _ = utf8.DecodeRuneInString(u.in[i+n:])
	}
	return before, after
}

// emphasis keeps stars and underscores that compute or belong to a name: 2 * 3, 2*3, 2**3, a_b.
func (u *unmarker) emphasis(i int) int {
	n := u.run(i)
	before, after := u.around(i, n)
	spaced := unicode.IsSpace(before) && unicode.IsSpace(after)
	inside := isWordly(before) && isWordly(after)
	switch {
	case spaced && n == 1 && !u.startsLine(i), inside && u.in[i] == '_', inside && n == 1 && before < utf8.RuneSelf, unicode.IsDigit(before) && unicode.IsDigit(after):
		return u.keep(i, n)
	}
	return n
}

func isWordly(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func (u *unmarker) startsLine(i int) bool {
	i--
	for i >= 0 && (u.in[i] == ' ' || u.in[i] == '\t') {
		i--
	}
	return i < 0 || u.in[i] == '\n'
}

// struck drops ~~text~~.
func (u *unmarker) struck(i int) int {
	n := u.run(i)
	if n != 2 {
		return u.keep(i, n)
	}
	line, _, _ := strings.Cut(u.in[i+2:min(len(u.in), i+2+400)], "\n")
	if end := strings.Index(line, "~~"); end > 0 && line[0] != ' ' {
		return end + 4
	}
	return u.keep(i, n)
}

func (u *unmarker) heading(i int) int {
	n := u.run(i)
	if _, after := u.around(i, n); n <= 6 && after == ' ' && u.startsLine(i) {
		return n
	}
	return u.keep(i, n)
}

// tags that say nothing of what stands in them.
var tags = map[string]bool{
	"answer": true, "final_answer": true, "b": true, "i": true, "em": true, "strong": true, "u": true, "mark": true,
	"code": true, "p": true, "br": true, "br/": true, "br /": true, "div": true, "span": true,
}

func (u *unmarker) tag(i int) int {
	end := strings.IndexByte(u.in[i:min(len(u.in), i+20)], '>')
	if end < 0 || !tags[strings.ToLower(strings.TrimPrefix(u.in[i+1:i+end], "/"))] {
		return u.keep(i, 1)
	}
	u.out.WriteByte(' ')
	return end + 1
}

// dollar drops the dollars around a formula; a price keeps its own.
func (u *unmarker) dollar(i int) int {
	n := u.run(i)
	if n == 2 {
		return 2
	}
	before, after := u.around(i, n)
	closes := !unicode.IsSpace(before) && !unicode.IsDigit(after) && !unicode.IsLetter(after) && u.formula(i, -1)
	opens := !unicode.IsSpace(after) && u.formula(i, +1)
	if opens || closes {
		return n
	}
	return u.keep(i, n)
}

// formula reports whether another dollar stands on the line, before or after, that could end or begin a formula here.
func (u *unmarker) formula(i, direction int) bool {
	for k, steps := i+direction, 0; k >= 0 && k < len(u.in) && u.in[k] != '\n' && steps < 200; k, steps = k+direction, steps+1 {
		if u.in[k] != '$' {
			continue
		}
		before, after := u.around(k, 1)
		if direction < 0 {
			return !unicode.IsSpace(after)
		}
		return !unicode.IsSpace(before) && !unicode.IsDigit(after) && !unicode.IsLetter(after)
	}
	return false
}
