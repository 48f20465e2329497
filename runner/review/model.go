package review

import (
	"fmt"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/review/picture"
)

// model is the state of a review.
type model struct {
	Options
	items   []Item
	decided map[string]Decision // by key of an item
	undo    []step
	shown   []int // items that the filter leaves
	at      int   // in shown
	scroll  int   // first line of the text that is visible
	image   int   // which image of the item

	width, height int
	history       map[string][]result.Outcome
	asking        *question // over the keys of keys.go
	offering      bool
	filtering     bool
	helping       bool
	status        string
	bad           bool // the status is about something that did not work

	terminal picture.Terminal
	screen   *picture.Screen // nil in tests: pixels go nowhere
	picture  shownPicture
}

// step is a decision that can be taken back.
type step struct {
	key    string
	stored bool // the store knows of it
}

// question waits for yes or no.
type question struct {
	text string
	yes  func(*model) tea.Cmd
}

func newModel(o Options, items []Item) *model {
	m := &model{Options: o, items: items, decided: map[string]Decision{}, terminal: picture.NewTerminal(o.Image, o.Getenv)}
	m.refilter()
	return m
}

// Init asks the terminal what it can show, and looks for earlier runs.
func (m *model) Init() tea.Cmd {
	return tea.Batch(tea.Raw(m.terminal.Question()), m.readHistory)
}

type historyMsg map[string][]result.Outcome

func (m *model) readHistory() tea.Msg {
	if m.History == nil {
		return nil
	}
	history, err := m.History()
	if err != nil {
		return nil // the strip is an extra
	}
	return historyMsg(history)
}

// Update takes one event.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		return m, m.redraw()
	case historyMsg:
		m.history = msg
	case pictureMsg:
		return m, m.take(msg)
	case tea.TerminalVersionMsg:
		if m.terminal.Named(msg.Name) {
			return m, m.redraw()
		}
	case tea.KeyPressMsg:
		return m, m.press(msg)
	default:
		if m.terminal.Answered(msg) {
			return m, m.redraw()
		}
	}
	return m, nil
}

// current is the item on the screen, nil when the filter leaves none.
func (m *model) current() *Item {
	if m.at >= len(m.shown) {
		return nil
	}
	return &m.items[m.shown[m.at]]
}

// refilter keeps the items that have the text of the filter in what is shown of
// them, and stays on the current one where it can.
func (m *model) refilter() {
	var key string
	if i := m.current(); i != nil {
		key = i.Key
	}
	text := strings.ToLower(m.Filter)
	m.shown = m.shown[:0]
	m.at = 0
	for i := range m.items {
		if strings.Contains(strings.ToLower(m.items[i].searched()), text) {
			if m.items[i].Key == key {
				m.at = len(m.shown)
			}
			m.shown = append(m.shown, i)
		}
	}
}

func (i *Item) searched() string {
	fields := []string{i.Key, i.File, i.Backend, i.Prompt, i.Answer}
	for _, image := range i.Images {
		fields = append(fields, image.Path)
	}
	return strings.Join(append(fields, i.Accepted...), "\n")
}

// move goes a number of items on, around the ends.
func (m *model) move(by int) tea.Cmd {
	if len(m.shown) == 0 {
		return nil
	}
	return m.show((m.at + by + len(m.shown)) % len(m.shown))
}

// show goes to an item of those shown.
func (m *model) show(at int) tea.Cmd {
	m.at, m.scroll, m.image = at, 0, 0
	return m.redraw()
}

// advance goes to the next item that is not decided.
func (m *model) advance() tea.Cmd {
	for by := 1; by < len(m.shown); by++ {
		at := (m.at + by) % len(m.shown)
		if m.decided[m.items[m.shown[at]].Key] == "" {
			return m.show(at)
		}
	}
	if m.open() == 0 {
		m.say("all reviewed: %s; u takes the last one back, q quits", m.tally())
	}
	return m.redraw()
}

// open counts the items that wait for a decision.
func (m *model) open() int {
	n := 0
	for i := range m.items {
		if m.decided[m.items[i].Key] == "" {
			n++
		}
	}
	return n
}

func (m *model) say(format string, args ...any) {
	m.status, m.bad = fmt.Sprintf(format, args...), false
}

func (m *model) complain(format string, args ...any) {
	m.status, m.bad = fmt.Sprintf(format, args...), true
}

// absolute is where a path of a run is, relative to the project.
func (m *model) absolute(path string) string {
	if path = filepath.FromSlash(path); path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(m.Project, path)
}
