// Package plainfile keeps what a program writes of its own inside the folder that
// is its own: a symbolic link there, which a cloned project may bring along,
// would have it written elsewhere; a second hard link change another file; and a
// pipe make whoever opens it wait for ever. Start reading at [Check].
package plainfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Error says that something else than a plain file or folder stands at a path.
type Error struct {
	Path string
	What string // "a symbolic link"
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s is %s, and vlmspec writes to plain files and folders only; remove it", e.Path, e.What)
}

// Check looks at a file below a folder, and at the folders between: each must be
// plain, or not be there. It is to be asked right before a file is opened, also
// for reading. The error is an *[Error], or says why it cannot be looked at.
func Check(base, path string) error {
	rel, err := filepath.Rel(base, path)
	if err != nil || !filepath.IsLocal(rel) {
		return fmt.Errorf("%s is not below %s", path, base)
	}
	steps := strings.Split(rel, string(filepath.Separator))
	at := base
	for i, step := range steps {
		at = filepath.Join(at, step)
		info, err := os.Lstat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case i < len(steps)-1 && info.Mode().Type() == fs.ModeDir:
		default:
			if what := odd(info); what != "" {
				return &Error{at, what}
			}
		}
	}
	return nil
}

// odd says what a file is that is not plain; "" of a plain file or folder.
func odd(info fs.FileInfo) string {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return ""
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case !mode.IsRegular():
		return "no plain file"
	case links(info) > 1:
		return "a file with a second name (a hard link)"
	}
	return ""
}

// Alone reports whether a file is a regular one that no other name stands for.
func Alone(info fs.FileInfo) bool { return info.Mode().IsRegular() && links(info) == 1 }

// MkdirAll makes a folder below another, and those between.
func MkdirAll(base, dir string) error {
	if err := Check(base, dir); err != nil {
		return err
	}
	return os.MkdirAll(dir, 0o755)
}

// Base is the folder that [Check] begins at for what is below dir: the one above it
// where dir has the name that comes with a project, else dir, which somebody has named
// and which may be a link.
func Base(dir, name string) string {
	if filepath.Base(dir) == name {
		return filepath.Dir(dir)
	}
	return dir
}

// Stream opens a device or a pipe for writing. A pipe that nobody reads is an error;
// to open it would wait.
func Stream(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|nonblock, 0)
	if errors.Is(err, noReader) {
		return nil, fmt.Errorf("%s is a pipe that nobody reads", path)
	}
	return f, err
}
