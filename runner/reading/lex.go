package reading

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is a word, a run of digits, one other character, or the end of a line. A character of a script without
// spaces between words (Han, Kana, Thai and their like) is a word of its own.
type token struct {
	kind       kind
	spaced     bool // white space stands before it, or nothing
	class      class
	start, end int32
}

type kind uint8

const (
	mark kind = iota
	word
	digits
	newline
)

// doc is a text with its tokens. What is out of range is an empty mark, so readers may look around freely.
type doc struct {
	text string
	low  string // in lower case, with the same offsets as text
	tok  []token

	retraction int // after the last token that takes back what stands before it; -1 is none, 0 not looked for yet
}

func lex(text string) *doc {
	text = strings.ToValidUTF8(text, "\ufffd")
	d := &doc{text: text, low: lowered(text), tok: make([]token, 0, len(text)/4+8)}
	spaced := true
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case r == '\n':
			d.add(newline, spaced, i, i+1)
			spaced = true
		case r == ' ' || r == '\t' || r >= utf8.RuneSelf && unicode.IsSpace(r):
			spaced = true
		default:
			k := kindOf(r)
			n = extent(text[i:], k, n)
			d.add(k, spaced, i, i+n)
			spaced = false
		}
		i += n
	}
	return d
}

func (d *doc) add(k kind, spaced bool, start, end int) {
	if len(d.tok) == cap(d.tok) { // append would grow in small steps
		d.tok = slices.Grow(d.tok, len(d.tok))
	}
	d.tok = append(d.tok, token{k, spaced, classOf(d.low[start:end], k), int32(start), int32(end)})
}

func kindOf(r rune) kind {
	switch {
	case r >= '0' && r <= '9':
		return digits
	case r < utf8.RuneSelf:
		if r|0x20 >= 'a' && r|0x20 <= 'z' {
			return word
		}
		return mark
	case unicode.IsLetter(r), unicode.IsMark(r):
		return word
	case unicode.Is(unicode.Nd, r):
		return digits
	}
	return mark
}

// extent is the length of the token that begins s with a character of n bytes. An apostrophe between letters belongs
// to its word: isn't.
func extent(s string, k kind, n int) int {
	first, _ := utf8.DecodeRuneInString(s)
	if k == mark || k == word && unspaced(first) {
		return n
	}
	for n < len(s) {
		r, size := rune(s[n]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[n:])
		}
		switch is := kindOf(r); {
		case k == word && first < utf8.RuneSelf && r >= '가' && r <= '힣': // B입니다
			return n
		case is == k && (k != word || !unspaced(r)):
		case r == '\'' && k == word && n+1 < len(s) && s[n+1]|0x20 >= 'a' && s[n+1]|0x20 <= 'z':
		default:
			return n
		}
		n += size
	}
	return n
}

// scripts that write no space between words.
var unspacedScripts = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Bopomofo,
}

func unspaced(r rune) bool { return r >= 0x0e00 && unicode.In(r, unspacedScripts...) }

// lowered is s in lower case, but for letters whose lower case is of another length.
func lowered(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return strings.Map(func(r rune) rune {
		if low := unicode.ToLower(r); r != utf8.RuneError && utf8.RuneLen(low) == utf8.RuneLen(r) {
			return low
		}
		return r
	}, s)
}

func (d *doc) at(i int) token {
	if i < 0 || i >= len(d.tok) {
		end := int32(len(d.text))
		return token{kind: mark, spaced: true, start: end, end: end}
	}
	return d.tok[i]
}

// low token text: in lower case where it is ASCII; "" out of range.
func (d *doc) is(i int) string { t := d.at(i); return d.low[t.start:t.end] }

// raw is the text of a token as it was written.
func (d *doc) raw(i int) string { t := d.at(i); return d.text[t.start:t.end] }

// from is the text from one token to before another.
func (d *doc) from(i, k int) string {
	if i >= k || i >= len(d.tok) {
		return ""
	}
	return d.text[d.at(i).start:d.at(k-1).end]
}

func (d *doc) kind(i int) kind { return d.at(i).kind }

// glued reports whether token i stands right after the one before it, with no white space between.
func (d *doc) glued(i int) bool {
	return i > 0 && i < len(d.tok) && !d.tok[i].spaced && d.tok[i-1].kind != newline && d.tok[i].kind != newline
}

// any reports whether the token is one of the words, which are in lower case.
func (d *doc) any(i int, words ...string) bool {
	s := d.is(i)
	if s == "" {
		return false
	}
	return slices.Contains(words, s)
}

// ends reports whether a clause ends at token i: the text, the line, or a mark that closes a sentence or a part of it.
func (d *doc) ends(i int) bool {
	switch {
	case i < 0, i >= len(d.tok), d.tok[i].kind == newline, d.tok[i].class&stopClass != 0:
		return true
	}
	return d.tok[i].class&dotClass != 0 && !d.glued(i+1)
}

// sentenceEnds is like ends for whole sentences.
func (d *doc) sentenceEnds(i int) bool {
	switch s := d.is(i); s {
	case "", "\n", "!", "?", "。", "؟", "।":
		return true
	case ".":
		return !d.glued(i+1) || d.kind(i+1) == word && d.kind(i-1) == word && len(d.is(i-1)) > 1
	}
	return false
}

// closes is the token after the one at which the sentence of token i ends.
func (d *doc) closes(i int) int {
	for i < len(d.tok) && !d.sentenceEnds(i) {
		i++
	}
	return i
}

// asked marks the tokens of sentences that end with a question mark; nil where none does.
func (d *doc) asked() []bool {
	if !strings.ContainsAny(d.text, "?؟") {
		return nil
	}
	asked := make([]bool, len(d.tok))
	now := false
	for i := range slices.Backward(d.tok) {
		if d.sentenceEnds(i) {
			now = d.questioned(i)
		}
		asked[i] = now
	}
	return asked
}

// questioned reports whether a question mark stands at token i, after quotes that end there.
func (d *doc) questioned(i int) bool {
	for d.any(i, "\"", "'", ")", "]", "*") {
		i++
	}
	return d.any(i, "?", "؟")
}

// latin reports whether a token ends, or begins, with a letter of an alphabet whose words have spaces around them.
func latin(r rune) bool {
	return r < utf8.RuneSelf && (r|0x20 >= 'a' && r|0x20 <= 'z') || r >= utf8.RuneSelf && unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}

func (d *doc) latin(i int) bool {
	if d.kind(i) != word {
		return false
	}
	r, _ := utf8.DecodeRuneInString(d.raw(i))
	return latin(r)
}
