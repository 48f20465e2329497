// Package visible makes text safe for a terminal and for the log of a CI server:
// what these would obey, and what turns the reading direction or hides, becomes
// something to read. Whatever a model, a file or a person named is untrusted, so
// every line that is written to a terminal goes through [Text] or [Line].
package visible

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text keeps lines and tabs.
func Text(s string) string {
	if strings.IndexFunc(s, unseen) < 0 && utf8.ValidString(s) {
		return Unspoken(s)
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !unseen(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return Unspoken(b.String())
}

// Line is [Text] in one line.
func Line(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(Text(s), "\n", "⏎"), "\t", " ")
}

// harmless reports whether a text has nothing unseen. Most bytes are plain ASCII, which is looked at as bytes.
func harmless(data []byte) bool {
	for i := 0; i < len(data); {
		switch c := data[i]; {
		case c >= ' ' && c < 0x7f || c == '\n' || c == '\t':
			i++
		case c < utf8.RuneSelf:
			return false
		default:
			r, n := utf8.DecodeRune(data[i:])
			if unseen(r) {
				return false
			}
			i += n
		}
	}
	return true
}

// unseen are controls, direction marks and embeddings (Unicode Standard Annex 9),
// line separators, tags, and what is no character.
func unseen(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case unicode.IsControl(r), r == 0x061c, r == 0x200e, r == 0x200f, r == 0x2028, r == 0x2029, r == 0xfeff, r == 0xfffe, r == 0xffff:
		return true
	}
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r >= 0xe0000 && r <= 0xe007f
}
