package cli

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/runner/internal/visible"
)

// backendLog passes on what a person should see of what backends print: warnings
// and errors, see [host.LogLine], or all of it.
type backendLog struct {
	next io.Writer
	all  bool

	mu   sync.Mutex
	line []byte // not ended yet
	skip bool   // what is left of a line that was too long
}

// longestLine is more than any warning; longer lines are something else.
const longestLine = 1 << 16

// Write implements io.Writer; it never fails.
func (w *backendLog) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.line = append(w.line, p...)
	for {
		line, rest, ended := bytes.Cut(w.line, []byte("\n"))
		if !ended {
			break
		}
		if !w.skip {
			w.print(line)
		}
		w.line, w.skip = rest, false
	}
	if len(w.line) > longestLine {
		if !w.skip {
			w.print(w.line[:longestLine])
		}
		w.line, w.skip = nil, true
	}
	return len(p), nil
}

func (w *backendLog) print(line []byte) {
	l, structured := host.ParseLogLine(line)
	switch {
	case structured && l.Level >= slog.LevelWarn:
		fmt.Fprintf(w.next, "vlmspec: warning: %s\n", visible.Line(l.Text))
	case !w.all:
	case structured:
		fmt.Fprintln(w.next, visible.Line(l.Text))
	default:
		fmt.Fprintln(w.next, visible.Line(string(line)))
	}
}
