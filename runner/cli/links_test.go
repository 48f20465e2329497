//go:build unix

package cli

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// placed is what somebody may put where vlmspec is about to write. outside is a folder
// that it has no business in.
var placed = map[string]func(path, outside string) error{
	"link":          func(path, outside string) error { return os.Symlink(filepath.Join(outside, "precious"), path) },
	"dangling link": func(path, outside string) error { return os.Symlink(filepath.Join(outside, "made"), path) },
	"hard link":     func(path, outside string) error { return os.Link(filepath.Join(outside, "precious"), path) },
	"pipe":          func(path, _ string) error { return syscall.Mkfifo(path, 0o600) },
	"folder":        func(path, _ string) error { return os.MkdirAll(filepath.Join(path, "with", "something"), 0o755) },
	"linked folder": func(path, outside string) error { return os.Symlink(filepath.Join(outside, "folder"), path) },
}

// writing are the commands that write, each after those before it.
var writing = [][]string{
	{"run", "--report", "junit", "--report", "json", "--report", "markdown", "--report", "github"},
	{"accept", "--all"},
	{"quarantine", "s/one", "--reason", "later", "--until", time.Now().AddDate(0, 0, 30).Format(time.DateOnly)},
	{"runs", "export", "run.zip"},
	{"models", "pull", "hf:me/it/m.gguf"},
	{"init", "new"},
}

// Whatever stands where vlmspec writes, and at the folders above: it ends, it says
// what is wrong or puts a file of its own there, and nothing outside is changed.
func TestNothingIsWrittenThroughLinks(t *testing.T) {
	hub := hubOfOne(t)
	before := filepath.Join(t.TempDir(), "project")
	linkProject(t, before)
	for _, command := range writing {
		after := before + "+"
		copyTree(t, before, after)
		if out, err := runWriting(t, after, hub, command); err != nil {
			t.Fatalf("%v: %v\n%s", command, err, out)
		}
		for _, path := range written(t, before, after) {
			t.Log(command[0], path)
			for _, kind := range kindsFor(filepath.Join(after, path)) {
				tryLink(t, before, path, kind, hub, command)
			}
		}
		before = after
	}
}

// kindsFor is what is placed at a path: in make assault all kinds, else one or two.
func kindsFor(path string) []string {
	if os.Getenv("VLMSPEC_ASSAULT") != "" {
		return slices.Sorted(maps.Keys(placed))
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return []string{"linked folder"}
	}
	return []string{"link", "pipe"}
}

// tryLink runs a command where something else stands at a path that it writes.
func tryLink(t *testing.T, project, path, kind, hub string, command []string) {
	t.Run(strings.Join(command[:2], " ")+"/"+path+"/"+kind, func(t *testing.T) {
		t.Parallel()
		dir, outside := filepath.Join(t.TempDir(), "p"), t.TempDir()
		copyTree(t, project, dir)
		at := filepath.Join(dir, path)
		if err := errors.Join(
			os.WriteFile(filepath.Join(outside, "precious"), []byte("# mine\n"), 0o600), // YAML, too
			os.Mkdir(filepath.Join(outside, "folder"), 0o755),
			os.RemoveAll(at),
			os.MkdirAll(filepath.Dir(at), 0o755),
			placed[kind](at, outside),
		); err != nil {
			t.Fatal(err)
		}
		want := tree(t, outside)
		out, err := runWriting(t, dir, hub, command)
		if got := tree(t, outside); !maps.Equal(got, want) {
			t.Errorf("outside there was %v, and is %v\n%s", want, got, out)
		}
		if strings.Contains(out, "this is a bug") {
			t.Error(out)
		}
		info, statErr := os.Lstat(at)
		replaced := errors.Is(statErr, fs.ErrNotExist) || statErr == nil && info.Mode().IsRegular() && info.Sys().(*syscall.Stat_t).Nlink == 1
		used := kind == "folder" && statErr == nil && info.IsDir()
		if filepath.Base(path) != ".gitignore" && !replaced && !used && err == nil && !strings.Contains(out, "warning: ") {
			t.Errorf("nothing was said of it:\n%s", out)
		}
	})
}

// runWriting runs a command that has to end soon.
func runWriting(t *testing.T, dir, hub string, command []string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	vlmspec, err := exec.LookPath("vlmspec") // the test binary: see TestMain
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(ctx, vlmspec, command...)
	c.Dir = dir
	c.Env = append(os.Environ(), "HF_ENDPOINT="+hub, "VLMSPEC_MODELS="+filepath.Join(dir, "store"), "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary.md"), "CI=")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err = c.Run()
	if ctx.Err() != nil {
		t.Error("it has not ended")
	}
	return out.String(), err
}

// linkProject has all that makes vlmspec write: a golden answer, an image in a table, a
// case that fails beside its image.
func linkProject(t *testing.T, dir string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "specs"), 0o755), drawImages(dir)); err != nil {
		t.Fatal(err)
	}
	image, err := os.ReadFile(filepath.Join(dir, "red.png"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"vlmspec.yaml":   "version: 1\nbackends: {tiny: {plugin: fake}}\n",
		"specs/rows.csv": "name,image\nr," + base64.StdEncoding.EncodeToString(image) + "\n",
		"specs/s.yaml": `suite: s
cases:
  - {name: one, prompt: say red, expect: [equals: red]}
  - {name: golden, prompt: say blue, expect: [golden: {warn: true}]}
  - {name: "rows ${name}", rows: rows.csv, image: "${image}", prompt: say red, expect: [equals: red]}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// hubOfOne is a hub with one file.
func hubOfOne(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "me", "it", "m.gguf")
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("GGUF, and more of a model"), 0o600)); err != nil {
		t.Fatal(err)
	}
	h := &scriptHub{dir: dir, log: filepath.Join(dir, "log"), slow: map[string]bool{}, end: make(chan struct{})}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// written lists the files that one tree has and the other has not, or has otherwise,
// and the folders above them that are new; but for runs and locks, whose names nobody knows before.
// What is there for a while only counts, too.
func written(t *testing.T, before, after string) []string {
	t.Helper()
	old, paths := tree(t, before), map[string]bool{}
	for path, content := range tree(t, after) {
		if was, ok := old[path]; ok && was == content {
			continue
		}
		if strings.HasPrefix(path, ".vlmspec/runs/") || strings.HasPrefix(path, "store/.locks/") || path == "store" || path == "new" { // the last two the user has named
			continue
		}
		paths[path] = true
	}
	if model := filepath.Join("store", "hf", "me", "it", "m.gguf"); paths[model] { // what is there meanwhile
		paths[model+".part"], paths[model+".part.json"] = true, true
	}
	return slices.Sorted(maps.Keys(paths))
}

// tree is every path below a folder, with the content of the files.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		all[rel] = d.Type().String()
		if d.Type().IsRegular() {
			var data []byte
			data, err = os.ReadFile(path)
			all[rel] += fmt.Sprintf("%x", data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}
