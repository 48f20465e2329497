package review

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/vlmspec/vlmspec/runner/internal/worddiff"
	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/result"
)

const (
	labelColumns = 10
	besideLabels = 40 // columns from which labels stand beside their text
)

// textLines show all of the current item but its image.
func (m *model) textLines(columns int) []string {
	i := m.current()
	if i == nil {
		if len(m.items) == 0 {
			return []string{"Nothing is pending any more."}
		}
		return []string{"No answer has this text; / changes the filter."}
	}
	t := &table{columns: max(1, columns)}
	for n, e := range i.Earlier {
		t.row(fmt.Sprintf("turn %d", n+1), dim.Render(plain(e.Prompt))+"\n"+dim.Render(plain(e.Answer)))
	}
	t.row("prompt", plain(i.Prompt))
	m.answerRows(t, i)
	if i.Reasoning != "" {
		t.row("reasoning", dim.Render(plain(folded(i.Reasoning, t.width()))))
	}
	if i.Samples > 1 {
		t.row("samples", samplesOf(i))
	}
	if i.Why != "" {
		t.row("why", plain(i.Why))
	}
	history := i.History
	if history == nil {
		history = m.history[i.CaseID]
	}
	if len(history) > 0 {
		t.row("history", strip(history, max(1, t.width())))
	}
	t.row("case", dim.Render(plain(fmt.Sprintf("%s:%d on %s", i.File, i.Line, i.Backend))))
	return t.lines
}

// answerRows show what was accepted and what came, and how they differ.
func (m *model) answerRows(t *table, i *Item) {
	if len(i.Accepted) == 0 {
		t.row("accepted", dim.Render("nothing yet"))
		t.row("new", plain(i.Answer))
		return
	}
	base := worddiff.Nearest(i.Accepted, i.Answer)
	old, changed := worddiff.Split(plain(base), plain(i.Answer))
	t.row("accepted", styled(old, removed))
	for _, other := range i.Accepted {
		if other != base {
			t.row("or", plain(other))
		}
	}
	t.row("new", styled(changed, added))
}

// folded is how much a model thought, and how that began, on one line.
func folded(reasoning string, columns int) string {
	size := fmt.Sprintf("%d characters: ", utf8.RuneCountInString(reasoning))
	return size + ansi.Truncate(strings.Join(strings.Fields(reasoning[:min(len(reasoning), 4*columns)]), " "), max(columns-len(size), 10), "…")
}

func samplesOf(i *Item) string {
	agree := fmt.Sprintf("%d of %d say this", i.Agree, i.Samples)
	if i.Minority() {
		agree = careful.Render(agree)
	}
	lines := []string{agree}
	for _, s := range i.Answers {
		if s.Answer != i.Answer {
			lines = append(lines, fmt.Sprintf("%d× %s", s.Count, plain(s.Answer)))
		}
	}
	return strings.Join(lines, "\n")
}

// strip shows outcomes as signs, the latest last and in sight.
func strip(history []result.Outcome, columns int) string {
	var b strings.Builder
	for _, o := range history[max(0, len(history)-columns):] {
		switch {
		case o.Passing():
			b.WriteString(good.Render("✓"))
		case o == result.Error:
			b.WriteString(careful.Render("!"))
		case o == result.Stale, o == result.Unstable:
			b.WriteString(careful.Render("~"))
		default:
			b.WriteString(wrong.Render("✗"))
		}
	}
	return b.String()
}

// plain makes a text of anybody's harmless to a terminal.
func plain(s string) string {
	return strings.ReplaceAll(report.Visible(strings.TrimRight(s, "\n")), "\t", "    ")
}

// line is plain on one line.
func line(s string) string { return strings.ReplaceAll(plain(s), "\n", "⏎") }

// styled marks what only one of two texts has.
func styled(runs []worddiff.Run, alone lipgloss.Style) string {
	var b strings.Builder
	for _, r := range runs {
		if !r.Alone {
			b.WriteString(r.Text)
			continue
		}
		for n, text := range strings.Split(r.Text, "\n") { // a style makes lines equally wide
			if n > 0 {
				b.WriteByte('\n')
			}
			if text != "" {
				b.WriteString(alone.Render(text))
			}
		}
	}
	return b.String()
}

// table is labels with texts, wrapped to a width.
type table struct {
	columns int
	lines   []string
}

// width is that of the texts.
func (t *table) width() int {
	if t.columns < besideLabels {
		return t.columns
	}
	return t.columns - labelColumns
}

func (t *table) row(label, text string) {
	beside := t.columns >= besideLabels
	if !beside {
		t.lines = append(t.lines, dim.Render(label))
	}
	for n, text := range strings.Split(lipgloss.Wrap(text, t.width(), ""), "\n") {
		switch {
		case !beside:
			t.lines = append(t.lines, text)
		case n == 0:
			t.lines = append(t.lines, padded(dim.Render(label), labelColumns)+text)
		default:
			t.lines = append(t.lines, strings.Repeat(" ", labelColumns)+text)
		}
	}
}

// helpLines name every key.
func helpLines(columns int) []string {
	var lines []string
	for _, k := range keys {
		if k.help != "" {
			for n, text := range strings.Split(ansi.Wrap(k.help, max(1, columns-6), ""), "\n") {
				name := ""
				if n == 0 {
					name = bold.Render(k.name)
				}
				lines = append(lines, padded(name, 6)+text)
			}
		}
	}
	return append(lines, "", dim.Render("any key closes this"))
}
