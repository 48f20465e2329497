package report

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
)

// Visible makes what a terminal would obey something to read. Lines stay.
func Visible(s string) string { return visible.Text(s) }

// oneLine shows a text in one line of at most n columns.
func oneLine(s string, n int) string {
	s = visible.Line(s)
	if columns(s) <= n {
		return s
	}
	used := 0
	for i, r := range s {
		if used += runeColumns(r); used >= n {
			return s[:i] + "…"
		}
	}
	return s
}

// columns is how wide a text is on a terminal.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

// indented puts a text that may have several lines behind a first column.
func indented(s, indent string) string {
	return strings.ReplaceAll(strings.TrimRight(Visible(s), "\n"), "\n", "\n"+indent)
}

// wrapped breaks lines between words so that they have at most n columns, where
// words allow it. What was harmless within a line stays so at its begin.
func wrapped(s string, n int) string {
	var b strings.Builder
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		used := 0
		for j, word := range strings.Split(line, " ") {
			w := columns(word)
			switch {
			case j > 0 && used+1+w > n:
				b.WriteByte('\n')
				used = 0
			case j > 0:
				b.WriteByte(' ')
				used++
			}
			b.WriteString(word)
			used += w
		}
	}
	return Visible(b.String())
}

// seconds shows a duration as people say it.
func seconds(s float64) string {
	switch {
	case s < 0.0005:
		return fmt.Sprintf("%.0f µs", s*1e6)
	case s < 0.9995:
		return fmt.Sprintf("%.0f ms", s*1e3)
	case s < 99.95:
		return fmt.Sprintf("%.1f s", s)
	}
	return fmt.Sprintf("%d min %02d s", int(s)/60, int(s)%60)
}

// cases is "1 case", "2 cases".
func cases(n int) string {
	if n == 1 {
		return "1 case"
	}
	return fmt.Sprintf("%d cases", n)
}
