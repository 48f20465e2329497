package reading

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Choice reads which option an answer chooses and returns its letter. In this order: the last explicit statement
// ("the answer is B"); an answer that is a letter, or opens or closes with one on a line of its own; an answer that is
// an option's text; the only option whose text stands in the answer as whole words and is not denied.
func Choice(answer string, options []Option) (string, error) {
	answer, _, err := said(answer)
	if err != nil {
		return "", err
	}
	c := newChooser(answer, options)
	if letter := c.whole(); letter != "" {
		return letter, nil
	}
	for _, read := range []func() (string, error){c.statement, c.mention, c.label, c.declined, c.verdict, c.number, c.yesNo, c.present} {
		if letter, err := read(); letter != "" || err != nil {
			return letter, err
		}
	}
	return "", c.nothing()
}

// chooser reads one answer.
type chooser struct {
	doc     *doc     // the answer, without its form
	texts   *doc     // the same, folded, for comparing texts
	options []option // the longest text first
}

func newChooser(answer string, options []Option) *chooser {
	plain := norm.NFKC.String(Plain(answer))
	c := &chooser{doc: lex(plain), texts: lex(FoldCase(singleSpaced(plain)))}
	for _, o := range options {
		text := Fold(o.Text)
		c.options = append(c.options, option{o.Letter, text, withoutArticle(text)})
	}
	slices.SortStableFunc(c.options, func(a, b option) int { return len(b.core) - len(a.core) })
	return c
}

// singleSpaced makes white space within lines one space.
func singleSpaced(s string) string {
	if !strings.Contains(s, "  ") && strings.IndexByte(s, '\t') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for i := range len(s) {
		if is := s[i] == ' ' || s[i] == '\t'; !is {
			b.WriteByte(s[i])
			space = false
		} else if !space {
			b.WriteByte(' ')
			space = true
		}
	}
	return b.String()
}

// whole is the option whose text, or number, the whole answer is.
func (c *chooser) whole() string {
	text := Fold(c.doc.text)
	letter, n := "", 0
	for _, o := range c.options {
		if o.text == text || len(text) < 400 && o.core == withoutArticle(text) {
			letter, n = o.letter, n+1
		}
	}
	if n == 1 {
		return letter
	}
	return ""
}

// declined refuses an answer that declines, of which the rest chooses nothing.
func (c *chooser) declined() (string, error) {
	sayable := func(o option) bool { // "cannot tell" is an option
		return slices.ContainsFunc(inability, func(w string) bool { return strings.Contains(o.text, w) })
	}
	if Refused(c.doc.text) && !slices.ContainsFunc(c.options, sayable) {
		return "", unread("it declines to answer")
	}
	return "", nil
}

func (c *chooser) nothing() error {
	var letters []string
	for _, o := range c.options {
		letters = append(letters, o.letter)
	}
	slices.Sort(letters)
	if c.doc.kind(0) == word && len(c.doc.tok) <= 2 && len(c.doc.raw(0)) == 1 && c.letter(0) == "" && !c.doc.glued(1) {
		return unread("there is no option %s; the options are %s", strings.ToUpper(c.doc.raw(0)), strings.Join(letters, ", "))
	}
	return unread("it chooses none of the options %s", strings.Join(letters, ", "))
}
