package yamledit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// value is what the entries of these tests hold.
type value struct {
	Words []string `yaml:"words"`
	Note  string   `yaml:"note,omitempty"`
}

func put(key string, words ...string) Edit { return Edit{key, value{Words: words}} }

// stored is a file with content in a folder of its own.
func stored(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "golden", "s.yaml")
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, path string) *File {
	t.Helper()
	f, err := Open(path, "golden/s.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestApply(t *testing.T) {
	tests := map[string]struct {
		before string
		edits  []Edit
		after  string
	}{
		"first":                {"", []Edit{put("s/b", "x")}, "s/b:\n  words:\n    - x\n"},
		"below a comment":      {"# ours\n", []Edit{put("s/b", "x")}, "# ours\n\ns/b:\n  words:\n    - x\n"},
		"no last newline":      {"s/a: {words: [x]}", []Edit{put("s/b", "x")}, "s/a: {words: [x]}\n\ns/b:\n  words:\n    - x\n"},
		"in order":             {"s/a: 1\n\ns/c: 3\n", []Edit{put("s/b", "x")}, "s/a: 1\n\ns/b:\n  words:\n    - x\n\ns/c: 3\n"},
		"above a lead":         {"# of c\ns/c: 3\n", []Edit{put("s/b", "x")}, "s/b:\n  words:\n    - x\n\n# of c\ns/c: 3\n"},
		"several":              {"s/b: 1\n", []Edit{put("s/c", "x"), put("s/a", "z"), {Key: "s/b"}}, "s/a:\n  words:\n    - z\n\ns/c:\n  words:\n    - x\n"},
		"keeps a blank end":    {"s/a: |+\n  x\ns/c: 1\n", []Edit{put("s/b", "x")}, "s/a: |+\n  x\ns/b:\n  words:\n    - x\ns/c: 1\n"},
		"keeps the rest":       {"# head\n\n  \ns/a:   1  # odd\n\n\n# of b\ns/b:\n    words: [x]\n# after b\n\ns/c: \"3\"\n# end", []Edit{put("s/b", "z")}, "# head\n\n  \ns/a:   1  # odd\n\n\n# of b\ns/b:\n  words:\n    - z\n# after b\n\ns/c: \"3\"\n# end"},
		"keeps comments":       {"s/b: # one\n  # two\n  words: # three\n    - x # four\n    - y # five\n  note: old # six\n", []Edit{{"s/b", value{[]string{"z", "x"}, "new"}}}, "s/b: # one\n  # two\n  words: # three\n    - z\n    - x # four\n  note: new # six\n"},
		"keeps style":          {"s/b:\n  words: [x, 'y']\n  note: old\n", []Edit{{"s/b", value{[]string{"x", "y"}, "new"}}}, "s/b:\n  words: [x, 'y']\n  note: new\n"},
		"windows line ends":    {"s/a: 1\r\n\r\ns/c: 3\r\n", []Edit{put("s/b", "x")}, "s/a: 1\r\n\r\ns/b:\r\n  words:\r\n    - x\r\n\r\ns/c: 3\r\n"},
		"windows, no last end": {"s/a: 1\r\ns/b: 2", []Edit{put("s/c", "x")}, "s/a: 1\r\ns/b: 2\r\n\r\ns/c:\r\n  words:\r\n    - x\r\n"},
		"windows, replaced":    {"s/a: 1\r\ns/b:\r\n  words:\r\n    - y\r\n", []Edit{put("s/b", "x")}, "s/a: 1\r\ns/b:\r\n  words:\r\n    - x\r\n"},
		"byte order mark":      {"\ufeffs/b: 1\n", []Edit{put("s/b", "x"), put("s/a", "z")}, "\ufeffs/a:\n  words:\n    - z\n\ns/b:\n  words:\n    - x\n"},
		"document marker":      {"---\ns/b: 1\n", []Edit{put("s/a", "z")}, "---\n\ns/a:\n  words:\n    - z\n\ns/b: 1\n"},
		"quoted key":           {"\"s/b\": 1\n", []Edit{put("s/b", "x")}, "\"s/b\":\n  words:\n    - x\n"},
		"removes":              {"# head\n\n# of a\ns/a: 1\n\n# of b\ns/b: 2\n\n# loose\n\ns/c: 3\n", []Edit{{Key: "s/b"}}, "# head\n\n# of a\ns/a: 1\n\n# loose\n\ns/c: 3\n"},
		"removes the first":    {"# of a\ns/a: 1\n\ns/b: 2\n", []Edit{{Key: "s/a"}}, "s/b: 2\n"},
		"removes the last":     {"s/a: 1\n\ns/b: 2\n", []Edit{{Key: "s/b"}}, "s/a: 1\n\n"},
		"removes what isn't":   {"s/a: 1\n", []Edit{{Key: "s/b"}}, "s/a: 1\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := stored(t, test.before)
			f := open(t, path)
			change, err := f.Apply(test.edits...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.after, content(t, path)); diff != "" {
				t.Error(diff)
			}
			if err := f.Undo(change); err != nil || content(t, path) != test.before {
				t.Errorf("taken back: %v, to %q", err, content(t, path))
			}
		})
	}
}

