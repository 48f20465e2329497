package cli

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// screen is what a watch writes on: lines, and on a terminal a status at the
// bottom, which gives way to them. While a run has the screen, lines wait. It is
// safe for concurrent use.
type screen struct {
	out   io.Writer
	shown func(string) string // a text as a person may see it
	wide  func() int          // columns of the terminal; 0 is none

	mu     sync.Mutex
	busy   bool
	held   []func()
	status string
	drawn  int // columns of the status that stand on the screen
}

func newScreen(out io.Writer, shown func(string) string) *screen {
	s := &screen{out: out, shown: shown, wide: func() int { return 0 }}
	if f, ok := out.(*os.File); ok && terminal(out) && term.IsTerminal(int(f.Fd())) {
		s.wide = func() int {
			columns, _, err := term.GetSize(int(f.Fd()))
			if err != nil || columns < 1 {
				return 80
			}
			return columns
		}
	}
	return s
}

// say writes a line of the watch's own.
func (s *screen) say(format string, args ...any) {
	line := s.shown(fmt.Sprintf(format, args...))
	s.write(func() { fmt.Fprintf(s.out, "-- %s\n", line) })
}

// write calls what writes whole lines.
func (s *screen) write(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy && s.wide() > 0 {
		s.held = append(s.held, f)
		return
	}
	s.erase()
	f()
	s.draw()
}

// begin leaves the screen to somebody else, until [screen.end].
func (s *screen) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.busy = true
}

func (s *screen) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = false
	for _, f := range s.held {
		f()
	}
	s.held = nil
	s.draw()
}

// show sets the status.
func (s *screen) show(status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.status = s.shown(status)
	s.draw()
}

// resized draws the status as wide as the terminal is now.
func (s *screen) resized() { s.show(s.status) }

func (s *screen) draw() {
	wide := s.wide()
	if wide == 0 || s.busy || s.status == "" {
		return
	}
	line := ansi.Truncate(s.status, max(wide-1, 1), "…")
	s.drawn = ansi.StringWidth(line)
	fmt.Fprint(s.out, line)
}

// erase takes the status away. In a terminal that has become narrow it stands
// on several rows.
func (s *screen) erase() {
	if s.drawn == 0 {
		return
	}
	if rows := (s.drawn - 1) / max(s.wide(), 1); rows > 0 {
		fmt.Fprintf(s.out, "\x1b[%dA", rows)
	}
	fmt.Fprint(s.out, "\r\x1b[J")
	s.drawn = 0
}
