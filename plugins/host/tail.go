package host

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
)

// tailLines and tailBytes bound what is kept of a process's output.
const (
	tailLines = 20
	tailBytes = 8 << 10
)

// tail keeps the end of what a process prints.
type tail struct {
	mu   sync.Mutex
	data []byte
	cut  bool      // the first line has lost its beginning
	next io.Writer // gets everything too; nil drops it
}

// Write implements io.Writer; it never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p...)
	if extra := len(t.data) - tailBytes; extra > 0 {
		t.data, t.cut = append(t.data[:0], t.data[extra:]...), true
	}
	if t.next != nil {
		_, _ = t.next.Write(p)
	}
	return len(p), nil
}

// lastWords is the end of the output, nil when there is none.
func (t *tail) lastWords() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	data := t.data
	if i := bytes.IndexByte(data, '\n'); t.cut && i >= 0 {
		data = data[i+1:]
	}
	lines := strings.Split(string(bytes.TrimSpace(data)), "\n")
	if len(lines) > tailLines {
		lines = lines[len(lines)-tailLines:]
	}
	if len(lines) == 1 && lines[0] == "" {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}
