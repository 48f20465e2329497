package model

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/internal/plainfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// Store is a folder of model files. Beside each whole file lies a record, and
// beside each part of one what it is a part of. Several processes may use a
// store concurrently. The zero value is no store; [Open] gives the user's.
type Store struct{ dir string }

// Record says what a file is: the JSON file beside it.
type Record struct {
	Reference string    `json:"reference"`
	URL       string    `json:"url"`                // where it was fetched
	Revision  string    `json:"revision,omitempty"` // commit on the hub
	ETag      string    `json:"etag,omitempty"`
	SHA256    string    `json:"sha256"`           // of the whole file, in hex
	Published bool      `json:"published"`        // whether the sum was known before the file came, from the hub or a pin
	Size      int64     `json:"size"`             // bytes
	Pulled    time.Time `json:"pulled"`           // when the file was whole
	Verified  time.Time `json:"verified"`         // when its sum was last found right
	Damaged   string    `json:"damaged,omitzero"` // what the last look at it found wrong
}

// State is what there is of a file.
type State string

// The states of a file.
const (
	Whole   State = "whole"
	Partial State = "partial" // a pull was interrupted
	Damaged State = "damaged" // it is not what was recorded
)

// Entry is a file of the store.
type Entry struct {
	Record
	Path  string // absolute; of a partial file, where it will be
	State State
	Have  int64 // bytes on the disk
	// Unrecorded is set where there is no sound record: what the file should be is
	// not known, and its reference is made of where it lies.
	Unrecorded bool
}

const (
	recordSuffix = ".json"
	partSuffix   = ".part"
	stateSuffix  = partSuffix + recordSuffix
)

// Open is the store of the user: $VLMSPEC_MODELS, or vlmspec/models in the
// user's cache folder. The folder need not exist.
func Open() (Store, error) {
	dir := os.Getenv("VLMSPEC_MODELS")
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return Store{}, fmt.Errorf("there is no folder for models: set VLMSPEC_MODELS (%w)", err)
		}
		dir = filepath.Join(cache, "vlmspec", "models")
	}
	dir, err := filepath.Abs(dir)
	return Store{dir}, err
}

// Dir is the folder, absolute.
func (s Store) Dir() string { return s.dir }

func (s Store) path(r Ref) string { return filepath.Join(s.dir, r.place()) }

// mkdir makes a folder of the store, below which no link may lead elsewhere; the store
// itself may be a link.
func (s Store) mkdir(dir string) error {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	return plainfile.MkdirAll(s.dir, dir)
}

// Find returns a file that is there, or says what to do about one that is
// missing, partial or damaged.
func (s Store) Find(r Ref) (Entry, error) {
	e, err := s.entry(s.path(r))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return e, fmt.Errorf("%s is not on this machine", r)
	case err != nil:
		return e, err
	case e.State == Partial:
		return e, fmt.Errorf("%s has not come whole: %s of %s", r, Bytes(e.Have), Bytes(e.Size))
	case e.State == Damaged:
		return e, fmt.Errorf("%s is damaged: %s", r, e.Damaged)
	}
	return e, nil
}

// entry looks at what there is for a path.
func (s Store) entry(path string) (Entry, error) {
	e := Entry{Path: path}
	info, fileErr := os.Stat(path)
	recordErr := e.read(path + recordSuffix)
	if fileErr == nil && recordErr != nil {
		return s.unrecorded(path, info, recordErr), nil
	}
	if fileErr == nil {
		e.State, e.Have = Whole, info.Size()
		if e.Have != e.Size {
			e.Damaged = fmt.Sprintf("it has %d bytes, and %d were pulled", e.Have, e.Size)
		}
		if e.Damaged != "" {
			e.State = Damaged
		}
		return e, nil
	}
	if fileErr != nil && !errors.Is(fileErr, fs.ErrNotExist) {
		return e, fileErr
	}
	var part progress
	if err := readJSON(path+stateSuffix, &part); err != nil {
		info, partErr := os.Lstat(path + partSuffix)
		if partErr != nil || errors.Is(err, fs.ErrNotExist) { // a part of which nothing is known is worth nothing
			return e, fs.ErrNotExist
		}
		e = s.unrecorded(path, info, err)
		e.State, e.Size = Partial, -1
		return e, nil
	}
	e.Record = Record{Reference: part.Reference, URL: part.URL, SHA256: part.SHA256, Size: part.Size}
	e.State, e.Have = Partial, part.have()
	return e, nil
}

