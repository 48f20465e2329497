package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/vt"

	"github.com/vlmspec/vlmspec/runner/internal/terminal"
)

// stage is where the script is played. After the first error nothing happens.
type stage struct {
	ctx  context.Context
	t    *terminal.Terminal
	dir  string
	film film
	err  error
}

func (s *stage) failed(err error) {
	if s.err == nil {
		s.err = err
	}
}

// until waits until all texts are on the screen.
func (s *stage) until(texts ...string) { s.await(terminal.Shows(texts...), texts) }

// gone waits until a text is no longer on the screen.
func (s *stage) gone(text string) {
	s.await(func(screen string) bool { return !strings.Contains(screen, text) }, "no "+text)
}

// ends waits until all texts are in the last lines of the screen: earlier ones may
// have them from before.
func (s *stage) ends(texts ...string) {
	s.await(func(screen string) bool {
		lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
		return terminal.Shows(texts...)(strings.Join(lines[max(0, len(lines)-3):], "\n"))
	}, texts)
}

func (s *stage) await(holds func(screen string) bool, what any) {
	if s.err != nil {
		return
	}
	if err := s.t.Await(s.ctx, holds); err != nil {
		s.failed(fmt.Errorf("waiting for %q: %w", what, err))
	}
}

// keys presses keys.
func (s *stage) keys(keys string) {
	if s.err == nil {
		s.failed(s.t.Type(keys))
	}
}

// types writes a command letter by letter, and stays a while before the Enter
// that follows.
func (s *stage) types(command string, seconds float64) {
	for i := range command {
		s.keys(command[i : i+1])
		s.until("$ " + strings.TrimRight(command[:i+1], " "))
		s.hold(0.06, "")
	}
	s.hold(seconds, "")
}

// hold takes a picture of the screen that stays for a while.
func (s *stage) hold(seconds float64, caption string) {
	if s.err == nil {
		s.t.Look(func(screen *vt.Emulator) { s.film.shoot(screen, seconds, caption) })
	}
}

// film is what was seen. Rows that look alike are kept once.
type film struct {
	shots []shot
	rows  []string // SVG of a row at the origin
	known map[string]int
}

type shot struct {
	rows    [rows]int // in film.rows; -1 is an empty one
	seconds float64
	caption string
}

func (f *film) shoot(screen *vt.Emulator, seconds float64, caption string) {
	s := shot{seconds: seconds, caption: caption}
	for y := range rows {
		s.rows[y] = f.row(drawRow(screen, y))
	}
	f.shots = append(f.shots, s)
}

func (f *film) row(svg string) int {
	if strings.TrimSpace(svg) == "" {
		return -1
	}
	if n, ok := f.known[svg]; ok {
		return n
	}
	if f.known == nil {
		f.known = map[string]int{}
	}
	f.known[svg] = len(f.rows)
	f.rows = append(f.rows, svg)
	return len(f.rows) - 1
}
