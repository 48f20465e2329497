package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// create makes the file that takes the place of another.
var create = os.CreateTemp

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
func lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(d.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	// Some network file systems lock no folders; there, what is on disk is
	// compared right before it is replaced, and that must do.
	if err != nil && !errors.Is(err, syscall.EBADF) && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.ENOLCK) {
		return nil, errors.Join(err, d.Close())
	}
	return func() { _ = d.Close() }, nil
}

// write puts a file beside the old one and renames it over. The mode stays, and
// a symbolic link is followed.
func write(path string, data []byte) error {
	mode := fs.FileMode(0o644)
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	temp, err := create(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	if err == nil {
		err = errors.Join(temp.Sync(), temp.Chmod(mode))
	}
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}
