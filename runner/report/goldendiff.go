package report

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/internal/worddiff"
	"github.com/vlmspec/vlmspec/runner/result"
)

// goldenDiff shows how an answer differs from the accepted one that is nearest, as
// the review does; false where there is none, the texts are long, or look alike as
// they hold secrets.
func (c *Console) goldenDiff(v result.Verdict, answer string) bool {
	g := v.Golden
	if g == nil || len(g.Accepted) == 0 {
		return false
	}
	base := worddiff.Nearest(g.Accepted, answer)
	if base == answer || excerpt(base, c.width()) != base || excerpt(answer, c.width()) != answer {
		return false
	}
	old, changed := worddiff.Split(indented(base, ""), indented(answer, ""))
	c.raw("  accepted", c.marked(old, c.red, "[-", "-]"))
	c.raw("  actual", c.marked(changed, c.green, "{+", "+}"))
	if g.Tolerance && v.Reason != "" {
		c.excerpt("  why", withoutAnswer(v.Reason, answer))
	}
	return true
}

// marked shows what only one of two texts has in a colour, or between marks where
// there are none.
func (c *Console) marked(runs []worddiff.Run, style func(string) string, open, end string) string {
	var b strings.Builder
	for _, r := range runs {
		switch {
		case !r.Alone || r.Text == "":
			b.WriteString(r.Text)
		case c.o.Color:
			for i, line := range strings.Split(r.Text, "\n") {
				if i > 0 {
					b.WriteByte('\n')
				}
				b.WriteString(style(line))
			}
		default:
			b.WriteString(open + r.Text + end)
		}
	}
	if c.o.Columns == 0 {
		return b.String()
	}
	return visible.Unspoken(ansi.Wordwrap(b.String(), c.width(), ""))
}
