package trust

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/internal/procenv"
	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/runner/secret"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// stage is a project of a user who has trusted nothing.
func stage(t *testing.T) (dir string) {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv(Env, "")
	t.Setenv("CI", "")
	dir = t.TempDir()
	writeFile(t, dir, "model.py", "print()")
	return dir
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func backendOf(dir string, config map[string]any) spec.Backend {
	return spec.Backend{Name: "m", Plugin: "exec", Dir: dir, Config: config, Pos: spec.Pos{File: "vlmspec.yaml", Line: 3}}
}

func missing(t *testing.T, dir string, b spec.Backend) []Program {
	t.Helper()
	m, err := Missing(dir, Backend(dir, b, nil))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func trustIt(t *testing.T, dir string, b spec.Backend) {
	t.Helper()
	s, err := Open()
	if err == nil {
		err = s.Trust(dir, Backend(dir, b, nil))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// What was trusted holds for the same command line, files and project, and for no other.
func TestTrustHolds(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, dir string, b *spec.Backend){
		"another script": func(t *testing.T, dir string, _ *spec.Backend) { writeFile(t, dir, "model.py", "evil()") },
		"another command": func(_ *testing.T, _ string, b *spec.Backend) {
			b.Config = map[string]any{"run": []any{"sh", "-c", "evil"}}
		},
		"other arguments": func(_ *testing.T, _ string, b *spec.Backend) {
			b.Config["run"] = []any{"python3", "model.py", "--evil"}
		},
		"another file": func(t *testing.T, dir string, _ *spec.Backend) { writeFile(t, dir, "weights", "evil") },
		"its environment": func(_ *testing.T, _ string, b *spec.Backend) {
			b.Env = spec.Variables{Extra: procenv.Extra{Set: map[string]string{"PYTHONPATH": "evil"}}}
		},
		"a variable": func(_ *testing.T, _ string, b *spec.Backend) {
			b.Plugin, b.Env = "llamacpp", spec.Variables{Extra: procenv.Extra{Set: map[string]string{"LD_PRELOAD": "evil.so"}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := stage(t)
			writeFile(t, dir, "weights", "w")
			b := backendOf(dir, map[string]any{"run": []any{"python3", "model.py"}, "files": []any{"weights"}})
			if m := missing(t, dir, b); len(m) != 1 || m[0].String() != "vlmspec.yaml:3: backend m, exec: python3 model.py" {
				t.Fatalf("%v", m)
			}
			trustIt(t, dir, b)
			if m := missing(t, dir, b); len(m) != 0 {
				t.Fatalf("it was trusted: %v", m)
			}
			change(t, dir, &b)
			if m := missing(t, dir, b); len(m) == 0 {
				t.Error("it is another, and trusted")
			}
		})
	}
}

func TestOtherProjectsAreNotTrusted(t *testing.T) {
	dir := stage(t)
	b := backendOf(dir, map[string]any{"run": []any{"sh", "-c", "x"}})
	trustIt(t, dir, b)
	other := t.TempDir()
	if len(missing(t, other, b)) == 0 {
		t.Error("a clone elsewhere is trusted")
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if len(missing(t, link, b)) != 0 {
		t.Error("the same folder by another name is not trusted")
	}
}

// A new key asks nobody again, and is recorded nowhere.
func TestSecretsAreNotRecorded(t *testing.T) {
	dir := stage(t)
	with := func(key string) spec.Backend {
		b := backendOf(dir, map[string]any{"run": []any{"sh", "-c", "x " + key}})
		b.Secrets = []secret.Value{{Name: "KEY", Text: key}}
		return b
	}
	trustIt(t, dir, with("sk-one-one"))
	if m := missing(t, dir, with("sk-two-two")); len(m) != 0 {
		t.Errorf("%v", m)
	}
	s, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(s.Path())
	if err != nil || strings.Contains(string(data), "sk-one") {
		t.Errorf("%s, %v", data, err)
	}
}

// A plugin is the project's where it lies in it, by whatever way.
func TestPlugin(t *testing.T) {
	dir := stage(t)
	outside := t.TempDir()
	writeFile(t, dir, "vlmspec-backend-x", "in")
	writeFile(t, outside, "vlmspec-backend-x", "out")
	link := filepath.Join(outside, "vlmspec-backend-link")
	if err := os.Symlink(filepath.Join(dir, "vlmspec-backend-x"), link); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path, origin string
		want         bool
	}{
		{filepath.Join(dir, "vlmspec-backend-x"), "PATH", true},
		{link, "PATH", true},
		{filepath.Join(outside, "vlmspec-backend-x"), "PATH", false},
		{filepath.Join(dir, "vlmspec-backend-x"), host.Beside, false},
	} {
		if _, ok := Plugin(dir, host.Found{Name: "x", Path: test.path, Origin: test.origin}); ok != test.want {
			t.Errorf("%s (%s): %v", test.path, test.origin, ok)
		}
	}
}

func TestSaid(t *testing.T) {
	for value, want := range map[string]bool{"": false, "0": false, "false": false, "1": true, "true": true, "True": true, "yes": true, "woodpecker": true} {
		if said(value) != want {
			t.Errorf("%q", value)
		}
	}
}

// What was recorded and cannot be read is no reason to trust, nor to forget it.
func TestDamagedRecord(t *testing.T) {
	dir := stage(t)
	b := backendOf(dir, map[string]any{"run": []any{"sh"}})
	trustIt(t, dir, b)
	s, _ := Open()
	if err := os.WriteFile(s.Path(), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Missing(dir, Backend(dir, b, nil)); err == nil || !strings.Contains(err.Error(), "trusted.json") {
		t.Errorf("%v", err)
	}
}
