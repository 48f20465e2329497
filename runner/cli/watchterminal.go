package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/watch"
)

// terminalScreen shows a watch on a terminal: lines that scroll away, and below
// them what is being asked and how things stand.
type terminalScreen struct {
	app     *app
	options watch.Options
	program *tea.Program
	out     *os.File
	console atomic.Pointer[report.Console] // of the run under way
	// written is what the console has written: it is printed once the console is
	// unlocked, since the program that prints asks the console what moves.
	written bytes.Buffer
}

// watchOnTerminal takes keys as they are pressed. end is what Ctrl-C calls.
func (a *app) watchOnTerminal(ctx context.Context, end func(), o watch.Options, in, out *os.File) error {
	commands, suspend := make(chan string, 64), make(chan bool, 2)
	s := &terminalScreen{app: a, options: o, out: out}
	m := &watchModel{commands: commands, suspend: suspend, interrupt: end, live: s.live, shown: a.shown}
	s.program = tea.NewProgram(m, tea.WithInput(in), tea.WithOutput(out), tea.WithoutSignalHandler())
	o.Commands, o.Suspend, o.Screen = commands, suspend, s
	ended := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				s.program.Kill()
				s.program.Wait()
				panic(p)
			}
		}()
		err := watch.Run(ctx, o)
		ended <- err
		s.program.Send(endMsg{})
	}()
	_, err := s.program.Run()
	end()
	if watched := <-ended; watched != nil || err == nil {
		return watched
	}
	return fmt.Errorf("watch: %w", err)
}

// print shows the lines that the console has written above what moves.
func (s *terminalScreen) print() {
	if s.written.Len() > 0 {
		s.program.Println(strings.TrimSuffix(s.written.String(), "\n"))
		s.written.Reset()
	}
}

func (s *terminalScreen) Say(line string) { s.program.Println(s.app.shown(line)) }

func (s *terminalScreen) Problem(err error) {
	s.program.Println(s.app.shown(fmt.Sprintf("vlmspec: %v", err)))
}

func (s *terminalScreen) RunStarts(int) {
	o := s.app.consoleOptions(s.out)
	o.Passive, o.Warnings = true, &s.written
	s.console.Store(report.NewConsole(&s.written, o))
}

func (s *terminalScreen) Event(e event.Event) {
	s.console.Load().Event(e)
	s.print()
}

func (s *terminalScreen) RunEnds(printed string) {
	s.console.Load().End(nil)
	s.print()
	if printed = strings.TrimRight(printed, "\n"); printed != "" {
		s.program.Println(s.app.shown(printed))
	}
	printPending(&s.written, s.options.Project)
	s.print()
}

func (s *terminalScreen) Status(now watch.Status) { s.program.Send(now) }
func (s *terminalScreen) Ask(question string)     { s.program.Send(askMsg(question)) }

// Lend implements [watch.Screen].
func (s *terminalScreen) Lend(f func() error) (ok bool, err error) {
	if err := s.program.ReleaseTerminal(); err != nil {
		return true, err
	}
	err = f()
	return true, errors.Join(err, s.program.RestoreTerminal())
}

// live is what a run under way shows below its lines.
func (s *terminalScreen) live() string {
	if c := s.console.Load(); c != nil {
		return c.Live()
	}
	return ""
}

// Messages to the model, beside [watch.Status].
type (
	askMsg  string
	endMsg  struct{}
	tickMsg struct{}
)

// watchModel is the lower end of the screen, and the keys.
type watchModel struct {
	commands  chan<- string
	suspend   chan<- bool
	interrupt func()
	live      func() string
	shown     func(string) string // a text as a person may see it

	width   int
	status  watch.Status
	asking  string
	editing *watch.Command // whose text is typed; nil when none is
	text    string
	ticking bool
	hidden  bool // the terminal is somebody else's, or will be
}

// Init implements [tea.Model].
func (*watchModel) Init() tea.Cmd { return nil }

// Update takes one event.
func (m *watchModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width = msg.Width
	case watch.Status:
		m.status, m.asking = msg, ""
		return m, m.tick()
	case askMsg:
		m.asking = string(msg)
	case tickMsg:
		m.ticking = false
		return m, m.tick()
	case tea.ResumeMsg:
		m.hidden = false
		m.suspend <- false
	case endMsg:
		m.hidden = true
		return m, tea.Quit
	case tea.KeyPressMsg:
		return m, m.press(msg)
	}
	return m, nil
}

// tick draws what moves while a run is under way.
func (m *watchModel) tick() tea.Cmd {
	if !m.status.Running || m.ticking {
		return nil
	}
	m.ticking = true
	return tea.Tick(100*time.Millisecond, func(time.Time) tea.Msg { return tickMsg{} })
}

func (m *watchModel) press(key tea.KeyPressMsg) tea.Cmd {
	switch key.String() {
	case "ctrl+c", "ctrl+d":
		m.interrupt()
		return nil
	case "ctrl+z":
		m.suspend <- true
		m.hidden = true
		return tea.Suspend
	}
	switch {
	case m.asking != "":
		m.asking = ""
		m.send(key.String())
	case m.editing != nil:
		m.edit(key)
	default:
		m.command(key.Text)
	}
	return nil
}

// command begins to edit the text that a command takes, and else sends it. An
// answer may be typed before its question has come.
func (m *watchModel) command(key string) {
	if key == "y" || key == "n" {
		m.send(key)
	}
	for _, c := range watch.Commands() {
		if c.Key != strings.ToLower(key) {
			continue
		}
		if c.Text == "" {
			m.send(c.Key)
			return
		}
		m.editing, m.text = &c, m.status.Name
		if c.Key == "p" {
			m.text = m.status.File
		}
	}
}

func (m *watchModel) edit(key tea.KeyPressMsg) {
	switch key.String() {
	case "enter":
		m.send(m.editing.Key + " " + m.text)
		m.editing = nil
	case "esc":
		m.editing = nil
	case "backspace":
		_, size := utf8.DecodeLastRuneInString(m.text)
		m.text = m.text[:len(m.text)-size]
	case "ctrl+u":
		m.text = ""
	default:
		m.text += key.Text
	}
}

// send has the watch obey; what it has no room for is lost, as a key is that is
// held down.
func (m *watchModel) send(command string) {
	select {
	case m.commands <- command:
	default:
	}
}

// View implements [tea.Model].
func (m *watchModel) View() tea.View {
	if m.hidden {
		return tea.NewView("")
	}
	last := m.shown(statusText(m.status, " · ")) + " · ? keys"
	switch {
	case m.asking != "":
		last = m.asking + ": ▏"
	case m.editing != nil:
		last = m.editing.Text + ": " + m.shown(m.text) + "▏"
	}
	if m.width > 0 {
		last = ansi.Truncate(last, max(m.width-1, 1), "…")
	}
	if m.status.Running {
		return tea.NewView(m.live() + last)
	}
	return tea.NewView(last)
}

// foreground reports whether the terminal is ours: keys cannot be read in the
// background.
func foreground(in *os.File) bool {
	return term.IsTerminal(int(in.Fd())) && inForeground(int(in.Fd()))
}
