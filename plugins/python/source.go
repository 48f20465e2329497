package python

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

//go:embed vlmspec/*.py vlmspec/_proto/*.py
var source embed.FS

// archive is the package as one file that an interpreter runs: the folder
// vlmspec, and its __main__.py at the top. A file, and not a folder of files, is
// there whole or not at all.
var archive = sync.OnceValues(func() ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name, from string) error {
		data, err := source.ReadFile(from)
		if err != nil {
			return err
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return err
	}
	if err := add("__main__.py", "vlmspec/__main__.py"); err != nil {
		return nil, err
	}
	err := fs.WalkDir(source, "vlmspec", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return add(path, path)
	})
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), err
})

// install writes the archive to the user's cache folder, unless it is there, and
// returns its path.
func install() (string, error) {
	data, err := archive()
	if err != nil {
		return "", err
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	path := filepath.Join(dir, "vlmspec", "python", "vlmspec-"+hex.EncodeToString(sum[:6])+".pyz")
	if there, err := regular.Read(path, int64(len(data))); err == nil && bytes.Equal(there, data) {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, atomicfile.WriteFile(path, data, atomicfile.Options{Mode: 0o600})
}
