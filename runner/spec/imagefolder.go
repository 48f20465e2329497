package spec

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/vlmspec/vlmspec/internal/plainfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/table"
)

// imageFolder keeps the images that stood in tables, each in a file that is named
// by its digest, so that all else finds them where images are: in files.
type imageFolder struct {
	dir  string // absolute; need not exist
	from string // absolute folder that the paths are relative to
}

// keep is a [table.Store].
func (f *imageFolder) keep(image []byte) (string, error) {
	sum := sha256.Sum256(image)
	name := hex.EncodeToString(sum[:])
	ending := table.Ending(image)
	if ending == "" {
		ending = ".bin"
	}
	path := filepath.Join(f.dir, name[:2], name+ending)
	if err := plainfile.Check(plainfile.Base(filepath.Dir(f.dir), ".vlmspec"), path); err != nil {
		return "", fmt.Errorf("the image cannot be kept: %w", err)
	}
	if err := keepFile(f.dir, path, image); err != nil {
		return "", fmt.Errorf("the image cannot be kept: %w", err)
	}
	if rel, err := filepath.Rel(f.from, path); err == nil {
		path = rel
	}
	return filepath.ToSlash(path), nil
}

// keepFile writes a file below dir unless it is there, whole, and never through a
// link.
func keepFile(dir, path string, data []byte) error {
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && info.Size() == int64(len(data)) {
		if there, err := regular.Read(path, info.Size()); err == nil && bytes.Equal(there, data) {
			return used(path, info.ModTime())
		}
	}
	for _, folder := range []string{dir, filepath.Dir(path)} {
		if info, err := os.Lstat(folder); err == nil && !info.IsDir() {
			return fmt.Errorf("%s is a file, not a folder", folder)
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	ignore := filepath.Join(dir, ".gitignore")
	if _, err := os.Lstat(ignore); errors.Is(err, fs.ErrNotExist) {
		if err := os.WriteFile(ignore, []byte("*\n"), 0o644); err != nil {
			return err
		}
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}

// dayOfUse is as exact as the last use of an image is known.
const dayOfUse = 24 * time.Hour

// used notes that an image is still in use, by its time of change.
func used(path string, last time.Time) error {
	now := time.Now()
	if now.Sub(last) < dayOfUse {
		return nil
	}
	return os.Chtimes(path, now, now)
}

// KeptImages says what is kept of the images that stand in tables.
type KeptImages struct {
	Files int
	Bytes int64
}

// Images is the folder of the images that stood in tables. It need not exist.
func (p *Project) Images() string { return filepath.Join(p.State, "images") }

// PruneImages drops the images that no table was read with for so long, in days
// that are rounded up, and says what is left. Those that tables have come back.
func (p *Project) PruneImages(unused time.Duration) (left KeptImages, err error) {
	return p.eachImage(func(path string, info fs.FileInfo) (bool, error) {
		if time.Since(info.ModTime()) < unused+dayOfUse && unused > 0 {
			return true, nil
		}
		return false, os.Remove(path)
	})
}

// CountImages says what is kept.
func (p *Project) CountImages() (KeptImages, error) {
	return p.eachImage(func(string, fs.FileInfo) (bool, error) { return true, nil })
}

// eachImage counts the images that keep is true for. No link is followed.
func (p *Project) eachImage(keep func(path string, info fs.FileInfo) (bool, error)) (KeptImages, error) {
	var kept KeptImages
	err := filepath.WalkDir(p.Images(), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !d.Type().IsRegular() || d.Name() == ".gitignore" {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		ok, err := keep(path, info)
		if ok {
			kept.Files++
			kept.Bytes += info.Size()
		}
		return err
	})
	return kept, err
}
