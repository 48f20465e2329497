package spec

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/runner/secret"
)

const wholeProject = `version: 1
specs: [tests/*.yaml]
golden: answers
default_backend: tiny
backends:
  tiny:
    plugin: llamacpp
    config: {model: fixtures/m.gguf, gpu_layers: auto, threads: 2, list: [1, x]}
  served:
    plugin: openai
    config: {base_url: "http://${env:VLMSPEC_TEST_HOST}/v1", api_key: "${env:VLMSPEC_TEST_KEY}"}
profiles:
  ci: {reports: [junit, html], update_golden: never, fail_fast: true}
`

func writeProject(t *testing.T, content string) (dir string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ProjectFile), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLoadProject(t *testing.T) {
	t.Setenv("VLMSPEC_TEST_HOST", "localhost:1")
	t.Setenv("VLMSPEC_TEST_KEY", "")
	os.Unsetenv("VLMSPEC_TEST_KEY")
	dir := writeProject(t, wholeProject)
	below := filepath.Join(dir, "a", "b")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	for _, path := range []string{"", "..", dir, filepath.Join(dir, ProjectFile)} {
		p, err := LoadProject(path)
		if err != nil {
			t.Fatalf("%q: %v", path, err)
		}
		if p.Dir != dir || p.Golden != filepath.Join(dir, "answers") || p.DefaultBackend != "tiny" || p.Specs[0] != "tests/*.yaml" {
			t.Errorf("%q: %+v", path, p)
		}
		tiny := Backend{
			Name: "tiny", Plugin: "llamacpp", Dir: dir, Pos: Pos{ProjectFile, 6, 3},
			Config: map[string]any{"model": "fixtures/m.gguf", "gpu_layers": "auto", "threads": 2.0, "list": []any{1.0, "x"}},
		}
		if diff := cmp.Diff(tiny, p.Backends["tiny"]); diff != "" {
			t.Error(diff)
		}
		served := p.Backends["served"]
		if served.Config["base_url"] != "http://localhost:1/v1" || !cmp.Equal(served.Secrets, []secret.Value{{Name: "VLMSPEC_TEST_HOST", Text: "localhost:1"}}) {
			t.Errorf("served: %+v", served)
		}
		want := `vlmspec.yaml:11:71: environment variable VLMSPEC_TEST_KEY is not set; set it: export VLMSPEC_TEST_KEY=...`
		if served.Err == nil || served.Err.Error() != want {
			t.Errorf("served.Err = %v", served.Err)
		}
		if diff := cmp.Diff(Profile{Reports: []string{"junit", "html"}, UpdateGolden: "never", FailFast: true}, p.Profiles["ci"]); diff != "" {
			t.Error(diff)
		}
	}
}

func TestProjectDefaults(t *testing.T) {
	dir := writeProject(t, "version: 1\nbackends: {only: {plugin: exec}}\n")
	p, err := LoadProject(dir)
	if err != nil {
		t.Fatal(err)
	}
	if p.DefaultBackend != "only" || p.Golden != filepath.Join(dir, "golden") || p.Specs[0] != "specs/**/*.yaml" || p.Backends["only"].Config == nil {
		t.Errorf("%+v", p)
	}
}

