//go:build unix

package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// specials is what may stand where a file is expected, and what is said of it.
var specials = []struct {
	what  string
	place func(path string) error
}{
	{"it is a folder", func(path string) error { return os.Mkdir(path, 0o755) }},
	{"it is a named pipe, not a regular file", func(path string) error { return syscall.Mkfifo(path, 0o600) }},
	{"it is (a device|a link), not a regular file", func(path string) error { return os.Symlink("/dev/zero", path) }},
}

// Whatever stands in place of a file of a project, nothing waits for it or grows,
// and what is wrong is reported with the place.
func TestSpecialFiles(t *testing.T) {
	for _, test := range []struct {
		file string // in testdata/special
		at   string // how the sentence begins
		both bool   // validate reads it too
		list bool   // found by listing files, of which a folder is none
	}{
		{"vlmspec.yaml", `vlmspec.yaml: cannot be read: `, true, false},
		{"specs/s.yaml", `specs/s.yaml: cannot be read: `, true, true},
		{"specs/defaults.inc", `specs/s.yaml:2:10: specs/defaults.inc cannot be read: `, true, false},
		{"specs/prompt.txt", `specs/s.yaml:\d+:\d+: prompt specs/prompt.txt: `, true, false},
		{"specs/rows.csv", `specs/s.yaml:\d+:\d+: rows specs/rows.csv: `, true, false},
		{"specs/schema.json", `specs/s.yaml:\d+:\d+: .*schema.json: `, true, false},
		{"specs/image.png", `specs/s.yaml:\d+:\d+: .*image.png: `, true, false},
		{"specs/mask.png", `mask.png: `, false, false},
		{"golden/s.yaml", `golden/s.yaml: cannot be read: `, true, true},
		{"quarantine.yaml", `quarantine.yaml: cannot be read: `, true, false},
		{".vlmspec/cache/records.v1", `records.v1: `, false, false},
	} {
		for _, special := range specials {
			if test.list && special.what == "it is a folder" {
				continue
			}
			t.Run(test.file+" "+special.what, func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, filepath.FromSlash(test.file))
				err := errors.Join(
					os.CopyFS(dir, os.DirFS("testdata/special")),
					drawImages(dir),
					os.Rename(filepath.Join(dir, "red.png"), filepath.Join(dir, "specs", "image.png")),
					os.Rename(filepath.Join(dir, "blue.png"), filepath.Join(dir, "specs", "mask.png")),
					os.MkdirAll(filepath.Join(dir, ".vlmspec", "cache"), 0o755),
					os.RemoveAll(path),
					special.place(path),
				)
				if err != nil {
					t.Fatal(err)
				}
				want := regexp.MustCompile(test.at + `(open [^ ]+: )?` + special.what)
				for _, command := range []string{"validate", "run"} {
					output := runSpecial(t, dir, command)
					if (test.both || command == "run") && !want.MatchString(output) {
						t.Errorf("%s: expected %q in:\n%s", command, want, output)
					}
				}
			})
		}
	}
}

// runSpecial runs a command that has to end soon, within 1 GiB of memory.
func runSpecial(t *testing.T, dir, command string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	vlmspec, err := exec.LookPath("vlmspec") // the test binary: see TestMain
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(ctx, vlmspec, command)
	c.Dir = dir
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	_ = c.Run()
	if ctx.Err() != nil {
		t.Errorf("%s has not ended", command)
	}
	if peak := c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss; peak > 1<<20 {
		t.Errorf("%s took %d KiB", command, peak)
	}
	return output.String()
}
