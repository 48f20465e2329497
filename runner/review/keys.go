package review

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// key is what one key does while nothing is asked.
type key struct {
	keys  []string
	name  string // as the help shows it
	short string // for the line at the bottom, "" to leave it to the help
	help  string
	do    func(*model) tea.Cmd
}

// keys are all keys, in the order of the help.
var keys []key

func init() { // the help lists the table it stands in
	keys = []key{
		{[]string{"a", "enter"}, "a", "accept", "accept the new answer in place of what was accepted", deciding(Accept)},
		{[]string{"A", "+"}, "A", "alternative", "accept it beside what was accepted", deciding(Alternative)},
		{[]string{"l"}, "l", "loosen", "choose a tolerance that it passes with", (*model).offer},
		{[]string{"r"}, "r", "reject", "reject it: the case stays as it is, and it is asked for no more", deciding(Reject)},
		{[]string{"s", "space"}, "s", "skip", "decide later", deciding(Skip)},
		{[]string{"u", "ctrl+z"}, "u", "undo", "take the last decision back", (*model).takeBack},
		{[]string{"n", "right", "tab"}, "n →", "next", "next answer", func(m *model) tea.Cmd { return m.move(1) }},
		{[]string{"p", "left", "shift+tab"}, "p ←", "previous", "previous answer", func(m *model) tea.Cmd { return m.move(-1) }},
		{[]string{"/"}, "/", "filter", "keep the answers with a text in ID, prompt, answer or path", (*model).startFilter},
		{[]string{"o"}, "o", "overlay", "draw points and boxes over the image, or not", (*model).toggleOverlay},
		{[]string{"i"}, "i", "", "next image of the case", (*model).nextImage},
		{[]string{"down", "j"}, "↓ ↑", "", "scroll the text", func(m *model) tea.Cmd { return m.scrollBy(1) }},
		{[]string{"up", "k"}, "", "", "", func(m *model) tea.Cmd { return m.scrollBy(-1) }},
		{[]string{"pgdown"}, "", "", "", func(m *model) tea.Cmd { return m.scrollBy(m.height / 2) }},
		{[]string{"pgup"}, "", "", "", func(m *model) tea.Cmd { return m.scrollBy(-m.height / 2) }},
		{[]string{"?"}, "?", "help", "this help", func(m *model) tea.Cmd { m.helping = true; return m.redraw() }},
		{[]string{"esc"}, "", "", "", (*model).clear},
		{[]string{"q", "ctrl+c"}, "q", "quit", "quit; what was decided is written already", (*model).quit},
	}
}

// press takes a key, which goes to what is asked first.
func (m *model) press(msg tea.KeyPressMsg) tea.Cmd {
	name := msg.String()
	switch {
	case name == "ctrl+c":
		return m.quit()
	case m.helping:
		m.helping = false
		return m.redraw()
	case m.filtering:
		return m.typed(msg)
	case m.asking != nil:
		return m.answered(name)
	case m.offering:
		return m.chosen(name)
	}
	m.status = ""
	for _, k := range keys {
		if slices.Contains(k.keys, name) {
			return k.do(m)
		}
	}
	m.say("%s does nothing; ? lists the keys", name)
	return nil
}

func (m *model) quit() tea.Cmd { return tea.Quit }

func (m *model) scrollBy(lines int) tea.Cmd {
	m.scroll = max(0, m.scroll+lines) // view.go knows the end
	return nil
}

func (m *model) toggleOverlay() tea.Cmd {
	i := m.current()
	if i == nil || len(i.Overlays) == 0 {
		m.say("there are no points or boxes to draw here")
		return nil
	}
	m.Overlay = !m.Overlay
	return m.redraw()
}

func (m *model) nextImage() tea.Cmd {
	i := m.current()
	if i == nil || len(i.Images) < 2 {
		m.say("the case shows no other image")
		return nil
	}
	m.image = (m.image + 1) % len(i.Images)
	return m.redraw()
}

func (m *model) startFilter() tea.Cmd {
	m.filtering = true
	return nil
}

// clear shows all answers again.
func (m *model) clear() tea.Cmd {
	m.Filter = ""
	m.refilter()
	return m.redraw()
}

// typed takes a key into the filter, which is at work at once.
func (m *model) typed(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "esc":
		m.Filter, m.filtering = "", false
	case "enter":
		m.filtering = false
	case "ctrl+u":
		m.Filter = ""
	case "backspace":
		runes := []rune(m.Filter)
		m.Filter = string(runes[:max(0, len(runes)-1)])
	default:
		m.Filter += msg.Text
	}
	m.refilter()
	m.scroll, m.image = 0, 0
	return m.redraw()
}
