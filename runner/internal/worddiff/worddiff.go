// Package worddiff shows how two short texts differ, word by word.
package worddiff

import (
	"strings"
	"unicode"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// Run is a part of a text that both texts have, or only this one.
type Run struct {
	Text  string
	Alone bool
}

// maxWords bounds what is compared: beyond, a text is shown as all its own.
const maxWords = 5000

// Split splits two texts into what they share and what only one of them has,
// by words.
func Split(before, after string) (old, changed []Run) {
	a, b := words(before), words(after)
	if len(a)+len(b) > maxWords {
		return []Run{{before, true}}, []Run{{after, true}}
	}
	i, j := 0, 0
	for _, d := range lcs.DiffLines(a, b) {
		old = append(old, Run{strings.Join(a[i:d.Start], ""), false}, Run{strings.Join(a[d.Start:d.End], ""), true})
		changed = append(changed, Run{strings.Join(b[j:d.ReplStart], ""), false}, Run{strings.Join(b[d.ReplStart:d.ReplEnd], ""), true})
		i, j = d.End, d.ReplEnd
	}
	return append(old, Run{strings.Join(a[i:], ""), false}), append(changed, Run{strings.Join(b[j:], ""), false})
}

// words cuts a text into words and numbers, blanks and single marks; together they are the
// text again.
func words(s string) []string {
	var all []string
	start, last := 0, kind(0)
	for i, r := range s {
		k := kindOf(r)
		if r == '.' && digit(s, i-1) && digit(s, i+1) {
			k = word
		}
		if i > start && (k != last || k == mark) {
			all = append(all, s[start:i])
			start = i
		}
		last = k
	}
	if start < len(s) {
		all = append(all, s[start:])
	}
	return all
}

func digit(s string, at int) bool { return at >= 0 && at < len(s) && s[at] >= '0' && s[at] <= '9' }

type kind int

const (
	word kind = iota
	blank
	mark
)

func kindOf(r rune) kind {
	switch {
	case unicode.IsSpace(r):
		return blank
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '_':
		return word
	}
	return mark
}

// Nearest is the text that shares most words with another; "" of none.
func Nearest(texts []string, to string) string {
	best, highest := "", -1
	for _, t := range texts {
		shared := 0
		old, _ := Split(t, to)
		for _, r := range old {
			if r.Alone {
				shared -= len(r.Text)
			} else {
				shared += len(r.Text)
			}
		}
		if best == "" || shared > highest {
			best, highest = t, shared
		}
	}
	return best
}
