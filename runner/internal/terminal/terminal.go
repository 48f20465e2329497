// Package terminal runs a program in a pseudo-terminal and reads what it shows,
// as a person would: for tests, and for the recording in the README. Start
// reading at [Start] and [Terminal.Await].
package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// Terminal is a program in a terminal. It is safe for concurrent use.
type Terminal struct {
	cmd *exec.Cmd
	pty *os.File

	mu      sync.Mutex
	screen  *vt.Emulator
	changed chan struct{} // closed, and made anew, whenever something was written
	ended   bool          // nothing more will be written
	raw     strings.Builder
}

// Start starts a program with a terminal of its own as standard input, output
// and error.
func Start(cmd *exec.Cmd, columns, rows int) (*Terminal, error) {
	file, err := pty.StartWithSize(cmd, size(columns, rows))
	if err != nil {
		return nil, fmt.Errorf("start %s in a terminal: %w", cmd.Path, err)
	}
	t := &Terminal{cmd: cmd, pty: file, screen: vt.NewEmulator(columns, rows), changed: make(chan struct{})}
	go t.read()
	go func() { _, _ = io.Copy(file, t.screen) }() // what the terminal answers to questions
	return t, nil
}

func size(columns, rows int) *pty.Winsize {
	return &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}
}

func (t *Terminal) read() {
	buf := make([]byte, 1<<16)
	for {
		n, err := t.pty.Read(buf)
		t.mu.Lock()
		for i := range n {
			t.show(buf[i : i+1])
		}
		t.raw.Write(buf[:n])
		t.ended = err != nil // a terminal whose program has ended gives an error, not the end of a file
		close(t.changed)
		t.changed = make(chan struct{})
		t.mu.Unlock()
		if err != nil {
			_ = t.screen.InputPipe().(io.Closer).Close()
			return
		}
	}
}

// show gives a byte to the emulator, which panics where a program that was not yet
// told of a new size draws beyond it. A terminal shows nothing then.
func (t *Terminal) show(b []byte) {
	defer func() {
		if recover() != nil {
			const cancel = "\x18" // whatever sequence was begun
			_, _ = t.screen.Write([]byte(cancel))
		}
	}()
	_, _ = t.screen.Write(b)
}

// Type sends keys, as the bytes a terminal sends: "\r" is Enter, "\x1b" Escape.
func (t *Terminal) Type(keys string) error {
	_, err := io.WriteString(t.pty, keys)
	return err
}

// Resize changes the size of the window; the program is informed.
func (t *Terminal) Resize(columns, rows int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen.Resize(columns, rows)
	return pty.Setsize(t.pty, size(columns, rows))
}

// Screen is the text on the screen, a line for each row, without blanks at its end.
func (t *Terminal) Screen() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text()
}

func (t *Terminal) text() string {
	lines := strings.Split(t.screen.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// Look calls f with the emulated screen, which nothing changes meanwhile.
func (t *Terminal) Look(f func(*vt.Emulator)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(t.screen)
}

// Raw is every byte that the program has written.
func (t *Terminal) Raw() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.raw.String()
}

// Await waits until a condition holds of the text on the screen. The error shows
// the screen as it was when the context or the program ended before.
func (t *Terminal) Await(ctx context.Context, holds func(screen string) bool) error {
	for {
		t.mu.Lock()
		screen, changed, ended := t.text(), t.changed, t.ended
		t.mu.Unlock()
		if holds(screen) {
			return nil
		}
		if ended {
			return fmt.Errorf("the program has ended; the screen was:\n%s", screen)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w; the screen is:\n%s", ctx.Err(), screen)
		}
	}
}

// Wait waits until the program ends, and returns its exit code.
func (t *Terminal) Wait() (int, error) {
	err := t.cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// Close ends the program, if it is still there, and the terminal.
func (t *Terminal) Close() error {
	_ = t.cmd.Process.Kill()
	_, _ = t.cmd.Process.Wait()
	return t.pty.Close()
}

// Shows is a condition for [Terminal.Await]: all texts are on the screen.
func Shows(texts ...string) func(string) bool {
	return func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	}
}

// Patience is how long a test waits for what should come at once.
const Patience = 30 * time.Second
