package runs

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Import takes a run out of a zip that [Store.Export] has written, anywhere. It
// is there whole or not at all: it is unpacked beside the other runs, looked
// through, and then renamed. What is wrong with the file is an *[ImportError].
func (s Store) Import(file string) (id string, err error) {
	f, err := regular.Open(file)
	if err != nil {
		return "", &ImportError{file, "it cannot be read: " + cause(err)}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return "", &ImportError{file, "it is no zip, or was cut off"}
	}
	a := &archive{file: file, zip: z}
	if err := a.check(min(maxUnpacked, max(freeOfRatio, maxRatio*info.Size()))); err != nil {
		return "", err
	}
	return a.head.Run, s.unpack(a)
}

// cause is the reason of a file error without its path, which the message has.
func cause(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}

// archive is an exported run that is being imported.
type archive struct {
	file string
	zip  *zip.Reader
	head head
}

func (a *archive) errorf(format string, args ...any) error {
	return &ImportError{a.file, fmt.Sprintf(format, args...)}
}

// check looks at the head, and at the names and sizes of all files, before any is
// unpacked into so many bytes at most.
func (a *archive) check(limit int64) error {
	if len(a.zip.File) > maxEntries {
		return a.errorf("it holds %d files, more than any run has", len(a.zip.File))
	}
	if err := a.readHead(); err != nil {
		return err
	}
	seen := map[string]bool{}
	size := uint64(0)
	for _, f := range a.zip.File {
		size += f.UncompressedSize64
		switch {
		case folder(f.Name):
		case !archived(f.Name):
			return a.errorf("it holds %q, which no exported run has", f.Name)
		case !f.Mode().IsRegular():
			return a.errorf("%s in it is no plain file", f.Name)
		case seen[f.Name]:
			return a.errorf("it holds %s twice", f.Name)
		case f.UncompressedSize64 > math.MaxInt64 || size > uint64(limit):
			return a.errorf("it unpacks to more than %d times its size, or %d GiB", maxRatio, maxUnpacked>>30)
		}
		seen[f.Name] = true
	}
	for _, name := range []string{manifestFile, casesFile} {
		if !seen[name] {
			return a.errorf("it has no %s", name)
		}
	}
	return nil
}

func (a *archive) readHead() error {
	f, err := a.zip.Open(archiveHead)
	if err != nil {
		return a.errorf("it is no run that `vlmspec runs export` has written: it has no %s", archiveHead)
	}
	defer f.Close()
	err = json.NewDecoder(io.LimitReader(f, 1<<16)).Decode(&a.head)
	switch {
	case err != nil || a.head.Format < 1:
		return a.errorf("its %s cannot be read", archiveHead)
	case a.head.Format > archiveFormat:
		return a.errorf("it was exported by a newer vlmspec (%s, format %d), and this one reads format %d; update vlmspec", a.head.Version, a.head.Format, archiveFormat)
	case !idPattern.MatchString(a.head.Run):
		return a.errorf("%q is no ID of a run", a.head.Run)
	}
	return nil
}

// unpack makes the run's folder.
func (s Store) unpack(a *archive) error {
	id := a.head.Run
	here := fmt.Errorf("run %s is here already; `vlmspec runs show %s` shows it", id, id)
	if _, err := os.Lstat(s.Folder(id)); err == nil {
		return &ImportError{a.file, here.Error()}
	}
	if err := s.mkdir(s.Dir()); err != nil {
		return fmt.Errorf("import run %s: %w", id, err)
	}
	temp, err := os.MkdirTemp(s.Dir(), importing)
	if err != nil {
		return fmt.Errorf("import run %s: %w", id, err)
	}
	defer os.RemoveAll(temp)
	if err := os.Chmod(temp, 0o755); err != nil {
		return fmt.Errorf("import run %s: %w", id, err)
	}
	if err := a.extract(temp); err != nil {
		return err
	}
	if err := a.lookThrough(temp); err != nil {
		return err
	}
	if err := setApart(temp, path.Base(filepath.ToSlash(a.file))); err != nil {
		return err
	}
	if err := os.Rename(temp, s.Folder(id)); err != nil {
		if _, taken := os.Lstat(s.Folder(id)); taken == nil { // another import was faster
			return &ImportError{a.file, here.Error()}
		}
		return fmt.Errorf("import run %s: %w", id, err)
	}
	return nil
}

// SetApart keeps a run, made in another checkout into this store, from saying anything
// about the project here, as if it had been imported. from is where it comes from, for people.
func (s Store) SetApart(id, from string) error {
	if err := s.Guard(s.Folder(id)); err != nil {
		return err
	}
	return setApart(s.Folder(id), from)
}

func setApart(dir, from string) error {
	data := fmt.Appendf(nil, "{\"imported\": %q, \"from\": %q}\n", time.Now().UTC().Format(time.RFC3339), from)
	return atomicfile.WriteFile(filepath.Join(dir, importedFile), data, atomicfile.Options{})
}

// extract writes the files.
func (a *archive) extract(dir string) error {
	for _, f := range a.zip.File {
		if f.Name == archiveHead || folder(f.Name) {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := a.extractFile(f, path); err != nil {
			return err
		}
	}
	return nil
}

// extractFile writes a file; one that is longer than the zip says is an error when
// so much is read. An image is what its name says.
func (a *archive) extractFile(f *zip.File, path string) error {
	in, err := f.Open()
	if err != nil {
		return a.errorf("%s in it cannot be read: %v", f.Name, err)
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, sum), in)
	closing := out.Close()
	switch {
	case errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrFormat), errors.Is(err, io.ErrUnexpectedEOF):
		return a.errorf("%s in it is damaged: %v", f.Name, err)
	case err != nil:
		return a.errorf("%s in it cannot be unpacked: %v", f.Name, err)
	case imageName.MatchString(f.Name) && filepath.Base(path) != hex.EncodeToString(sum.Sum(nil)):
		return a.errorf("%s in it is another image than its name says", f.Name)
	}
	return closing
}

// lookThrough reads the run that was unpacked, a case at a time.
func (a *archive) lookThrough(dir string) error {
	m, err := eachCase(dir, func(*result.Case) {})
	if err == nil {
		_, err = notRun(dir)
	}
	switch {
	case err != nil:
		return a.errorf("its run cannot be read: %v", errors.Unwrap(err))
	case m.ID != a.head.Run:
		return a.errorf("its manifest is that of run %q, and not of %s", m.ID, a.head.Run)
	}
	return nil
}
