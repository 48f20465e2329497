// Package watch tells when files have changed: their content, not their dates.
// Start reading at [Watcher.Set] and [Watcher.Wait].
package watch

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A burst of saves is one change: it is told when nothing came for quiet, or
// after atMost.
const (
	quiet  = 40 * time.Millisecond
	atMost = 2 * time.Second
)

// Watcher watches files by way of their folders, since editors replace files
// when they save. It is for one goroutine.
type Watcher struct {
	fs      *fsnotify.Watcher
	folders map[string]bool
	sums    map[string]sum // of the files that are watched
}

// sum is what a file held; the zero sum is no file.
type sum [sha256.Size]byte

// New makes a watcher of nothing.
func New() (*Watcher, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, explained(err)
	}
	return &Watcher{fs: w, folders: map[string]bool{}, sums: map[string]sum{}}, nil
}

// Close ends the watch.
func (w *Watcher) Close() error { return w.fs.Close() }

// Set says which files matter, by absolute path, and in which folders, with
// those below them, new YAML files do. What files hold now is no change.
func (w *Watcher) Set(files, folders []string) error {
	sums := make(map[string]sum, len(files))
	for _, f := range files {
		sums[f] = sumOf(f)
		if err := w.add(filepath.Dir(f)); err != nil {
			return err
		}
		if target, err := filepath.EvalSymlinks(f); err == nil && target != f {
			if err := w.add(filepath.Dir(target)); err != nil {
				return err
			}
		}
	}
	for _, d := range folders {
		if err := w.addTree(d); err != nil {
			return err
		}
	}
	w.sums = sums
	return nil
}

// Files is how many files are watched.
func (w *Watcher) Files() int { return len(w.sums) }

func (w *Watcher) add(folder string) error {
	if w.folders[folder] {
		return nil
	}
	err := w.fs.Add(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("watch %s: %w", folder, explained(err))
	}
	w.folders[folder] = true
	return nil
}

func (w *Watcher) addTree(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil //nolint:nilerr // gone again, or not ours to read
		}
		if name := d.Name(); path != root && strings.HasPrefix(name, ".") {
			return filepath.SkipDir
		}
		return w.add(path)
	})
}

// explained says what to do when the system has no watches left.
func explained(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
		return fmt.Errorf("the system has no file watches left; raise them: sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512: %w", err)
	}
	return err
}

// Wait waits for files to hold something else than they did, and returns them
// sorted: files of Set, and new YAML files. A change is told once. The error is
// ctx's, or the watch's.
func (w *Watcher) Wait(ctx context.Context) ([]string, error) {
	touched := map[string]bool{}
	var settle, latest <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case e, ok := <-w.fs.Events:
			if !ok {
				return nil, fs.ErrClosed
			}
			if e.Op == fsnotify.Chmod {
				continue
			}
			touched[e.Name] = true
			w.follow(e.Name, touched)
			settle = time.After(quiet)
			if latest == nil {
				latest = time.After(atMost)
			}
			continue
		case err := <-w.fs.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return nil, explained(err)
			}
			for f := range w.sums { // events were lost: look at everything
				touched[f] = true
			}
			settle = time.After(quiet)
			continue
		case <-settle:
		case <-latest:
		}
		if changed := w.changed(touched); len(changed) > 0 {
			return changed, nil
		}
		touched, settle, latest = map[string]bool{}, nil, nil
	}
}

// follow watches a new folder too, and looks at what was written into it before.
func (w *Watcher) follow(path string, touched map[string]bool) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() || strings.HasPrefix(filepath.Base(path), ".") {
		return
	}
	_ = w.addTree(path)
	_ = filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			touched[file] = true
		}
		return nil
	})
}

// changed picks the files whose content is not what it was, and notes what it is.
func (w *Watcher) changed(touched map[string]bool) []string {
	var out []string
	folders := map[string]bool{}
	for path := range touched {
		folders[filepath.Dir(path)], folders[path] = true, true
		if _, known := w.sums[path]; !known && isYAML(path) && sumOf(path) != (sum{}) {
			w.sums[path] = sumOf(path)
			out = append(out, path)
		}
	}
	for f, before := range maps.Clone(w.sums) {
		target, err := filepath.EvalSymlinks(f)
		if !touched[f] && !folders[filepath.Dir(f)] && (err != nil || !folders[filepath.Dir(target)]) {
			continue
		}
		if now := sumOf(f); now != before {
			w.sums[f] = now
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func isYAML(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".yaml" || ext == ".yml"
}

func sumOf(path string) sum {
	f, err := os.Open(path)
	if err != nil {
		return sum{}
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum{}
	}
	return sum(h.Sum(nil))
}
