package reading

import (
	"slices"
	"strings"
)

// statement reads the last explicit statement: the answer is B, 答案：B, I choose B.
func (c *chooser) statement() (string, error) {
	d := c.doc
	for i := range slices.Backward(d.tok) {
		next, ok := d.announced(i)
		if !ok {
			next, ok = c.chosen(i)
		}
		if !ok || d.denied(i) {
			continue
		}
		letter, to, err := c.claim(next)
		if err != nil {
			return "", err
		}
		if letter != "" {
			if d.retracted(to) {
				return "", unread("it takes back what it says")
			}
			return letter, nil
		}
	}
	return "", nil
}

// chosen reads what precedes a choice without saying answer: I choose, 选.
func (c *chooser) chosen(i int) (next int, ok bool) {
	d := c.doc
	if !d.has(i, chooseClass) {
		return 0, false
	}
	switch {
	case d.any(i, "choose", "select", "pick", "chose", "selected", "picked") && !d.any(i-1, "to", "not", "cannot", "can't", "don't", "didn't"):
		next = i + 1
	case d.is(i) == "go" && d.any(i+1, "with", "for"):
		next = i + 2
	case d.is(i) == "选" && d.any(i+1, "项", "择"):
		next = i + 2
	case d.any(i, "选", "選"):
		next = i + 1
	default:
		return 0, false
	}
	for d.any(next, "：", ":", "是", "项", "择") {
		next++
	}
	return next, true
}

// claim reads the letter, or the text, that a statement goes on with at token i.
func (c *chooser) claim(i int) (letter string, to int, err error) {
	d := c.doc
	for d.any(i, "(", "[", "{", "<", "\"", "'", "option", "letter", "choice", "选", "项", "【", "「", "“", "*", "either", ":") {
		i++
	}
	if d.any(i, "not", "neither", "none") && !c.textAt(i) {
		return "", i, nil
	}
	byText, after := c.textFrom(i)
	letter = c.letter(i)
	if letter == "" || c.article(i) || byText != "" && after > i+1 {
		if byText == "" {
			return "", i, nil
		}
		if err := c.unique(byText); err != nil {
			return "", i, err
		}
		return c.alternatives(byText, after)
	}
	return c.withText(letter, i+1)
}

// article reports whether the letter at token i is a word of the language: a bit, A dog, I see.
func (c *chooser) article(i int) bool {
	d := c.doc
	s := d.is(i)
	if s != "a" && s != "i" && s != "o" && s != "e" && s != "y" {
		return d.raw(i) == s && d.at(i+1).spaced && d.kind(i+1) == word && d.latin(i+1) && !d.any(i+1, "because", "since", "as", "is", "for", "and", "or")
	}
	if d.kind(i+1) != word || !d.latin(i+1) || d.glued(i) && d.any(i-1, "(", "[") {
		return false
	}
	if d.any(i+1, "because", "since", "as", "for", "which") || d.any(i+1, "is", "and", "or") && d.raw(i) != s {
		return false
	}
	if d.raw(i) != s { // A red, where red is A's text
		letter, _ := c.textFrom(i + 1)
		return letter != c.letter(i)
	}
	return true
}

// withText reads what follows a letter: its text, which must not be another's; or another letter.
func (c *chooser) withText(letter string, i int) (string, int, error) {
	d := c.doc
	for d.any(i, ")", "]", "}", ">", ".", ":", "-", "—", ",", "、", "：", "。", "\"", "'", "=", "(", "】", "」", "*") {
		i++
	}
	if text, to := c.textFrom(i); text != "" && text != letter && !c.sameText(text, letter) && d.kind(i) != newline {
		return "", to, unread("it names the letter of one option and the text of another: %s", quote(d.from(i-2, to)))
	} else if text == letter {
		i = to
	}
	return c.alternatives(letter, i)
}

// joiners stand between one choice and another.
var joiners = []string{"or", "and", "/", "&", "和", "或", "|", "及", "+", "还", "與", "与", ";"}

// alternatives refuses a choice that goes on with another one: A or B, red/blue.
func (c *chooser) alternatives(letter string, i int) (string, int, error) {
	d := c.doc
	k := i
	for d.any(k, ")", "]", "\"", "'", ".", ",") && !d.sentenceEnds(k) {
		k++
	}
	joined := d.any(k, joiners...) || d.any(k-1, ",", ":", ";") || d.is(k-1) == "(" && d.any(k+1, ")", "]")
	for d.any(k, joiners...) || d.any(k, "者", "是") && d.any(k-1, "或", "还") {
		k++
	}
	for d.any(k, "(", "[", "option", "\"", "'") {
		k++
	}
	if !joined && (d.kind(k-1) != word || !d.at(k).spaced || d.raw(k) != strings.ToUpper(d.raw(k))) {
		return letter, i, nil
	}
	other := c.letter(k)
	if other != "" && (c.article(k) || d.raw(k) == "I" || d.deniedAfter(k+1)) {
		other = ""
	}
	if other == "" && joined {
		other, _ = c.textFrom(k)
	}
	if other != "" && other != letter {
		return "", i, unread("it names more than one option: %s", quote(d.from(max(i-1, 0), k+1)))
	}
	return letter, i, nil
}
