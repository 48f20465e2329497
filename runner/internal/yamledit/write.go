package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/gofrs/flock"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
)

// replace puts a file in place of another.
var replace = atomicfile.WriteFile

// Swap puts content in place of what is on disk, at once, if that is still
// before; nil is no file. Else it is a *[ChangedError]. It holds the lock of the
// folder meanwhile, so that of two processes the second finds what the first has
// written. name is the file's name for people.
func Swap(path, name string, before, after []byte) error {
	unlock, err := lock(filepath.Dir(path))
	if err != nil {
		return failed(name, err)
	}
	defer unlock()
	now, err := Read(path)
	if err != nil {
		return failed(name, err)
	}
	if (now == nil) != (before == nil) || !bytes.Equal(now, before) {
		return &ChangedError{name}
	}
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() != 0 {
		return failed(name, errors.New("it is a link, which may lead out of the project; put a file in its place"))
	}
	if after == nil {
		return failed(name, os.Remove(path))
	}
	return failed(name, write(path, after))
}

// failed says of an error that nothing is lost.
func failed(name string, err error) error {
	if err == nil {
		return nil
	}
	if cause, ok := errors.AsType[*fs.PathError](err); ok { // the path is that of a temporary file
		err = cause.Err
	}
	return fmt.Errorf("%s cannot be written: %w; it is as it was", name, err)
}

// lock makes a folder where there is none, and waits until it has it for itself.
// Some network file systems, and Windows, lock no folders; there, what is on disk
// is compared right before it is replaced, and that must do.
func lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	l := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	for {
		err = l.Lock()
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil && runtime.GOOS != "windows" && !errors.Is(err, syscall.EBADF) && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.ENOLCK) {
		return nil, err
	}
	return func() { _ = l.Close() }, nil
}

// write replaces a file, whose mode stays.
func write(path string, data []byte) error {
	o := atomicfile.Options{Sync: true}
	if info, err := os.Stat(path); err == nil {
		o.Mode = info.Mode().Perm()
	}
	return replace(path, data, o)
}
