package runs

import (
	"os"

	"github.com/gofrs/flock"
)

// lockOf is locked while a run is written. The system unlocks it however the
// process ends. It lies beside the folder, to be there before it.
func (s Store) lockOf(id string) *flock.Flock { return flock.New(s.Folder(id) + ".lock") }

// underWay reports whether a process writes a run now.
func (s Store) underWay(id string) bool {
	l := s.lockOf(id)
	if _, err := os.Lstat(l.Path()); err != nil {
		return false // to try would make the file
	}
	free, err := l.TryRLock()
	if free {
		_ = l.Unlock()
	}
	return err == nil && !free
}