func TestProjectMistakes(t *testing.T) {
	const b = "backends: {tiny: {plugin: llamacpp}}\n"
	tests := map[string]struct{ src, want string }{
		"version missing":    {b, `vlmspec.yaml:1:1: key "version" is missing; version is the version of this format: 1`},
		"version unknown":    {"version: 2\n" + b, `vlmspec.yaml:1:10: unknown version 2; this vlmspec reads version 1`},
		"unknown key":        {"version: 1\ngoldens: x\n" + b, `vlmspec.yaml:2:1: unknown key "goldens"; did you mean golden?`},
		"no backend":         {"version: 1\nbackends: {}\n", `vlmspec.yaml:2:11: there is no backend; name one: tiny: {plugin: llamacpp, config: {...}}`},
		"no plugin":          {"version: 1\nbackends: {tiny: {}}\n", `vlmspec.yaml:2:18: key "plugin" is missing; plugin is the plugin that answers, such as llamacpp`},
		"unknown default":    {"version: 1\ndefault_backend: tinny\n" + b, `vlmspec.yaml:2:18: unknown backend "tinny"; did you mean tiny?`},
		"name of a backend":  {"version: 1\nbackends: {a@b: {plugin: x}}\n", `vlmspec.yaml:2:12: "a@b" cannot name a backend; use letters, digits, . _ and -`},
		"pattern":            {"version: 1\nspecs: ['a[', ../x]\n" + b, "vlmspec.yaml:2:9: \"a[\" is not a file pattern; write one like specs/**/*.yaml, below this folder\nvlmspec.yaml:2:15: \"../x\" is not a file pattern; write one like specs/**/*.yaml, below this folder"},
		"unknown profile":    {"version: 1\nprofiles: {ci: {report: [junit]}}\n" + b, `vlmspec.yaml:2:17: unknown key "report"; did you mean reports?`},
		"update golden when": {"version: 1\nprofiles: {ci: {update_golden: nevr}}\n" + b, `vlmspec.yaml:2:32: expected one of missing, changed, all, none, never, got text "nevr"; did you mean never?`},
		"not YAML":           {"version: 1\n\tx: 1\n", `vlmspec.yaml:2: not YAML: the line is indented with a tab; indent with spaces`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := LoadProject(writeProject(t, test.src))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNoProject(t *testing.T) {
	dir := t.TempDir()
	_, err := LoadProject(dir)
	var e *Error
	if !errors.As(err, &e) || e.Hint != "make one with: vlmspec init" || !strings.HasSuffix(e.What, "no vlmspec.yaml here or in any parent folder") {
		t.Error(err)
	}
	if _, err := LoadProject(filepath.Join(dir, "x.yaml")); err == nil || !strings.HasSuffix(err.Error(), "x.yaml: cannot be opened: no such file") {
		t.Error(err)
	}
}

func TestFiles(t *testing.T) {
	p := project(t, oneBackend+`
-- specs/a.yaml --
suite: a
include: shared.yaml
cases: [{name: "x${n}", rows: r.csv, prompt: {file: p.txt}, expect: [golden]}]
-- specs/r.csv --
n
1
-- specs/p.txt --
hi
-- specs/shared.yaml --
repeat: 2
-- specs/sub/b.yml --
suite: b
cases: [{name: x, prompt: hi, expect: [golden]}]
-- other/empty.txt --
`)
	tests := map[string]struct {
		files []string
		read  string
		cases int
		err   string
	}{
		"all":            {nil, "specs/a.yaml specs/p.txt specs/r.csv specs/shared.yaml specs/sub/b.yml", 2, ""},
		"one":            {[]string{"specs/sub/b.yml"}, "specs/sub/b.yml", 1, ""},
		"folder, twice":  {[]string{"specs/sub", "specs/sub/b.yml"}, "specs/sub/b.yml", 1, ""},
		"no such file":   {[]string{"specs/c.yaml"}, "", 0, "specs/c.yaml: cannot be read: no such file; did you mean a.yaml?"},
		"empty folder":   {[]string{"other"}, "", 0, "other: there is no .yaml file in this folder"},
		"defaults alone": {[]string{"specs/shared.yaml"}, "specs/shared.yaml", 0, "specs/shared.yaml:1:1: key \"cases\" is missing; cases is the test cases\nspecs/shared.yaml:1:1: key \"suite\" is missing; suite is the name of the suite"},
	}
	t.Chdir(p.Dir)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			specs, err := Load(p, test.files)
			if got := errorText(err); got != test.err {
				t.Errorf("error %q", got)
			}
			var read []string
			for _, f := range specs.Files {
				read = append(read, shownName(p.Dir, f))
			}
			if got := strings.Join(read, " "); got != test.read || len(specs.Cases) != test.cases {
				t.Errorf("%d cases, read %s", len(specs.Cases), got)
			}
		})
	}
	p.Specs = []string{"nothing/*.yaml"}
	if _, err := Load(p, nil); errorText(err) != "vlmspec.yaml: no spec file matches nothing/*.yaml; set specs, or make an example with: vlmspec init" {
		t.Error(err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
