package review

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/vlmspec/vlmspec/runner/report"
)

// statusText is what is asked or was said last, in lines.
func (m *model) statusText() string {
	text, style := m.status, lipgloss.NewStyle()
	switch {
	case m.filtering:
		return "/" + plain(m.Filter)
	case m.offering:
		text, style = m.offersText(), careful
	case m.asking != nil:
		text, style = m.asking.text, careful
	case m.bad:
		style = wrong
	}
	if text == "" {
		return ""
	}
	var lines []string
	for text := range strings.SplitSeq(ansi.Wrap(report.Visible(text), max(1, m.width), ""), "\n") {
		lines = append(lines, style.Render(text))
	}
	return strings.Join(lines, "\n")
}

// offersText lists the tolerances to choose from, by number.
func (m *model) offersText() string {
	lines := []string{"Let the case pass with one of these? A number chooses, Escape leaves it."}
	for n, o := range m.current().Offers {
		lines = append(lines, fmt.Sprintf("%d  %s", n+1, line(o.Summary)))
	}
	return strings.Join(lines, "\n")
}

// footer lists the keys, in as many lines as the screen can spare.
func (m *model) footer() []string {
	limit := 1
	if m.height >= 20 && m.width >= sideBySide {
		limit = 2
	}
	lines := []string{""}
	for _, k := range keys {
		if k.short == "" {
			continue
		}
		part := bold.Render(k.name) + dim.Render(" "+k.short)
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = part
		case ansi.StringWidth(*last)+2+ansi.StringWidth(part) <= m.width:
			*last += "  " + part
		default:
			lines = append(lines, part)
		}
	}
	if len(lines) > limit { // help names them all
		lines = append(lines[:limit-1], bold.Render("?")+dim.Render(" help  ")+bold.Render("q")+dim.Render(" quit  ")+lines[limit-1])
	}
	return lines
}
