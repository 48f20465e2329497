package secret

import (
	"bytes"
	"io"
	"sync"
)

// longestLine is how much of a line is waited for.
const longestLine = 1 << 16

// Writer returns a writer that passes lines on to w with every secret hidden.
// What is left at the end, without a line end, Close passes on; it does not close
// w. It is safe for concurrent use.
func (s *Set) Writer(w io.Writer) io.WriteCloser { return &writer{set: s, next: w} }

type writer struct {
	set  *Set
	next io.Writer

	mu   sync.Mutex
	held []byte // a line that has not ended
}

// Write implements io.Writer.
func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = append(w.held, p...)
	end := bytes.LastIndexByte(w.held, '\n') + 1
	if end == 0 && len(w.held) > longestLine+w.overlap() { // all but what a secret could go on from
		end = len(w.held) - w.overlap()
	}
	if end == 0 {
		return len(p), nil
	}
	err := w.pass(w.held[:end])
	w.held = append(w.held[:0], w.held[end:]...)
	return len(p), err
}

func (w *writer) overlap() int {
	if w.set == nil {
		return 0
	}
	return w.set.longest
}

func (w *writer) pass(text []byte) error {
	_, err := io.WriteString(w.next, w.set.Hide(string(text)))
	return err
}

// Close passes on what is left.
func (w *writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.held) == 0 {
		return nil
	}
	err := w.pass(w.held)
	w.held = nil
	return err
}
