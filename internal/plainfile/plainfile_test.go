//go:build unix

package plainfile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestCheck(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		make func(path string) error
		what string // is wrong with it
	}{
		"nothing":         {func(string) error { return nil }, ""},
		"a file":          {func(p string) error { return os.WriteFile(p, nil, 0o600) }, ""},
		"a folder":        {func(p string) error { return os.Mkdir(p, 0o700) }, ""},
		"a link":          {func(p string) error { return os.Symlink(outside, p) }, "a symbolic link"},
		"a dangling link": {func(p string) error { return os.Symlink(outside+"2", p) }, "a symbolic link"},
		"a hard link":     {func(p string) error { return os.Link(outside, p) }, "a file with a second name (a hard link)"},
		"a pipe":          {func(p string) error { return syscall.Mkfifo(p, 0o600) }, "a pipe"},
	} {
		t.Run(name, func(t *testing.T) {
			base := t.TempDir()
			path := filepath.Join(base, "x")
			if err := test.make(path); err != nil {
				t.Skip(err) // no hard link to another disk
			}
			for _, at := range []string{path, filepath.Join(path, "below", "it")} {
				var odd *Error
				err := Check(base, at)
				if wrong := test.what != "" || name == "a file" && at != path; wrong != (err != nil) {
					t.Errorf("%s: %v", at, err)
				} else if errors.As(err, &odd) && (odd.What != test.what || odd.Path != path) && name != "a file" {
					t.Errorf("%+v", odd)
				}
			}
		})
	}
	if Check(filepath.Dir(outside), filepath.Join(filepath.Dir(outside), "..", "x")) == nil {
		t.Error("it is not below the folder")
	}
}
