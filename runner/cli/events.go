package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/internal/plainfile"
	"github.com/vlmspec/vlmspec/runner/event"
)

// events is where the events of a run go; nil is nowhere.
type events struct {
	writer *event.Writer
	file   *os.File // to close; nil for standard output
}

// openEvents opens the target of --events; "-" is stdout.
func openEvents(target string, stdout io.Writer) (*events, error) {
	if target == "" {
		return nil, nil //nolint:nilnil // nil events go nowhere
	}
	out := stdout
	e := &events{}
	if target != "-" {
		var err error
		if e.file, err = eventFile(target); err != nil {
			return nil, err
		}
		out = e.file
	}
	e.writer = event.NewWriter(out)
	return e, nil
}

// eventFile opens a file anew, or a file descriptor that the process was given.
func eventFile(target string) (*os.File, error) {
	if number, ok := strings.CutPrefix(target, "fd:"); ok {
		fd, err := strconv.ParseUint(number, 10, 16)
		if err != nil || fd < 3 {
			return nil, usagef("--events=%s: expected a file descriptor from 3 on, such as fd:3", target)
		}
		f := os.NewFile(uintptr(fd), "events")
		if _, err := f.Stat(); err != nil {
			return nil, usagef("--events=%s: no such file descriptor is open; open it in whatever starts vlmspec", target)
		}
		closeOnExec(uintptr(fd)) // or what we start would keep it open
		return f, nil
	}
	if info, err := os.Stat(target); err == nil && info.IsDir() {
		return nil, usagef("--events=%s: is a folder; give the name of a file", target)
	}
	if info, err := os.Stat(target); err == nil && !info.Mode().IsRegular() {
		f, err := plainfile.Stream(target)
		if err != nil {
			return nil, usagef("--events: %w", err)
		}
		return f, nil
	}
	f, err := os.OpenFile(target, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, usagef("--events: %w", err)
	}
	return f, nil
}

// sink is nil where nobody takes the events.
func (e *events) sink() event.Sink {
	if e == nil {
		return nil
	}
	return e.writer
}

// close says what could not be written.
func (e *events) close() error {
	if e == nil {
		return nil
	}
	err := e.writer.Err()
	if e.file != nil {
		if closing := e.file.Close(); closing != nil {
			err = errors.Join(err, fmt.Errorf("write the events: %w", closing))
		}
	}
	return err
}
