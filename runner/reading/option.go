package reading

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Option is one of the options of a question.
type Option struct {
	Letter string // one capital letter
	Text   string
}

type option struct {
	letter string
	text   string // folded
	core   string // without its article
}

func withoutArticle(s string) string {
	for _, article := range []string{"a ", "an ", "the "} {
		if rest, ok := strings.CutPrefix(s, article); ok && rest != "" {
			return rest
		}
	}
	return s
}

// letter is the option whose letter token i is, "" for none.
func (c *chooser) letter(i int) string {
	d := c.doc
	if !d.has(i, letterClass) {
		return ""
	}
	s := strings.ToUpper(d.raw(i))
	if !slices.ContainsFunc(c.options, func(o option) bool { return o.letter == s }) {
		return ""
	}
	if d.glued(i) && (d.kind(i-1) == digits || d.any(i-1, "'", "-", "/") && d.glued(i-1) && d.latin(i-2) && len(d.is(i-2)) > 1) || d.glued(i+1) && (d.kind(i+1) == digits || d.any(i+1, "+", "#", "&")) {
		return ""
	}
	if d.glued(i+1) && d.is(i+1) == "-" && d.glued(i+2) && !c.textAt(i+2) {
		return ""
	}
	if d.glued(i+1) && d.is(i+1) == "." && d.glued(i+2) && d.kind(i+2) == word || d.questioned(i+1) {
		return ""
	}
	return s
}

// textAt reports whether an option's text stands at token i.
func (c *chooser) textAt(i int) bool {
	letter, _ := c.textFrom(i)
	return letter != ""
}

// textFrom is the option whose text begins at token i of the answer, the longest one, and the token after it.
func (c *chooser) textFrom(i int) (letter string, to int) {
	d := c.doc
	if i >= len(d.tok) {
		return "", i
	}
	for d.any(i, "\"", "'", "(", "[") || d.any(i, "a", "an", "the") && d.kind(i+1) == word {
		i++
	}
	start := int(d.at(i).start)
	for _, o := range c.options {
		if !begins(d.text[start:], o.core) {
			continue
		}
		// Folding can change lengths, so a little more is folded than is needed.
		end := min(len(d.text), start+2*len(o.core)+8)
		for end < len(d.text) && !utf8.RuneStart(d.text[end]) {
			end++
		}
		if o.core != "" && bounded(FoldCase(strings.Join(strings.Fields(d.text[start:end]), " ")), o.core) {
			to = i
			for n := 0; to < len(d.tok) && n < len(strings.ReplaceAll(o.core, " ", "")); to++ {
				n += len(FoldCase(d.raw(to)))
			}
			return o.letter, to
		}
	}
	return "", i
}

// begins is false where a text cannot begin with a folded one, by its first character: folding costs much more.
func begins(text, folded string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	want, _ := utf8.DecodeRuneInString(folded)
	switch {
	case r < utf8.RuneSelf:
		return unicode.ToLower(r) == want || unicode.IsSpace(r)
	case r < 0xf900 && unspaced(r):
		return r == want
	}
	return true
}

// bounded reports whether s begins with the whole words what.
func bounded(s, what string) bool { return strings.HasPrefix(s, what) && boundary(s, len(what)) }

// boundary reports whether a word, or a number, ends at offset i.
func boundary(s string, i int) bool {
	if i <= 0 || i >= len(s) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, n := utf8.DecodeRuneInString(s[i:])
	switch {
	case unspaced(before), unspaced(after):
		return true
	case inWord(before) && inWord(after):
		return false
	case unicode.IsDigit(before) && strings.ContainsRune(".,:/", after):
		next, _ := utf8.DecodeRuneInString(s[i+n:])
		return !unicode.IsDigit(next)
	}
	return true
}

// numberBoundary reports whether what begins at offset i is not the tail of a number.
func numberBoundary(s string, i int) bool {
	if first, _ := utf8.DecodeRuneInString(s[i:]); !unicode.IsDigit(first) || i == 0 {
		return true
	}
	before, n := utf8.DecodeLastRuneInString(s[:i])
	if !strings.ContainsRune(".,:/-", before) {
		return true
	}
	further, _ := utf8.DecodeLastRuneInString(s[:i-n])
	return before != '-' && !unicode.IsDigit(further)
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == '_'
}

// unique refuses an option that was read by its text where another one has the same.
func (c *chooser) unique(letter string) error {
	for _, o := range c.options {
		if o.letter != letter && c.sameText(letter, o.letter) {
			return unread("the options %s and %s have the same text", min(letter, o.letter), max(letter, o.letter))
		}
	}
	return nil
}

func (c *chooser) sameText(a, b string) bool {
	texts := map[string]string{}
	for _, o := range c.options {
		texts[o.letter] = o.text
	}
	return texts[a] == texts[b]
}
