package secret

import (
	"strings"
	"unicode"
)

// HidePieces is Hide for a sentence about a text that has secrets: words of it
// that stand in quotes are hidden also where they are parts of a secret, which
// whoever quoted them cannot know.
func (s *Set) HidePieces(text string) string {
	if s == nil {
		return text
	}
	text = s.Hide(text)
	if !strings.ContainsAny(text, "\"`") {
		return text
	}
	var b strings.Builder
	quoted, from := false, 0
	flush := func(to int) {
		if quoted {
			b.WriteString(s.hideWords(text[from:to]))
		} else {
			b.WriteString(text[from:to])
		}
		from = to
	}
	for i := range len(text) {
		if c := text[i]; (c == '"' || c == '`') && (i == 0 || text[i-1] != '\\') {
			flush(i)
			quoted = !quoted
		}
	}
	flush(len(text))
	return b.String()
}

// hideWords masks the words that are parts of a secret.
func (s *Set) hideWords(text string) string {
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_' }
	var b strings.Builder
	for len(text) > 0 {
		start := strings.IndexFunc(text, letter)
		if start < 0 {
			break
		}
		b.WriteString(text[:start])
		text = text[start:]
		end := strings.IndexFunc(text, func(r rune) bool { return !letter(r) })
		if end < 0 {
			end = len(text)
		}
		if word := text[:end]; s.partOf(word) {
			b.WriteString(Mask)
		} else {
			b.WriteString(word)
		}
		text = text[end:]
	}
	b.WriteString(text)
	return b.String()
}

// partOf reports whether a text is a part of a secret, long enough to tell something.
func (s *Set) partOf(text string) bool {
	if s == nil || len(text) < least || text == strings.Trim(Mask, "[]") {
		return false
	}
	for _, f := range s.forms {
		if len(f.text) >= len(text) && strings.Contains(f.text, text) {
			return true
		}
	}
	return false
}

// HidePart is Hide for a part that was taken out of a text: [Mask] also where all of
// it is a part of a secret.
func (s *Set) HidePart(text string) string {
	if s.partOf(strings.TrimSpace(text)) {
		return Mask
	}
	return s.Hide(text)
}
