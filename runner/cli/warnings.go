package cli

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// warnings passes on what a person should see of a backend's log without asking
// for all of it: warnings and errors, as Go's log/slog writes them.
type warnings struct {
	next io.Writer

	mu   sync.Mutex
	line []byte // not ended yet
}

var warningRE = regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (?:WARN|ERROR) (.*)`)

// longestLine is more than any warning; longer lines are something else.
const longestLine = 1 << 16

// Write implements io.Writer; it never fails.
func (w *warnings) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.line = append(w.line, p...)
	for {
		line, rest, ended := bytes.Cut(w.line, []byte("\n"))
		if !ended {
			break
		}
		if m := warningRE.FindSubmatch(line); m != nil {
			fmt.Fprintf(w.next, "vlmspec: warning: %s\n", printable(string(m[1])))
		}
		w.line = rest
	}
	if len(w.line) > longestLine {
		w.line = nil
	}
	return len(p), nil
}

// printable leaves out what a terminal would obey.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}
