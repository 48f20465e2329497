package golden

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/vlmspec/vlmspec/internal/plainfile"
	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
)

// put writes entries by key, a nil one removes, file by file in order. It
// returns what it has done, also where an error stopped it.
func (s *Store) put(entries map[string]*Entry) (done []changed, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byFile := map[string][]yamledit.Edit{}
	for _, k := range slices.Sorted(maps.Keys(entries)) {
		e := entries[k]
		switch {
		case keyForm.FindString(k) == "" || e != nil && len(e.Answers) == 0:
			return nil, fmt.Errorf("accept %q: not a case with an answer", k)
		case e == nil:
			byFile[fileOf(k)] = append(byFile[fileOf(k)], yamledit.Edit{Key: k})
		default:
			byFile[fileOf(k)] = append(byFile[fileOf(k)], yamledit.Edit{Key: k, Value: *e})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byFile)) {
		if err := plainfile.Check(plainfile.Base(s.dir, "golden"), s.dir); err != nil {
			return done, fmt.Errorf("%s cannot be written: %w", s.shown(name), err)
		}
		c, err := s.file(name).Apply(byFile[name]...)
		if err != nil {
			return done, err
		}
		done = append(done, changed{name, c})
		s.refresh(name)
	}
	return done, nil
}

// changed is an edit of a file that was made.
type changed struct {
	name   string
	change yamledit.Change
}

// undo takes edits back, the last first.
func (s *Store) undo(done []changed) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range slices.Backward(done) {
		if err := s.file(c.name).Undo(c.change); err != nil {
			return err
		}
		s.refresh(c.name)
	}
	return nil
}

// file is the file of a name, which need not exist yet.
func (s *Store) file(name string) *yamledit.File {
	f := s.files[name]
	if f == nil {
		f = yamledit.New(filepath.Join(s.dir, name), s.shown(name), checkFile(name))
		s.files[name] = f
	}
	return f
}

// refresh takes over the entries of a file after it was written.
func (s *Store) refresh(name string) {
	maps.DeleteFunc(s.entries, func(k string, _ located) bool { return fileOf(k) == name })
	_ = parse(s.files[name].Root(), suiteOf(name), s.entries) // it was checked before it was written
}

// merged is what to accept for a pending answer: in place of what was, or with it.
func merged(p Pending, old Entry, beside bool, looser []Tolerance) Entry {
	e := p.Entry
	if !beside || len(old.Answers) == 0 {
		e.Tolerance = looser
		return e
	}
	e.Answers = slices.Clone(old.Answers)
	if looser == nil && !slices.Contains(e.Answers, p.Answer()) {
		e.Answers = append(e.Answers, p.Answer())
	}
	if e.Tolerance = looser; looser == nil {
		e.Tolerance = old.Tolerance
	}
	return e
}
