package main

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// answer gathers the text of an answer as tokens come. It withholds what may
// still turn out to be part of a stop string, half a character, or white space
// at the end, so that what was emitted is always a beginning of the final text.
type answer struct {
	stops   []string
	emit    func(text string) // may be nil
	text    strings.Builder   // emitted so far
	pending []byte
}

// add takes the bytes of a token. It reports whether a stop string ended the
// answer; nothing may be added after that.
func (a *answer) add(bytes []byte) bool {
	a.pending = append(a.pending, bytes...)
	if at := a.firstStop(); at >= 0 {
		a.release(at)
		a.pending = nil
		return true
	}
	a.release(len(a.pending) - a.held())
	return false
}

// finish returns the whole answer once no more will be added.
func (a *answer) finish() string {
	a.release(len(a.pending))
	return a.text.String()
}

func (a *answer) firstStop() int {
	first := -1
	for _, stop := range a.stops {
		if at := bytes.Index(a.pending, []byte(stop)); stop != "" && at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

// held is the length of the longest ending that must wait for what follows.
func (a *answer) held() int {
	longest := 0
	for _, stop := range a.stops {
		for n := min(len(stop)-1, len(a.pending)); n > longest; n-- {
			if bytes.HasSuffix(a.pending, []byte(stop[:n])) {
				longest = n
			}
		}
	}
	for n := 1; n < utf8.UTFMax && n <= len(a.pending); n++ {
		tail := a.pending[len(a.pending)-n:]
		if utf8.RuneStart(tail[0]) && !utf8.FullRune(tail) {
			return max(longest, n)
		}
	}
	return longest
}

// release emits the first n pending bytes but for white space at either end of
// the answer.
func (a *answer) release(n int) {
	text := bytes.TrimRightFunc(a.pending[:n], unicode.IsSpace)
	a.pending = a.pending[len(text):]
	if a.text.Len() == 0 {
		text = bytes.TrimLeftFunc(text, unicode.IsSpace)
	}
	if len(text) == 0 {
		return
	}
	valid := strings.ToValidUTF8(string(text), "\uFFFD")
	a.text.WriteString(valid)
	if a.emit != nil {
		a.emit(valid)
	}
}
