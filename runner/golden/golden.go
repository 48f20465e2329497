// Package golden keeps the answers people accepted, and those that await them.
//
// [Open] reads what was accepted, for a run to judge by. [OpenReview] is for a
// person to decide: it lists pending answers and accepts, loosens, rejects and
// takes back. Start reading at [Entry], then [Pending] and [Review].
//
// # What was accepted
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
//	shapes/counts:
//	  answers: ["3"]
//	  tolerance: [{number: {value: 3, abs: 1}}]
//
//	# The second turn of a conversation.
//	shapes/remembers-the-first-turn#2:
//	  answers: [red]
//
// Only answers is required. The key is the case's ID; the second and later
// turns of a conversation add #2, #3 and so on. A case is one block of lines
// and blocks are kept in the order of their keys, so that branches that accept
// answers for different cases merge: see package blocks.
//
// # What is pending
//
// Answers of a run become pending in .vlmspec/pending.jsonl, as [Update] says,
// until somebody decides or a later run answers otherwise. A user interface does
// this:
//
//	review, err := golden.OpenReview(project)
//	for _, p := range review.Pending() { // and review.Others(run), which are not
//		old, ok := review.Accepted(p)   // to compare with
//		err := review.Accept(p)         // in place of what was
//		err = review.Add(p)             // beside it
//		err = review.Loosen(p, review.Suggest(p)[0])
//		err = review.Reject(p)          // not again until the model answers otherwise
//		p, err = review.Undo()          // the last of these
//	}
//
// When somebody else has written to a golden file meanwhile, nothing is written
// and the error is a *[yamledit.ChangedError]: call [Review.Reload], look at
// [Review.Accepted] again, and ask. An answer that no more than half of the
// samples gave is a *[MinorityError] until Confirmed is set.
package golden

import (
	"errors"
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
	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Entry is what was accepted for one turn of a case, and what it was made from.
type Entry struct {
	Answers   []string    `yaml:"answers" json:"answers" required:"true" doc:"the accepted answers; any one of them will do"`
	Tolerance []Tolerance `yaml:"tolerance,omitempty,flow" json:"tolerance,omitempty" doc:"checks, as in expect; an answer that satisfies all of them will do too"`
	// Prompt and Images are SHA-256 hex digests; empty when not recorded.
	Prompt  string         `yaml:"prompt,omitempty" json:"prompt,omitempty" doc:"SHA-256 of the prompt the answers were accepted for"`
	Images  []string       `yaml:"images,omitempty,flow" json:"images,omitempty" doc:"SHA-256 of each image file, in the order shown"`
	Backend string         `yaml:"backend,omitempty" json:"backend,omitempty" doc:"the backend that answered"`
	Model   string         `yaml:"model,omitempty" json:"model,omitempty" doc:"digest of its model"`
	Params  map[string]any `yaml:"params,omitempty,flow" json:"params,omitempty" doc:"the parameters it generated with"`
	By      string         `yaml:"by,omitempty" json:"by,omitempty" doc:"who accepted"`
	At      string         `yaml:"at,omitempty" json:"at,omitempty" doc:"when, as 2006-01-02T15:04:05Z"`
}

// Tolerance is a check as in a spec's `expect`, in JSON types and with one key,
// its kind: {"number": {"value": 3, "abs": 1}}.
type Tolerance map[string]any

// Store is the golden answers of a project. It implements [check.Goldens] and
// is safe for concurrent use.
type Store struct {
	dir     string
	mu      sync.RWMutex
	files   map[string]*yamledit.File // by name
	entries map[string]located        // by key
}

var _ check.Goldens = (*Store)(nil)

type located struct {
	Entry
	pos       spec.Pos
	tolerance []check.Check
}

// Open reads all files of a folder; one that does not exist is an empty store.
// The error holds every mistake of every file, as *[spec.Error] or [spec.Errors].
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir}
	return s, s.Reload()
}

// Reload reads all files again; on an error the store stays as it was.
func (s *Store) Reload() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := os.ReadDir(s.dir)
	if err != nil && !os.IsNotExist(err) {
		if cause, ok := errors.AsType[*fs.PathError](err); ok {
			err = cause.Err
		}
		return &spec.Error{Pos: spec.Pos{File: filepath.Base(s.dir)}, What: "the folder of golden answers cannot be read: " + err.Error()}
	}
	files, entries := map[string]*yamledit.File{}, map[string]located{}
	var errs []error
	for _, f := range found {
		if isGolden(f) {
			errs = append(errs, s.read(f.Name(), files, entries))
		}
	}
	if err := spec.Join(errs...); err != nil {
		return err
	}
	s.files, s.entries = files, entries
	return nil
}

func isGolden(f fs.DirEntry) bool { return !f.IsDir() && filepath.Ext(f.Name()) == ".yaml" }

// Accepted returns the golden of a turn, counted from 0, of a case.
func (s *Store) Accepted(caseID string, turn int) (check.Golden, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[Key(caseID, turn)]
	return check.Golden{Answers: e.Answers, Tolerance: e.tolerance, Prompt: e.Prompt, Images: e.Images}, ok
}

// Entry returns all that is recorded for a turn, counted from 0, of a case.
func (s *Store) Entry(caseID string, turn int) (Entry, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.entries[Key(caseID, turn)]
	return e.Entry, ok
}

// Orphan is an entry that no case uses.
type Orphan struct {
	Key string
	Pos spec.Pos
}

// Orphans returns the entries that are not among the used keys, see [Key].
func (s *Store) Orphans(used map[string]bool) []Orphan {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var orphans []Orphan
	for _, k := range slices.Sorted(maps.Keys(s.entries)) {
		if !used[k] {
			orphans = append(orphans, Orphan{k, s.entries[k].pos})
		}
	}
	return orphans
}

// Key names a turn, counted from 0, of a case: "shapes/talk#2" is the second.
func Key(caseID string, turn int) string {
	if turn == 0 {
		return caseID
	}
	return fmt.Sprintf("%s#%d", caseID, turn+1)
}

// fileOf returns the name of the file that a key is in.
func fileOf(key string) string {
	suite, _, _ := strings.Cut(key, "/")
	return suite + ".yaml"
}

// Stamp formats the time of an [Entry].
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
