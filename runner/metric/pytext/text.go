// Package pytext treats text and numbers as Python's str, float, int, repr and literals do.
//
// The toolkits whose scores this project reproduces are written in Python, and scores hang on its details: which runes
// are white space, how a float prints, what counts as a number. Text is counted in code points throughout.
package pytext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// Space is the body of a regular-expression class equal to Python's \s on str.
const Space = `\t-\r\x1c-\x1f\x{85}\p{Z}`

// Punctuation is Python's string.punctuation.
const Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// IsSpace reports str.isspace, which has U+001C to U+001F on top of unicode.IsSpace.
func IsSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}

// IsWord reports whether \w matches: str.isalnum, or an underscore.
func IsWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

// Fields is str.split().
func Fields(s string) []string { return strings.FieldsFunc(s, IsSpace) }

// Strip is str.strip().
func Strip(s string) string { return strings.TrimFunc(s, IsSpace) }

// Len is len(str).
func Len(s string) int { return utf8.RuneCountInString(s) }

// Lower is str.lower(): full lower-casing, so that a final capital sigma becomes a final small one.
func Lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return cases.Lower(language.Und).String(s)
}

// Upper is str.upper(): full upper-casing, so that sharp s becomes two letters.
func Upper(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	return cases.Upper(language.Und).String(s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Lines is str.splitlines(): more line ends than \n, and no empty last line.
func Lines(s string) []string {
	var out []string
	start := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !isLineEnd(r) {
			i += n
			continue
		}
		out = append(out, s[start:i])
		i += n
		if r == '\r' && strings.HasPrefix(s[i:], "\n") {
			i++
		}
		start = i
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

func isLineEnd(r rune) bool {
	return r >= '\n' && r <= '\r' || r >= 0x1c && r <= 0x1e || r == 0x85 || r == 0x2028 || r == 0x2029
}
