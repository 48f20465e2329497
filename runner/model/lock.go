package model

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

var errBusy = errors.New("another process is pulling it")

// lockFor is the lock of a path. The locks lie apart and stay, because to remove
// a lock that another process waits for would let two in.
func (s Store) lockFor(path string) (*flock.Flock, error) {
	dir := filepath.Join(s.dir, ".locks")
	if err := s.mkdir(dir); err != nil {
		return nil, err
	}
	name := sha256.Sum256([]byte(path))
	file := filepath.Join(dir, hex.EncodeToString(name[:8]))
	if info, err := os.Lstat(file); err == nil && !info.Mode().IsRegular() { // opening a named pipe would wait
		if err := os.Remove(file); err != nil {
			return nil, err
		}
	}
	return flock.New(file), nil
}

// tryLock takes the lock of a path, or errBusy.
func (s Store) tryLock(path string) (unlock func(), err error) {
	l, err := s.lockFor(path)
	if err != nil {
		return nil, err
	}
	switch ok, err := l.TryLock(); {
	case err != nil:
		return nil, err
	case !ok:
		return nil, errBusy
	}
	return func() { _ = l.Unlock() }, nil
}

// lock waits for the lock of a path; waiting is called when it has to.
func (s Store) lock(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	if unlock, err := s.tryLock(path); !errors.Is(err, errBusy) {
		return unlock, err
	}
	waiting()
	l, err := s.lockFor(path)
	if err != nil {
		return nil, err
	}
	if _, err := l.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return nil, err
	}
	return func() { _ = l.Unlock() }, nil
}