// unrecorded is a file of which there is no sound record: it is not used.
func (s Store) unrecorded(path string, info fs.FileInfo, err error) Entry {
	place, _ := filepath.Rel(s.dir, path)
	e := Entry{Path: path, State: Damaged, Have: info.Size(), Unrecorded: true}
	e.Reference, e.Size, e.Damaged = referenceOf(place), info.Size(), "its record is damaged: "+cause(err)
	if errors.Is(err, fs.ErrNotExist) {
		e.Damaged = "it has no record"
	}
	return e
}

// List lists what is in the store, sorted by reference.
func (s Store) List() ([]Entry, error) {
	var all []Entry
	seen := map[string]bool{}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil || d.IsDir():
			return err
		}
		base, isPart := strings.CutSuffix(path, stateSuffix)
		if !isPart {
			base = strings.TrimSuffix(path, recordSuffix)
		}
		if seen[base] || base == path && !strings.EqualFold(filepath.Ext(path), ".gguf") {
			return nil
		}
		seen[base] = true
		if e, err := s.entry(base); err == nil && e.Reference != "" {
			all = append(all, e)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the models: %w", err)
	}
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.Reference, b.Reference) })
	return all, nil
}

// Remove deletes a file, whole or partial, and returns how many bytes it had.
func (s Store) Remove(e Entry) (int64, error) {
	unlock, err := s.tryLock(e.Path)
	if err != nil {
		return 0, fmt.Errorf("remove %s: %w", e.Reference, err)
	}
	defer unlock()
	var freed int64
	// The record goes last: with it, rm can be said again after an error.
	for _, suffix := range []string{partSuffix, stateSuffix, "", recordSuffix} {
		info, err := os.Lstat(e.Path + suffix)
		if err != nil {
			continue
		}
		if err := os.Remove(e.Path + suffix); err != nil {
			return freed, fmt.Errorf("remove %s: %w", e.Reference, err)
		}
		freed += info.Size()
	}
	for dir := filepath.Dir(e.Path); dir != s.dir && os.Remove(dir) == nil; { // folders that are empty now
		dir = filepath.Dir(dir)
	}
	return freed, nil
}

// read reads a record, and refuses one that does not say what a file should be.
func (r *Record) read(path string) error {
	if err := readJSON(path, r); err != nil {
		return err
	}
	if r.Reference == "" || !sumForm.MatchString(r.SHA256) || r.Size <= 0 {
		return fmt.Errorf("%s is not what vlmspec wrote", path)
	}
	return nil
}

func readJSON(path string, v any) error {
	data, err := regular.Read(path, 1<<20)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s is not what vlmspec wrote: %w", path, err)
	}
	return nil
}

// writeJSON replaces a file at once, never half written.
func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(path, append(data, '\n'), atomicfile.Options{})
}

// Bytes is a size for people, in powers of ten as disks are sold: 175.1 MB.
func Bytes(n int64) string {
	if n < 0 {
		return "unknown size"
	}
	if n < 1000 {
		return fmt.Sprintf("%d bytes", n)
	}
	f, units := float64(n)/1000, "kMGT"
	for f >= 999.95 && len(units) > 1 {
		f, units = f/1000, units[1:]
	}
	return fmt.Sprintf("%.1f %cB", f, units[0])
}
