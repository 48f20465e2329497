package check

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/runner/result"
)

// maxShown is how many characters of a text a verdict shows; maxQuoted is how
// many of them stand in the middle of a sentence.
const (
	maxShown  = 500
	maxQuoted = 80
)

func pass(expected, actual string) result.Verdict {
	return result.Verdict{Outcome: result.Passed, Score: 1, Expected: expected, Actual: actual}
}

// fail says in a sentence why; its score is 0.
func fail(expected, actual, reason string, args ...any) result.Verdict {
	return result.Verdict{Outcome: result.Failed, Expected: expected, Actual: actual, Reason: fmt.Sprintf(reason, args...)}
}

// unreadable is how the reason begins why an answer cannot be read.
const unreadable = "cannot be read: "

// unread is for an answer that cannot be read, and says why.
func unread(expected, actual, why string, args ...any) result.Verdict {
	v := fail(expected, actual, unreadable+why, args...)
	v.Unread = true
	return v
}

// misread is unread for the error of a reader.
func misread(expected, text string, err error) result.Verdict {
	return unread(expected, text, "%s", withAnswer(err, text))
}

// withAnswer adds the answer to what a reader says of it, where it is not there yet.
func withAnswer(err error, text string) string {
	if said := err.Error(); strings.Contains(said, quote(text)) {
		return said
	}
	return err.Error() + ": " + quote(text)
}

// broken is for what is no fault of the answer: a missing file, a crash.
func broken(reason string, args ...any) result.Verdict {
	return result.Verdict{Outcome: result.Error, Reason: fmt.Sprintf(reason, args...)}
}

// graded passes a score that reaches least, and says reason otherwise.
func graded(score, lower float64, expected, actual, reason string, args ...any) result.Verdict {
	v := fail(expected, actual, reason, args...)
	if score >= lower {
		v = pass(expected, actual)
	}
	v.Score = score
	return v
}

// Quote is a text as it stands in a [result.Verdict]'s reason: on one line, the
// middle of a long one left out.
func Quote(s string) string { return quote(s) }

// show makes text fit for a report: valid UTF-8, control characters visible,
// the middle of a long text left out.
func show(s string) string {
	s = shorten(s, maxShown)
	clean := func(r rune) bool { return !unicode.IsControl(r) || r == '\n' || r == '\t' }
	if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !clean(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		if clean(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}

// quote puts a text into a sentence, on one line.
func quote(s string) string { return strconv.Quote(shorten(s, maxQuoted)) }

// shorten leaves out the middle of a text of more than most characters, of
// which it keeps most. It looks at no more of a gigantic text than it keeps.
func shorten(s string, limit int) string {
	if len(s) <= limit || len(s) <= limit*utf8.UTFMax && utf8.RuneCountInString(s) <= limit {
		return s
	}
	head, tail := 0, len(s)
	for range limit * 2 / 3 {
		_, n := utf8.DecodeRuneInString(s[head:])
		head += n
	}
	for range limit / 3 {
		_, n := utf8.DecodeLastRuneInString(s[:tail])
		tail -= n
	}
	return fmt.Sprintf("%s… (%d bytes left out) …%s", s[:head], tail-head, s[tail:])
}

// num writes a number for people: 3, 0.25, 0.333.
func num(f float64) string { return strconv.FormatFloat(round3(f), 'f', -1, 64) }

func round3(f float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', 3, 64), 64)
	if err != nil {
		return f
	}
	if r == 0 && f != 0 {
		return f // 0.0004 must not read as 0
	}
	return r
}

// plural writes "1 point", "2 points".
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if strings.HasSuffix(what, "x") {
		return fmt.Sprintf("%d %ses", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}
