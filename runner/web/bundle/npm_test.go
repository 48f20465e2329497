package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tarball is a package of files.
func tarball(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUnpack(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "modules")
	err := unpack(tarball(t, map[string]string{"package/dist/a.js": "a", "package/../../out.js": "b", "other/c.js": "c"}), at)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(at, "dist", "a.js")); err != nil || string(text) != "a" {
		t.Errorf("a.js: %q, %v", text, err)
	}
	for _, path := range []string{filepath.Join(dir, "out.js"), filepath.Join(at, "c.js"), filepath.Join(at, "other")} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s was written", path)
		}
	}
}

func TestCheck(t *testing.T) {
	err := packages[0].check([]byte("another"))
	if err == nil || !strings.Contains(err.Error(), "preact 11.2.0: the digest is") {
		t.Errorf("got %v", err)
	}
}
