package host

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// folderPrefix begins the names of the folders that hold sockets, in the folder
// of temporary files.
const folderPrefix = "vlmspec-"

// lockName is the file in a folder that its owner locks.
const lockName = "lock"

// leftoverAge is how old a folder is at least that is taken for a leftover: a
// fresh one may not be locked yet.
const leftoverAge = time.Minute

// folder holds the socket of a process, closed to other users. Its lock says
// that its owner lives; the system lets go of it however the owner ends.
type folder struct {
	path string
	lock *flock.Flock
}

func newFolder() (*folder, error) {
	path, err := os.MkdirTemp("", folderPrefix)
	if err != nil {
		return nil, err
	}
	f := &folder{path, lockOf(path)}
	if _, err := f.lock.TryLock(); err != nil {
		f.remove()
		return nil, err
	}
	return f, nil
}

func lockOf(folder string) *flock.Flock { return flock.New(filepath.Join(folder, lockName)) }

// remove removes the folder; nil is none.
func (f *folder) remove() {
	if f != nil {
		_ = os.RemoveAll(f.path)
		_ = f.lock.Close()
	}
}

// Sweep removes the folders of processes that were killed from the folder of
// temporary files. It touches nothing that does not look like one of them.
func Sweep() {
	entries, _ := os.ReadDir(os.TempDir())
	for _, e := range entries {
		digits, ours := strings.CutPrefix(e.Name(), folderPrefix)
		if ours && strings.Trim(digits, "0123456789") == "" && e.IsDir() {
			sweep(filepath.Join(os.TempDir(), e.Name()))
		}
	}
}

func sweep(dir string) {
	info, err := os.Lstat(dir)
	if err != nil || time.Since(info.ModTime()) < leftoverAge || !onlySockets(dir) {
		return
	}
	f := &folder{dir, lockOf(dir)}
	if free, err := f.lock.TryLock(); free && err == nil {
		f.remove()
	}
}

// onlySockets reports whether a folder holds nothing but what a backend puts there.
func onlySockets(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && !slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		info, err := e.Info()
		empty := err == nil && info.Mode().IsRegular() && info.Size() == 0
		socket := strings.HasPrefix(e.Name(), "plugin") && (e.Type()&os.ModeSocket != 0 || empty)
		return !socket && (e.Name() != lockName || !empty)
	})
}
