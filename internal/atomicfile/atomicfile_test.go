package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, text := range []string{"one", "two"} {
		if err := WriteFile(path, []byte(text), Options{Mode: 0o600, Sync: true}); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); string(got) != text || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	alone(t, path)
}

// What cannot be written leaves the file as it was, and nothing beside it.
func TestFailure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := WriteFile(path, []byte("one"), Options{}); err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	err := Write(path, Options{}, func(f *os.File) error {
		_, _ = f.Write([]byte("half"))
		return full
	})
	if got, _ := os.ReadFile(path); string(got) != "one" || !errors.Is(err, full) {
		t.Errorf("%q, %v", got, err)
	}
	alone(t, path)
	if err := WriteFile(filepath.Join(path, "below"), nil, Options{}); err == nil {
		t.Error("a file is no folder")
	}
	folder := filepath.Join(filepath.Dir(path), "folder")
	if err := os.MkdirAll(filepath.Join(folder, "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(folder, nil, Options{}); err == nil {
		t.Error("a folder was replaced")
	}
}

// A link is replaced, and what it points to stays.
func TestLink(t *testing.T) {
	dir := t.TempDir()
	target, path := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(target, []byte("mine"), 0o600), os.Symlink(target, path), WriteFile(path, []byte("new"), Options{})); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(target); string(got) != "mine" {
		t.Errorf("the target is %q", got)
	}
}

func TestSweep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, name := range []string{path, filepath.Join(filepath.Dir(path), ".file.123")} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	Sweep(path)
	alone(t, path)
}

func alone(t *testing.T, path string) {
	t.Helper()
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("beside the file: %v, %v", entries, err)
	}
}