// What cannot be edited as blocks is reported, and stays.
func TestApplyRefuses(t *testing.T) {
	refuse := func(root spec.Node) error {
		for _, e := range root.Entries() {
			if e.Value.Get("note").Text() == "bad" {
				return e.Value.Get("note").Errorf("", "it is bad")
			}
		}
		return nil
	}
	tests := map[string]struct {
		before string
		edit   Edit
		want   string
	}{
		"one line":     {"{s/a: 1, s/c: 2}\n", put("s/b", "x"), "golden/s.yaml:1:2: the entry s/a does not begin its line; write each entry as a block of lines of its own"},
		"indented":     {"  s/a: 1\n", put("s/b", "x"), "golden/s.yaml:1:3: the entry s/a does not begin its line; write each entry as a block of lines of its own"},
		"anchor":       {"s/a: &x 1\ns/b: *x\n", put("s/a", "x"), `golden/s.yaml would become wrong, so it stays as it is: golden/s.yaml:4: not YAML: unknown anchor 'x' referenced; define it with &name before it is used`},
		"mistake":      {"s/a: 1\n", Edit{"s/b", value{Note: "bad"}}, "golden/s.yaml would become wrong, so it stays as it is: golden/s.yaml:4:9: it is bad"},
		"document end": {"s/a: 1\n...\n", put("s/b", "x"), "golden/s.yaml would become wrong, so it stays as it is: golden/s.yaml:"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := stored(t, test.before)
			f, err := Open(path, "golden/s.yaml", refuse)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = f.Apply(test.edit); err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
			if content(t, path) != test.before {
				t.Errorf("changed to %q", content(t, path))
			}
		})
	}
}

func TestOpenMistakes(t *testing.T) {
	tests := map[string]struct{ src, want string }{
		"merge conflict": {"s/a: 1\n<<<<<<< HEAD\n", "golden/s.yaml:2: a merge conflict was not resolved here; keep the entries you want and remove the lines with <<<<<<<, ======= and >>>>>>>"},
		"twice":          {"s/a: 1\ns/a: 2\n", `golden/s.yaml:2:1: key "s/a" is given twice, first on line 1; keep one of the two`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Open(stored(t, test.src), "golden/s.yaml", nil); err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
	if _, err := Open(t.TempDir(), "golden/s.yaml", nil); err == nil || err.Error() != "golden/s.yaml: cannot be read: it is a folder" {
		t.Error(err)
	}
}

// Nothing is written over what somebody else has written, or deleted.
func TestChangedOnDisk(t *testing.T) {
	path := stored(t, "s/a: 1\n")
	f := open(t, path)
	if err := os.WriteFile(path, []byte("s/a: 2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := f.Apply(put("s/b", "x"))
	if _, ok := errors.AsType[*ChangedError](err); !ok || content(t, path) != "s/a: 2\n" {
		t.Errorf("%v, %q", err, content(t, path))
	}
	f = open(t, path)
	change, err := f.Apply(put("s/b", "x"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"apply": second(f.Apply(put("s/c", "x"))), "undo": f.Undo(change)} {
		if _, ok := errors.AsType[*ChangedError](err); !ok {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("a deleted file came back")
	}
}

func second(_ Change, err error) error { return err }

// The mode stays, and nothing is written through a symbolic link.
func TestModeStaysAndNoLinkIsFollowed(t *testing.T) {
	path := stored(t, "s/a: 1\n")
	link := filepath.Join(t.TempDir(), "link.yaml")
	if err := errors.Join(os.Chmod(path, 0o640), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, link).Apply(put("s/b", "x")); err == nil || !strings.Contains(err.Error(), "it is a link") || content(t, path) != "s/a: 1\n" {
		t.Errorf("%v: %q", err, content(t, path))
	}
	if _, err := open(t, path).Apply(put("s/b", "x")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 || !strings.Contains(content(t, path), "s/b") {
		t.Errorf("%v %v %q", info.Mode(), err, content(t, path))
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// Many concurrent edits lose nothing: each looks again after another was faster.
func TestConcurrentUse(t *testing.T) {
	path := stored(t, "# ours\n")
	const writers, each = 4, 8
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := 0; i < each; {
				f, err := Open(path, "golden/s.yaml", nil)
				if err == nil {
					_, err = f.Apply(put(fmt.Sprintf("s/%d-%d", w, i), "x"))
				}
				if _, again := errors.AsType[*ChangedError](err); again {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				i++
			}
		})
	}
	all.Wait()
	if n := len(open(t, path).Root().Entries()); n != writers*each || !strings.HasPrefix(content(t, path), "# ours\n") {
		t.Errorf("%d entries of %d", n, writers*each)
	}
}

// A full disk leaves the file as it was, and nothing beside it.
func TestFullDisk(t *testing.T) {
	path := stored(t, "s/a: 1\n")
	f := open(t, path)
	replace = func(path string, _ []byte, o atomicfile.Options) error {
		return atomicfile.Write(path, o, func(f *os.File) error {
			_, _ = f.WriteString("half")
			return &fs.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
		})
	}
	defer func() { replace = atomicfile.WriteFile }()
	_, err := f.Apply(put("s/b", "x"))
	if err == nil || err.Error() != "golden/s.yaml cannot be written: no space left on device; it is as it was" {
		t.Error(err)
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if content(t, path) != "s/a: 1\n" || len(entries) != 1 {
		t.Errorf("%q, %v", content(t, path), entries)
	}
}

func TestFolderThatIsAFile(t *testing.T) {
	path := filepath.Join(stored(t, ""), "golden", "s.yaml")
	_, err := New(path, "golden/s.yaml", nil).Apply(put("s/b", "x"))
	if err == nil || err.Error() != "golden/s.yaml cannot be written: not a directory; it is as it was" {
		t.Error(err)
	}
}
