package reading

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Plain is an answer without its form: Markdown emphasis, headings and fences, backticks, TeX around a value, answer
// tags, text that is struck out, zero-width and bidirectional control characters are gone; quotes, hyphens and
// full-width ASCII are plain. Lines stay lines. A text that is nothing but form is left as it is.
func Plain(s string) string {
	if plain := unmark(unfence(Characters(s))); strings.TrimSpace(plain) != "" {
		return plain
	}
	return s
}

// Formed reports whether a text has form that [Plain] takes away, other than characters.
func Formed(s string) bool {
	s = Characters(s)
	return unmark(unfence(s)) != s
}

// Flat is [Plain] on one line, runs of white space as one space.
func Flat(s string) string { return strings.Join(strings.Fields(Plain(s)), " ") }

// Fold is an answer as it is compared with another text: [Flat], in NFKC, case-folded, without quotes around all of
// it and without final punctuation. A text that is nothing but punctuation keeps it.
func Fold(s string) string {
	s = FoldCase(Flat(s))
	for {
		bare := strings.TrimRightFunc(s, func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune(".,;:!?。、؟।", r)
		})
		bare = unquoted(bare)
		if bare == "" || bare == s {
			return s
		}
		s = bare
	}
}

// FoldCase brings text to NFKC and folds its case.
func FoldCase(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	// Folding can leave text that NFKC would compose, so it comes last again.
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// quotes are what may stand around a whole answer.
var quotes = map[rune]rune{
	'"': '"', '\'': '\'', '«': '»', '»': '«', '‹': '›', '›': '‹', '「': '」', '『': '』', '《': '》', '〈': '〉', '｢': '｣',
}

// unquoted takes away one pair of quotes around all of a text.
func unquoted(s string) string {
	s = strings.TrimSpace(s)
	open, n := utf8.DecodeRuneInString(s)
	last, m := utf8.DecodeLastRuneInString(s)
	closing, ok := quotes[open]
	if !ok || last != closing || len(s) < n+m {
		return s
	}
	inner := s[n : len(s)-m]
	if strings.ContainsRune(inner, open) { // "a" and "b"
		return s
	}
	return strings.TrimSpace(inner)
}

// Characters replaces characters that differ in form only, and drops those that nobody sees.
func Characters(s string) string {
	if isASCII(s) {
		return strings.ReplaceAll(s, "\r", "")
	}
	return strings.Map(character, s)
}

func character(r rune) rune {
	switch {
	case r == '\r', invisible(r):
		return -1
	case strings.ContainsRune("‘’‚‛′＇", r):
		return '\''
	case strings.ContainsRune("“”„‟″＂", r):
		return '"'
	case strings.ContainsRune("‐‑‒–−﹣－", r):
		return '-'
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\u2028', r == '\u2029', r == '\u0085':
		return '\n'
	case r != '\u202f' && r != '\u2009' && r != '\u00a0' && unicode.Is(unicode.Zs, r):
		return ' '
	}
	return r
}

// invisible characters are zero-width ones, controls of direction, soft hyphens and variation selectors.
func invisible(r rune) bool {
	switch {
	case r < 0x80:
		return false
	case r == '\u00ad', r == '\u061c', r == '\u180e', r == '\ufeff', r == '\u20e3':
		return true
	case r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u2069':
		return true
	}
	return r >= '\ufe00' && r <= '\ufe0f'
}

// unfence drops the lines that open and close code blocks, with what an opening one says of its language.
func unfence(s string) string {
	if !strings.Contains(s, "```") && !strings.Contains(s, "~~~") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for line := range strings.Lines(s) {
		mark, rest := cutFence(line)
		if mark == "" {
			b.WriteString(line)
			continue
		}
		if inline := strings.TrimSpace(rest); strings.ContainsAny(inline, " \t`~") {
			b.WriteString(afterLanguage(inline))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// cutFence splits a line that begins with a fence after it; mark is "" where it does not.
func cutFence(line string) (mark, rest string) {
	t := strings.TrimLeft(line, " \t")
	if !strings.HasPrefix(t, "```") && !strings.HasPrefix(t, "~~~") {
		return "", line
	}
	rest = strings.TrimLeft(t, t[:1])
	return t[:len(t)-len(rest)], rest
}

// afterLanguage drops the first word of a block that is written on one line.
func afterLanguage(s string) string {
	word, rest, ok := strings.Cut(s, " ")
	if !ok || word == "" || strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) >= 0 {
		return s
	}
	return rest
}
