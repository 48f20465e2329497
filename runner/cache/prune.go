package cache

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// Stats say what a cache holds.
type Stats struct {
	Path    string // of the file
	Records int
	Damaged int
	Bytes   int64     // of the file
	Oldest  time.Time // day of the longest unused record; zero when there is none
}

// Stat reads the cache in a folder, which need not exist.
func Stat(dir string) (Stats, error) {
	s, err := Open(dir, 0)
	if err != nil {
		return Stats{}, err
	}
	st := Stats{Path: filepath.Join(dir, fileName), Records: len(s.records), Damaged: s.damaged, Bytes: s.size}
	oldest := s.today
	for _, r := range s.records {
		oldest = min(oldest, int(r.day))
	}
	if st.Records > 0 {
		st.Oldest = time.Unix(int64(oldest)*24*60*60, 0).UTC()
	}
	return st, nil
}

// Prune drops the records that were not used for so long, which is rounded to
// days, and what is superseded or damaged.
func Prune(dir string, unused time.Duration) error {
	if _, err := os.Stat(filepath.Join(dir, fileName)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	since := day(time.Now().Add(-unused))
	return rewrite(dir, func(all []record) []record {
		return slices.DeleteFunc(latest(all, 1<<62), func(r record) bool { return r.day < since })
	})
}

// Clear drops every record.
func Clear(dir string) error {
	return rewrite(dir, func([]record) []record { return nil })
}

// latest keeps the last record of each key, those used last first, up to so many
// bytes. They come in the order of their use, oldest first.
func latest(all []record, limit int64) []record {
	type used struct {
		record
		at int
	}
	last := map[Key]used{}
	for i, r := range all {
		last[r.key] = used{r, i}
	}
	var list []used
	for _, u := range last {
		list = append(list, u)
	}
	slices.SortFunc(list, func(a, b used) int { return cmp.Or(cmp.Compare(b.day, a.day), cmp.Compare(b.at, a.at)) })
	var kept []record
	for _, u := range list {
		if limit -= int64(len(u.line)) + 1; limit < 0 {
			break
		}
		kept = append(kept, u.record)
	}
	slices.Reverse(kept)
	return kept
}

// rewrite puts a file in place of the old one that holds what keep returns.
func rewrite(dir string, keep func([]record) []record) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return locked(dir, func() error {
		path := filepath.Join(dir, fileName)
		data, err := regular.Read(path, maxBytes)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read the cache: %w", err)
		}
		all := parse(data)
		var out bytes.Buffer
		for _, r := range keep(all) {
			out.Write(r.line)
			out.WriteByte('\n')
		}
		atomicfile.Sweep(path) // nobody else writes it now
		if err := atomicfile.WriteFile(path, out.Bytes(), atomicfile.Options{Mode: 0o600}); err != nil {
			return fmt.Errorf("make room in the cache: %w", err)
		}
		return nil
	})
}
