// Package reading reads answers as a careful person would: a number, a choice, yes or no, a rating, a preference,
// JSON. A reader returns what the answer says, or an error that is [Unread] and says why it cannot be told. It never
// guesses: two readings, a part of something that is not understood, a negation or a refusal are no answer.
// How the toolkits read is another matter and stands in runner/metric.
//
// Start reading at [Number] and [Choice]; form.go is what readers ignore, lex.go the tokens they look at.
package reading

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Unread is the error of an answer that cannot be read: a clause that says why, without a full stop.
type Unread string

// Error implements error.
func (u Unread) Error() string { return string(u) }

func unread(format string, args ...any) error { return Unread(fmt.Sprintf(format, args...)) }

// maxQuoted is how many bytes of an answer stand in a reason.
const maxQuoted = 60

// quote puts a piece of an answer into a sentence, on one line.
func quote(s string) string {
	if len(s) <= maxQuoted {
		return strconv.Quote(s)
	}
	end := maxQuoted
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return strconv.Quote(s[:end] + "…")
}
