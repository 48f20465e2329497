// Package atomicfile replaces files as a whole: whoever reads one sees what it
// was before or what it is now, and a kill or a full disk leaves what was there.
//
// google/renameio does the same where it does it at all: it leaves Windows out,
// where the rename of the standard library replaces a file as well, and it makes
// every file wait for the disk, which a cache must not.
package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
)

// Options say how a file is replaced. The zero value is for files that can be
// made again.
type Options struct {
	Mode fs.FileMode // of the new file; 0 is 0o644
	Sync bool        // wait until it is on the disk: for what a person has written
	// Temp is the pattern of the temporary file's name, as of [os.CreateTemp], in
	// the folder of the file; "" is the file's name with a dot before it.
	Temp string
}

// Write replaces the file at a path by what a function writes. Nothing follows a
// symbolic link: one at the path is replaced. The folder must be there.
func Write(path string, o Options, write func(*os.File) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), o.pattern(path))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err = o.fill(f, write); err != nil {
		_ = f.Close()
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// WriteFile is [Write] with the content at hand.
func WriteFile(path string, data []byte, o Options) error {
	return Write(path, o, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

func (o Options) pattern(path string) string {
	if o.Temp != "" {
		return o.Temp
	}
	return "." + filepath.Base(path) + ".*"
}

func (o Options) fill(f *os.File, write func(*os.File) error) error {
	if err := write(f); err != nil {
		return err
	}
	mode := o.Mode
	if mode == 0 {
		mode = 0o644
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if o.Sync {
		return f.Sync()
	}
	return nil
}

// Sweep removes what writers of a path that were killed have left, for who knows
// that nobody writes it now.
func Sweep(path string) {
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".*"))
	for _, temp := range left {
		_ = os.Remove(temp)
	}
}
