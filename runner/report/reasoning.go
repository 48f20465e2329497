package report

import (
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/runner/result"
)

// reasoningLine is what a model thought, in one line: how much, and how it began.
func reasoningLine(t result.Turn) string {
	size := fmt.Sprintf("%d characters", utf8.RuneCountInString(t.Reasoning))
	if t.Unclosed {
		size += ", without end"
	}
	return fmt.Sprintf("%s: %s", size, oneLine(t.Reasoning, 60))
}

// foldReasoning writes what the model thought in the telling sample, folded away.
func foldReasoning(w io.Writer, c *result.Case) {
	s := decisive(c)
	if s == nil {
		return
	}
	for _, t := range s.Turns {
		if t.Reasoning != "" {
			fmt.Fprintf(w, "\n<details><summary>reasoning</summary>\n\n%s\n\n</details>\n", fenced(" "+indented(t.Reasoning, " ")))
		}
	}
}
