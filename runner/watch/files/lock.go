package files

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// HeldError says that another process watches already.
type HeldError struct{ PID string }

func (e *HeldError) Error() string {
	return fmt.Sprintf("another vlmspec watch runs in this project (process %s); end it first", e.PID)
}

// Lock keeps a second watch out, by a file that the system unlocks when the
// process ends, however it does. The error is a [*HeldError], or says why there
// can be no such file.
func Lock(path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	l := flock.New(path)
	locked, err := l.TryLock()
	if err != nil {
		return nil, err
	}
	if !locked {
		pid, _ := regular.Read(path, 1<<10)
		return nil, &HeldError{strings.TrimSpace(string(pid))}
	}
	_ = os.WriteFile(path, fmt.Appendln(nil, os.Getpid()), 0o644) // without it the sentence lacks a number
	return func() { _ = l.Unlock() }, nil
}
