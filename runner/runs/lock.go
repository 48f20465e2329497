package runs

import (
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// pruning is the ID of no run: its lock is held while runs are removed.
const pruning = "prune"

// locks is the folder of locks: beside the runs, so that one is there before its
// run is, and after it.
func (s Store) locks() string { return filepath.Join(s.state, "locks") }

// lockOf is locked while a run is written. The system unlocks it however the
// process ends.
func (s Store) lockOf(id string) *flock.Flock { return flock.New(filepath.Join(s.locks(), id)) }

// lockable makes the folder of locks, and makes sure that a lock there is one.
func (s Store) lockable(l *flock.Flock) error {
	if err := s.mkdir(s.locks()); err != nil {
		return err
	}
	return s.Guard(l.Path())
}

// underWay reports whether a process writes a run now.
func (s Store) underWay(id string) bool {
	l := s.lockOf(id)
	if _, err := os.Lstat(l.Path()); err != nil || s.Guard(l.Path()) != nil {
		return false // to try would make the file
	}
	free, err := l.TryRLock()
	if free {
		_ = l.Unlock()
	}
	return err == nil && !free
}
