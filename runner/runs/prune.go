package runs

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/runner/spec"
)

const (
	// deleting begins the name of a run's folder that is being removed.
	deleting = ".deleting-"
	// importing begins the name of a folder that becomes a run.
	importing = ".importing-"
	// abandoned is how old what a killed process has left is at least.
	abandoned = time.Hour
)

// Prune removes the oldest runs until the others keep to a count and a size. The
// latest stays whatever its size; so do the one named current, which may be "",
// and those that are being written. An imported run is as old as its import. It
// returns the IDs of what it has removed.
func (s Store) Prune(r spec.Retention, current string) ([]string, error) {
	if _, err := os.Stat(s.Dir()); err != nil {
		return nil, nil // there is no run
	}
	l := s.lockOf(pruning)
	if err := s.lockable(l); err != nil {
		return nil, err
	}
	if ok, err := l.TryLock(); err != nil || !ok {
		return nil, err // somebody does it already
	}
	defer func() { _ = l.Unlock() }()
	s.sweep()
	ids, err := s.byAge()
	if err != nil {
		return nil, err
	}
	return s.removeAll(s.beyond(ids, r, current))
}

// beyond lists the runs that are too many or too large, the oldest first.
func (s Store) beyond(ids []string, r spec.Retention, current string) []string {
	if current != "" { // it counts first
		if i := slices.Index(ids, current); i >= 0 {
			ids = append(slices.Delete(slices.Clone(ids), i, i+1), current)
		}
	}
	size := int64(0)
	for kept, id := range slices.Backward(ids) {
		size += s.size(id)
		if n := len(ids) - kept; n > 1 && (n > r.Keep || size > r.Size) {
			return ids[:kept+1]
		}
	}
	return nil
}

// byAge lists the runs, the oldest first; what is left of one that is half deleted
// comes before them.
func (s Store) byAge() ([]string, error) {
	ids, err := s.IDs()
	age := map[string]string{}
	for _, id := range ids {
		age[id] = id
		if !s.whole(id) {
			age[id] = ""
		} else if info, err := os.Lstat(filepath.Join(s.Folder(id), importedFile)); err == nil {
			age[id] = info.ModTime().UTC().Format("20060102T150405.000Z")
		}
	}
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(age[a], age[b]) })
	return ids, err
}

// size is what a run takes on the disk.
func (s Store) size(id string) (bytes int64) {
	_ = filepath.WalkDir(s.Folder(id), func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			if info, err := e.Info(); err == nil {
				bytes += info.Size()
			}
		}
		return nil
	})
	return bytes
}

// sweep removes what processes that were killed have left.
func (s Store) sweep() {
	entries, _ := os.ReadDir(s.Dir())
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), deleting) || strings.HasPrefix(e.Name(), importing) && old(e) {
			_ = os.RemoveAll(filepath.Join(s.Dir(), e.Name()))
		}
	}
	locks, _ := os.ReadDir(s.locks())
	for _, e := range locks {
		if e.Name() != pruning && old(e) {
			s.sweepLock(e.Name())
		}
	}
}

func old(e fs.DirEntry) bool {
	info, err := e.Info()
	return err == nil && time.Since(info.ModTime()) > abandoned
}

// sweepLock removes the lock of a run that was killed or is gone.
func (s Store) sweepLock(id string) {
	l := s.lockOf(id)
	if s.Guard(l.Path()) != nil {
		return
	}
	if ok, err := l.TryLock(); err == nil && ok {
		_ = os.Remove(l.Path())
		_ = l.Unlock()
	}
}
