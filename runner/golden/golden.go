// Package golden keeps the answers people accepted. Start reading at [Open]
// and [Entry]; [Store.Accept] writes.
//
// A suite has one file, golden/<suite>.yaml, a map from case to entry:
//
//	# The circle is drawn in carmine; "crimson" is fine with us.
//	shapes/names-the-colour:
//	  answers:
//	    - red
//	    - crimson
//	  prompt: 5b1f...  # SHA-256 of the prompt the answers were accepted for
//	  images: [9c0e...] # SHA-256 of the image files, in the order shown
//	  backend: tiny
//	  model: sha256:77aa...
//	  params: {max_tokens: 48}
//	  by: Ann Example <ann@example.org>
//	  at: 2026-01-31T12:00:00Z
//
//	shapes/remembers-the-first-turn#2:
//	  answers: [red]
//
// Only answers is required. The key is the case's ID; the second and later
// turns of a conversation add #2, #3 and so on. A case is one block of lines
// and blocks are kept in the order of their keys, so that two branches that
// accept answers for different cases merge without a conflict.
package golden

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Entry is what was accepted for one turn of a case, and what it was made from.
type Entry struct {
	Answers []string `yaml:"answers" required:"true" doc:"the accepted answers; any one of them will do"`
	// Prompt and Images are SHA-256 hex digests; empty when not recorded.
	Prompt  string         `yaml:"prompt,omitempty" doc:"SHA-256 of the prompt the answers were accepted for"`
	Images  []string       `yaml:"images,omitempty,flow" doc:"SHA-256 of each image file, in the order shown"`
	Backend string         `yaml:"backend,omitempty" doc:"the backend that answered"`
	Model   string         `yaml:"model,omitempty" doc:"digest of its model"`
	Params  map[string]any `yaml:"params,omitempty,flow" doc:"the parameters it generated with"`
	By      string         `yaml:"by,omitempty" doc:"who accepted"`
	At      string         `yaml:"at,omitempty" doc:"when, as 2006-01-02T15:04:05Z"`
}

// Store is the golden answers of a project. It implements [check.Goldens] and
// is safe for concurrent use.
type Store struct {
	dir     string
	mu      sync.RWMutex
	entries map[string]located // by key
}

var _ check.Goldens = (*Store)(nil)

type located struct {
	Entry
	pos spec.Pos
}

// Open reads all files of a folder; one that does not exist is an empty store.
// The error holds every mistake of every file, as *[spec.Error] or [spec.Errors].
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir, entries: map[string]located{}}
	files, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("open golden answers: %w", err)
	}
	var errs []error
	for _, f := range files {
		if isGolden(f) {
			errs = append(errs, s.read(f.Name()))
		}
	}
	if err := spec.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

func isGolden(f fs.DirEntry) bool { return !f.IsDir() && filepath.Ext(f.Name()) == ".yaml" }

// Accepted returns the golden of a turn, counted from 0, of a case.
func (s *Store) Accepted(caseID string, turn int) (check.Golden, bool) {
	e, ok := s.Entry(caseID, turn)
	return check.Golden{Answers: e.Answers, Prompt: e.Prompt, Images: e.Images}, ok
}

// Entry returns all that is recorded for a turn, counted from 0, of a case.
func (s *Store) Entry(caseID string, turn int) (Entry, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[key(caseID, turn)]
	return e.Entry, ok
}

// Unused returns where there are answers for cases that are not among caseIDs.
func (s *Store) Unused(caseIDs []string) []spec.Pos {
	used := map[string]bool{}
	for _, id := range caseIDs {
		used[id] = true
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var places []spec.Pos
	for _, k := range slices.Sorted(maps.Keys(s.entries)) {
		if id, _, _ := strings.Cut(k, "#"); !used[id] {
			places = append(places, s.entries[k].pos)
		}
	}
	return places
}

// key names a turn of a case in a file.
func key(caseID string, turn int) string {
	if turn == 0 {
		return caseID
	}
	return fmt.Sprintf("%s#%d", caseID, turn+1)
}

// fileOf returns the name of the file a case's answers are in.
func fileOf(caseID string) string {
	suite, _, _ := strings.Cut(caseID, "/")
	return suite + ".yaml"
}

// Stamp formats the time of an [Entry].
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
