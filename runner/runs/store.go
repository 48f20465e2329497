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
	"slices"
)

// Files of a run folder. cases.jsonl only grows, so a kill loses at most the
// case in flight.
const (
	manifestFile = "manifest.json"
	casesFile    = "cases.jsonl"
	outcomesFile = "outcomes.tsv"
	importedFile = "imported.json" // of a run that came from elsewhere
	overlaysDir  = "overlays"
)

// Store holds the runs of a project. It is a value without state of its own:
// several processes may use one store at the same time.
type Store struct{ state string }

// Open returns the store in the state folder of a project, an absolute path.
// Nothing is read or made yet.
func Open(state string) Store { return Store{state} }

// Dir is the folder of all runs.
func (s Store) Dir() string { return filepath.Join(s.state, "runs") }

// Folder is the folder of a run. It need not exist.
func (s Store) Folder(id string) string { return filepath.Join(s.Dir(), id) }

// CacheDir holds the answers that are cached between runs.
func (s Store) CacheDir() string { return filepath.Join(s.state, "cache") }

// PendingFile holds the answers that await a person.
func (s Store) PendingFile() string { return filepath.Join(s.state, "pending.jsonl") }

// WatchLock is locked while somebody watches the project.
func (s Store) WatchLock() string { return filepath.Join(s.state, "watch.lock") }

// storeOf is the store that the folder of a run is in.
func storeOf(dir string) Store { return Store{filepath.Dir(filepath.Dir(dir))} }

// NoRunError says that a store has no run.
type NoRunError struct{ Damaged int } // so many are there and cannot be read

func (e NoRunError) Error() string {
	if e.Damaged > 0 {
		return fmt.Sprintf("there is no run that can be read (damaged: %d); make one with `vlmspec run`", e.Damaged)
	}
	return "there is no run yet; make one with `vlmspec run`"
}

// Latest is the ID of the latest run, a [NoRunError] where there is none.
func (s Store) Latest() (string, error) {
	ids, err := s.IDs()
	if err != nil {
		return "", err
	}
	if len(ids) == 0 {
		return "", NoRunError{}
	}
	return ids[len(ids)-1], nil
}

// IDs lists the runs there are, the oldest first: IDs sort by time.
func (s Store) IDs() ([]string, error) {
	entries, err := os.ReadDir(s.Dir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look for runs: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if e.IsDir() && e.Name()[0] != '.' {
			ids = append(ids, e.Name())
		}
	}
	slices.Sort(ids)
	return ids, nil
}
