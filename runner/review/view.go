package review

import (
	"fmt"
	"image"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/vlmspec/vlmspec/runner/report"
)

// The sixteen colours are those of the person's own terminal.
var (
	bold    = lipgloss.NewStyle().Bold(true)
	dim     = lipgloss.NewStyle().Foreground(lipgloss.BrightBlack)
	good    = lipgloss.NewStyle().Foreground(lipgloss.Green)
	wrong   = lipgloss.NewStyle().Foreground(lipgloss.Red)
	careful = lipgloss.NewStyle().Foreground(lipgloss.Yellow)
	removed = wrong.Underline(true)
	added   = good.Underline(true)
)

// layout is where things are; rows and columns count from 0.
type layout struct {
	header, status, footer int // heights
	picture, text          image.Rectangle
}

const (
	sideBySide = 60 // columns from which the picture stands beside the text
	gap        = 2
)

// layout divides the screen, in a way that leaves something of the text on any.
func (m *model) layout() layout {
	l := layout{header: 3, status: 1, footer: len(m.footer())}
	if m.height < 12 {
		l.header = 2
	}
	if text := m.statusText(); text != "" {
		l.status = min(strings.Count(text, "\n")+1, max(1, m.height/3))
	}
	top, bottom := l.header, max(l.header, m.height-l.status-l.footer)
	body := image.Rect(0, top, m.width, bottom)
	l.text = body
	i := m.current()
	switch {
	case i == nil || len(i.Images) == 0:
	case m.width >= sideBySide:
		l.picture = image.Rect(0, top, min(m.width*2/5, 80), bottom)
		l.text.Min.X = l.picture.Max.X + gap
	case body.Dy() >= 12:
		l.picture = image.Rect(0, top, m.width, top+body.Dy()*2/5)
		l.text.Min.Y = l.picture.Max.Y
	}
	return l
}

// View draws the screen.
func (m *model) View() tea.View {
	v := tea.NewView("")
	v.AltScreen = true
	v.WindowTitle = "vlmspec review"
	if m.width < 1 || m.height < 1 {
		return v
	}
	l := m.layout()
	lines := m.headerLines()[:l.header]
	lines = append(lines, m.bodyLines(l)...)
	if m.filtering {
		v.Cursor = tea.NewCursor(min(ansi.StringWidth(m.statusText()), m.width-1), len(lines))
	}
	status := strings.Split(m.statusText(), "\n")
	lines = append(lines, status[:min(len(status), l.status)]...)
	lines = append(lines, m.footer()...)
	for i := range lines {
		lines[i] = ansi.Truncate(lines[i], m.width, "…")
	}
	v.Content = strings.Join(lines[:min(len(lines), m.height)], "\n")
	return v
}

func (m *model) headerLines() []string {
	head := bold.Render("review")
	if len(m.shown) > 0 {
		head += fmt.Sprintf("  %d of %d", m.at+1, len(m.shown))
	}
	if text := m.Filter; text != "" {
		head += dim.Render(fmt.Sprintf("  filter %q", text))
	}
	if tally := m.tally(); len(tally) > 0 {
		head += dim.Render("  " + tally.String())
	}
	name := ""
	if i := m.current(); i != nil {
		name = bold.Render(line(i.Key))
		if d := m.decided[i.Key]; d != "" {
			name = styleOf(d).Render(wordsOf(d).sign+" "+wordsOf(d).done) + "  " + name
		} else if i.Stale {
			name += careful.Render("  stale")
		}
	}
	return []string{head, name, ""}
}

func styleOf(d Decision) lipgloss.Style {
	switch d {
	case Reject:
		return wrong
	case Skip:
		return dim
	default:
		return good
	}
}

// bodyLines are the picture and the text, together as high as the layout says.
func (m *model) bodyLines(l layout) []string {
	whole := l.picture.Union(l.text)
	lines := make([]string, whole.Dy())
	if m.helping {
		copy(lines, helpLines(m.width))
		return lines
	}
	for i, text := range m.pictureLines(l.picture) {
		lines[i] = text
	}
	from := l.text.Min.Y - whole.Min.Y
	text := m.textLines(l.text.Dx())
	m.scroll = max(0, min(m.scroll, len(text)-l.text.Dy()))
	for i, text := range text[m.scroll:min(len(text), m.scroll+l.text.Dy())] {
		lines[from+i] = padded(lines[from+i], l.text.Min.X) + text
	}
	if rest := len(text) - m.scroll - l.text.Dy(); rest > 0 && len(lines) > 0 {
		last := len(lines) - 1
		lines[last] = padded(ansi.Truncate(lines[last], l.text.Min.X, ""), l.text.Min.X) + dim.Render(fmt.Sprintf("↓ %d more lines", rest+1))
	}
	return lines
}

func padded(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-ansi.StringWidth(s)))
}

// pictureLines are the picture and the note under it.
func (m *model) pictureLines(place image.Rectangle) []string {
	if place.Empty() {
		return nil
	}
	var lines []string
	i := m.current()
	if m.picture.key == i.Key { // not the one before
		lines = append(lines, m.picture.Lines...)
	}
	lines = lines[:min(len(lines), place.Dy()-1)]
	note := report.Visible(m.picture.note)
	if len(i.Images) > 1 {
		note += fmt.Sprintf("\nimage %d of %d, i shows the next", m.image+1, len(i.Images))
	}
	for text := range strings.SplitSeq(ansi.Wrap(note, place.Dx(), "/"), "\n") {
		lines = append(lines, dim.Render(text))
	}
	return lines[:min(len(lines), place.Dy())]
}
