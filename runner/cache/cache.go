// Package cache keeps records on disk between runs: answers, and what files and
// backends are. Start reading at [Open]; file.go holds the format, prune.go what
// makes room.
//
// All records lie in one file that only grows, so that a thousand of them are
// read at once and written one by one. Several processes may use it at the same
// time: they append, and rewrite it, while they hold a lock on its folder.
// Whatever happens to the file costs records, which are computed again.
package cache

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/internal/plainfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// Key names a record: a SHA-256 over all that determines it.
type Key [sha256.Size]byte

// Store is an open cache. It is safe for concurrent use; the methods of nil are
// those of no cache.
//
// Get answers from what was there when the store was opened, never from what was
// put since: a run does not answer from itself.
type Store struct {
	// Refuse says which values are not stored; nil refuses none. It is set before the
	// store is used.
	Refuse func(value []byte) bool

	dir   string
	limit int64 // bytes of the file
	today int

	mu      sync.Mutex
	data    []byte        // the file as it was
	records map[Key]place // in data
	touched []Key         // looked up, and last used on another day
	size    int64         // of the file
	live    int64         // of the records that are not superseded
	damaged int
	problem error // the first of writing
}

// Open reads the cache in a folder, which need not exist. It is kept below limit
// bytes. The error says that a cache is there and cannot be used.
func Open(dir string, limit int64) (*Store, error) {
	s := &Store{dir: dir, limit: limit, today: day(time.Now())}
	data, err := regular.Read(filepath.Join(dir, fileName), maxBytes)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the cache: %w", err)
	}
	s.data, s.size = data, int64(len(data))
	s.records = make(map[Key]place, bytes.Count(data, []byte("\n"))-bytes.Count(data, []byte("\n\n")))
	for at, r := range records(data) {
		if r == nil {
			s.damaged++
			continue
		}
		s.live += int64(len(r.line)) - int64(s.records[r.key].size)
		s.records[r.key] = place{at: int64(at), size: uint32(len(r.line)), day: int32(r.day)}
	}
	return s, nil
}

// place is where the line of a record stands, and the day it was last used: little,
// since there is one for each of a large project's answers.
type place struct {
	at   int64
	size uint32
	day  int32
}

func (s *Store) value(p place) []byte { return valueOf(s.data[p.at : p.at+int64(p.size)]) }

// day counts days, which is as exact as the use of a record is known.
func day(t time.Time) int { return int(t.Unix() / (24 * 60 * 60)) }

// Damaged is how many records of the file could not be read, and are dropped.
func (s *Store) Damaged() int {
	if s == nil {
		return 0
	}
	return s.damaged
}

// Get returns the value of a key, which the caller does not change.
func (s *Store) Get(k Key) ([]byte, bool) {
	if s == nil {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.records[k]
	if !ok {
		return nil, false
	}
	if int(p.day) < s.today {
		s.touched = append(s.touched, k)
		p.day = int32(s.today)
		s.records[k] = p
	}
	return s.value(p), true
}

// Put keeps a value, which has no line feed: JSON has none. What cannot be
// written is reported by [Store.Close].
func (s *Store) Put(k Key, value []byte) {
	if s == nil || s.Refuse != nil && s.Refuse(value) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.problem == nil {
		s.problem = s.append(record{key: k, day: s.today, value: value}.encode())
	}
}

// Close notes what was used, and makes room when the cache has grown over its
// limit or holds much that is superseded or damaged. The error says what could
// not be cached, which is no loss but of time.
func (s *Store) Close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var used bytes.Buffer
	for _, k := range s.touched {
		used.Write(record{key: k, day: s.today, value: s.value(s.records[k])}.encode())
	}
	s.touched = nil
	if s.problem == nil && used.Len() > 0 {
		s.problem = s.append(used.Bytes())
	}
	if s.problem == nil && (s.size > s.limit || s.damaged > 0 || s.size > 2*s.live+1<<20) {
		s.problem = rewrite(s.dir, func(all []record) []record { return latest(all, s.limit*3/4) })
	}
	return s.problem
}

// append adds lines to the file, or nothing.
func (s *Store) append(lines []byte) error {
	if err := prepare(s.dir); err != nil {
		return fmt.Errorf("make the cache: %w", err)
	}
	return locked(s.dir, func() error {
		path := filepath.Join(s.dir, fileName)
		if err := plainfile.Check(filepath.Dir(s.dir), path); err != nil {
			return fmt.Errorf("write the cache: %w", err)
		}
		f, err := regular.Append(path, 0o600)
		if err != nil {
			return fmt.Errorf("write the cache: %w", err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return fmt.Errorf("write the cache: %w", err)
		}
		// A process that was killed may have left half a line.
		if _, err := f.Write(slices.Concat([]byte("\n"), lines)); err != nil {
			_ = f.Truncate(info.Size())

			return fmt.Errorf("write the cache: %w", err)
		}
		s.size = info.Size() + int64(len(lines)) + 1
		s.live += int64(len(lines))
		return nil
	})
}

// prepare makes the folder, which version control leaves alone.
func prepare(dir string) error {
	if err := plainfile.MkdirAll(filepath.Dir(dir), dir); err != nil {
		return err
	}
	ignore := filepath.Join(dir, ".gitignore")
	if _, err := os.Lstat(ignore); errors.Is(err, fs.ErrNotExist) {
		return atomicfile.WriteFile(ignore, []byte("*\n"), atomicfile.Options{})
	}
	return nil
}
