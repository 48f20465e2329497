package python

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// program makes a file that can be started, and returns its path.
func program(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInterpreter(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for name, c := range map[string]struct {
		there  []string // programs, below the project
		config map[string]any
		env    map[string]string // values below the project
		want   string            // below the project, or what the error has
	}{
		"named":                   {there: []string{"other/python", ".venv/bin/python"}, config: map[string]any{"python": "other/python"}, want: "other/python"},
		"a named environment":     {there: []string{"other/bin/python", ".venv/bin/python"}, config: map[string]any{"python": "other"}, want: "other/bin/python"},
		"named on PATH":           {there: []string{"path/python3.9", ".venv/bin/python"}, config: map[string]any{"python": "python3.9"}, want: "path/python3.9"},
		"named and missing":       {config: map[string]any{"python": "other/python"}, want: `config: python is "other/python", and`},
		"named, not on PATH":      {config: map[string]any{"python": "python3.9"}, want: `config: python is "python3.9", and there is no such program on PATH`},
		"no text":                 {config: map[string]any{"python": 3.0}, want: "config: python is 3; expected a text"},
		"an empty text":           {config: map[string]any{"python": ""}, want: "expected a text"},
		"of the project":          {there: []string{".venv/bin/python", "path/python3", "active/bin/python"}, env: map[string]string{"VIRTUAL_ENV": "active"}, want: ".venv/bin/python"},
		"beside the file":         {there: []string{"models/sub/venv/bin/python3", ".venv/bin/python"}, want: "models/sub/venv/bin/python3"},
		"above the file":          {there: []string{"models/.venv/bin/python", ".venv/bin/python"}, want: "models/.venv/bin/python"},
		"of uv":                   {there: []string{"uv/bin/python", ".venv/bin/python"}, env: map[string]string{"UV_PROJECT_ENVIRONMENT": "uv"}, want: "uv/bin/python"},
		"active":                  {there: []string{"active/bin/python", "path/python3"}, env: map[string]string{"VIRTUAL_ENV": "active"}, want: "active/bin/python"},
		"of conda":                {there: []string{"conda/bin/python", "path/python3"}, env: map[string]string{"CONDA_PREFIX": "conda"}, want: "conda/bin/python"},
		"on PATH":                 {there: []string{"path/python3", "path/python"}, want: "path/python3"},
		"python on PATH":          {there: []string{"path/python"}, want: "path/python"},
		"none":                    {want: "there is no Python: no .venv or venv in the project"},
		"none, and a uv lockfile": {there: []string{"models/uv.lock"}, want: "`uv sync` makes the environment of"},
		"a file elsewhere":        {there: []string{".venv/bin/python"}, config: map[string]any{"file": "/elsewhere/my.py"}, want: ".venv/bin/python"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, p := range c.there {
				program(t, filepath.Join(dir, p))
			}
			t.Setenv("PATH", filepath.Join(dir, "path"))
			getenv := func(name string) string {
				if c.env[name] == "" {
					return ""
				}
				return filepath.Join(dir, c.env[name])
			}
			config := map[string]any{"file": "models/sub/my.py"}
			maps.Copy(config, c.config)
			p, err := Find(config, dir, getenv)
			if err != nil {
				if !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v; expected %s", err, c.want)
				}
				return
			}
			if p.Interpreter != filepath.Join(dir, c.want) || p.Origin == "" {
				t.Errorf("it found %+v; expected %s", p, c.want)
			}
			if len(p.Args) != 2 || !filepath.IsAbs(p.Args[1]) || filepath.Base(p.Args[1]) != "my.py" {
				t.Errorf("arguments %q", p.Args)
			}
		})
	}
}

// The package is there as a whole, also after somebody has damaged it.
func TestInstall(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	path, err := install()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"__main__.py", "vlmspec/__init__.py", "vlmspec/_proto/__init__.py", "vlmspec/_proto/backend_pb2.py"} {
		if _, err := z.Open(name); err != nil {
			t.Error(err)
		}
	}
	if err := os.WriteFile(path, whole[:100], 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := install()
	if err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(again); !bytes.Equal(data, whole) {
		t.Error("a damaged file was used")
	}
}
