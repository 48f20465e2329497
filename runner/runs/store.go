// Package runs is the run store of a project: every run in a folder of its own
// below the project's state folder, which is .vlmspec unless vlmspec.yaml or
// $VLMSPEC_STATE say otherwise. This package and package cache alone know what
// lies where in it, but for the images of tables, which package spec keeps. Start reading at [Store] and [Store.Create]; read.go reads a
// run back, also one that was killed.
package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/internal/plainfile"
)

// stateName is the name of the state folder unless somebody has named another.
const stateName = ".vlmspec"

// Files of a run folder. cases.jsonl only grows, so a kill loses at most the
// case in flight.
const (
	manifestFile = "manifest.json"
	casesFile    = "cases.jsonl"
	notRunFile   = "not_run.jsonl" // cases that the run has not come to; missing where there are none
	outcomesFile = "outcomes.tsv"
	importedFile = "imported.json" // of a run that came from elsewhere
	overlaysDir  = "overlays"
	imagesDir    = "images" // by digest, of one that came from elsewhere
)

// Store holds the runs of a project. It is a value without state of its own:
// several processes may use one store at the same time.
type Store struct{ state string }

// Open returns the store in the state folder of a project, an absolute path.
// Nothing is read or made yet.
func Open(state string) Store { return Store{state} }

// Guard makes sure that no folder or file of the store down to a path is a link or
// another thing that leads elsewhere; to be asked before the path is opened. A
// state folder that somebody has named may be a link, .vlmspec, which comes with a
// project, may not.
func (s Store) Guard(path string) error {
	return plainfile.Check(plainfile.Base(s.state, stateName), path)
}

// Make makes the state folder, which version control leaves alone unless somebody
// else has made it.
func (s Store) Make() error { return s.mkdir(s.state) }

// mkdir makes a folder of the store, and the store where there is none.
func (s Store) mkdir(dir string) error {
	if err := s.Guard(dir); err != nil {
		return err
	}
	_, err := os.Lstat(s.state)
	ours := err != nil || filepath.Base(s.state) == stateName
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	ignore := filepath.Join(s.state, ".gitignore")
	if _, err := os.Lstat(ignore); ours && errors.Is(err, fs.ErrNotExist) {
		_ = atomicfile.WriteFile(ignore, []byte("*\n"), atomicfile.Options{})
	}
	return nil
}

// Dir is the folder of all runs.
func (s Store) Dir() string { return filepath.Join(s.state, "runs") }

// idPattern is what the ID of a run looks like: it names a folder, and what came
// from elsewhere must not name another.
var idPattern = regexp.MustCompile(`^\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{6}$`)

// Folder is the folder of a run. It need not exist.
func (s Store) Folder(id string) string { return filepath.Join(s.Dir(), id) }

// CacheDir holds the answers that are cached between runs.
func (s Store) CacheDir() string { return filepath.Join(s.state, "cache") }

// PendingFile holds the answers that await a person.
func (s Store) PendingFile() string { return filepath.Join(s.state, "pending.jsonl") }

// WatchLock is locked while somebody watches the project.
func (s Store) WatchLock() string { return filepath.Join(s.state, "watch.lock") }

// At is the run in a folder: its ID, and the store that it is in.
func At(dir string) (s Store, id string) { return storeOf(dir), filepath.Base(dir) }

func storeOf(dir string) Store { return Store{filepath.Dir(filepath.Dir(dir))} }

// NoRunError says that a store has no run.
type NoRunError struct{ Damaged int } // so many are there and cannot be read

func (e NoRunError) Error() string {
	if e.Damaged > 0 {
		return fmt.Sprintf("there is no run that can be read (damaged: %d); make one with `vlmspec run`", e.Damaged)
	}
	return "there is no run yet; make one with `vlmspec run`"
}

// Latest is the ID of the latest run that was made here, a [NoRunError] where there
// is none. What is left of one that is half deleted is none.
func (s Store) Latest() (string, error) {
	ids, err := s.IDs()
	if err != nil {
		return "", err
	}
	damaged := 0
	for _, id := range slices.Backward(ids) {
		switch {
		case s.imported(id):
		case !s.whole(id):
			damaged++
		default:
			return id, nil
		}
	}
	return "", NoRunError{damaged}
}

// whole reports whether a run has what it cannot be read without.
func (s Store) whole(id string) bool { return s.has(id, manifestFile) && s.has(id, casesFile) }

// has reports whether a run has a file.
func (s Store) has(id, name string) bool {
	_, err := os.Lstat(filepath.Join(s.Folder(id), name))
	return err == nil
}

// IDs lists the runs there are, the oldest first: IDs sort by time.
func (s Store) IDs() ([]string, error) {
	entries, err := os.ReadDir(s.Dir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look for runs: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if e.IsDir() && idPattern.MatchString(e.Name()) {
			ids = append(ids, e.Name())
		}
	}
	slices.Sort(ids)
	return ids, nil
}
