package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// removeAll removes runs that nobody writes, and keeps their outcomes: all are
// locked before any is read, so that none is still written to then.
func (s Store) removeAll(ids []string) (removed []string, err error) {
	for _, id := range ids {
		release, ok, err := s.hold(id)
		if err != nil {
			return nil, err
		}
		if ok {
			defer release()
			removed = append(removed, id)
		}
	}
	if len(removed) == 0 {
		return nil, nil
	}
	if err := s.keepOutcomes(removed); err != nil {
		return nil, err
	}
	var errs []error
	for _, id := range removed {
		errs = append(errs, s.remove(id))
	}
	return removed, errors.Join(errs...)
}

// Remove removes a run, and forgets its outcomes. ok is false when a process
// writes it.
func (s Store) Remove(id string) (ok bool, err error) {
	release, ok, err := s.hold(id)
	if err != nil || !ok {
		return false, err
	}
	defer release()
	return true, s.remove(id)
}

// hold takes the lock of a run that is to be removed; ok is false when a process
// writes it.
func (s Store) hold(id string) (release func(), ok bool, err error) {
	if err := s.Guard(s.Folder(id)); err != nil {
		return nil, false, err
	}
	l := s.lockOf(id)
	if err := s.lockable(l); err != nil {
		return nil, false, err
	}
	ok, err = l.TryLock()
	return func() {
		_ = os.Remove(l.Path())
		_ = l.Unlock()
	}, ok, err
}

// remove removes the folder of a run, whole: a kill leaves no half of it that is
// taken for a run.
func (s Store) remove(id string) error {
	gone := filepath.Join(s.Dir(), deleting+id)
	if err := os.Rename(s.Folder(id), gone); errors.Is(err, fs.ErrNotExist) {
		return nil // another was faster
	} else if err != nil {
		return fmt.Errorf("remove run %s: %w", id, err)
	}
	return os.RemoveAll(gone)
}
