package picture

import (
	"bytes"
	"os"
	"sync"

	"github.com/charmbracelet/x/ansi"
)

// Screen is a terminal on which an image lies over blank cells of what is
// written to it. Give it to Bubble Tea as its output: the renderer knows cells
// only, and whatever it writes, the image is drawn again after it. Safe for
// concurrent use.
type Screen struct {
	*os.File
	mu    sync.Mutex
	shown Picture
	after string // what every write is followed by
	stale string // what removes the image before
}

// NewScreen puts images on a terminal.
func NewScreen(terminal *os.File) *Screen { return &Screen{File: terminal} }

// Show draws p's pixels, if it has any, from the next write on at a column and a
// row, counted from 0, in place of what was shown before. Erase the screen with
// it: sixels stay where no cell changes.
func (s *Screen) Show(p Picture, column, row int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stale += s.shown.remove
	s.shown, s.after = p, ""
	if p.Pixels != "" {
		s.after = ansi.SetModeSynchronizedOutput + ansi.SaveCursor + ansi.CursorPosition(column+1, row+1) + p.Pixels +
			ansi.RestoreCursor + ansi.ResetModeSynchronizedOutput
	}
}

// Write writes a frame, and the image over it, unless the frame leaves the screen
// that the image is on.
func (s *Screen) Write(frame []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	after := s.after
	if bytes.Contains(frame, []byte(ansi.ResetModeAltScreenSaveCursor)) {
		s.stale, after = s.stale+s.shown.remove, ""
	}
	if s.stale != "" {
		if _, err := s.WriteString(s.stale); err != nil {
			return 0, err
		}
		s.stale = ""
	}
	n, err := s.File.Write(frame)
	if err == nil && after != "" {
		_, err = s.WriteString(after)
	}
	return n, err
}
