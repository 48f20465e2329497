package report

import (
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// mistakePlace is where a mistake stands: "specs/a.yaml:5:13".
func mistakePlace(m result.Mistake) string {
	place := m.File
	switch {
	case place == "":
		return "command line"
	case m.Line > 0 && m.Column > 0:
		place = fmt.Sprintf("%s:%d:%d", place, m.Line, m.Column)
	case m.Line > 0:
		place = fmt.Sprintf("%s:%d", place, m.Line)
	}
	return place
}

// mistakeLine is a mistake in a line, as the command line prints it.
func mistakeLine(m result.Mistake) string {
	if m.File == "" {
		return m.Message
	}
	return mistakePlace(m) + ": " + m.Message
}

// mistakes is "1 mistake", "2 mistakes", with what follows from them; "" for none.
func mistakes(run *result.Run) string {
	switch n := len(run.Mistakes); n {
	case 0:
		return ""
	case 1:
		return "1 mistake, and nothing was run"
	default:
		return fmt.Sprintf("%d mistakes, and nothing was run", n)
	}
}

// mistakeLines has a line for each mistake, with a line break behind each.
func mistakeLines(run *result.Run, line func(string) string) string {
	var b strings.Builder
	for _, m := range run.Mistakes {
		b.WriteString(line(mistakeLine(m)) + "\n")
	}
	return b.String()
}
