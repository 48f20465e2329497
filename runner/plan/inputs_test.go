package plan

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// open plans a project of files in a folder of its own.
func open(t *testing.T, files map[string]string) *Plan {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Open(Options{Project: dir})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const oneBackend = "version: 1\nbackends: {bird: {plugin: parrot}}\n"

// A file that a case depends on in several ways is listed once, as what it is first.
func TestInputsAreListedOnce(t *testing.T) {
	p := open(t, map[string]string{
		"vlmspec.yaml": oneBackend,
		"specs/s.yaml": "suite: s\ncases:\n  - {name: one, image: [a.png, a.png], prompt: x, expect: [golden, golden]}\n",
	})
	seen := map[string]int{}
	for _, in := range p.Inputs(0) {
		seen[in.As+" "+filepath.Base(in.Path)]++
	}
	want := map[string]int{"project vlmspec.yaml": 1, "spec s.yaml": 1, "image a.png": 1, "golden s.yaml": 1}
	if len(seen) != len(want) {
		t.Errorf("inputs %v", seen)
	}
	for name, n := range want {
		if seen[name] != n {
			t.Errorf("%s is listed %d times", name, seen[name])
		}
	}
}

// The cases of a matrix share nothing: what is done to one does not reach another.
func TestMatrixSharesNothing(t *testing.T) {
	p := open(t, map[string]string{
		"vlmspec.yaml": "version: 1\ndefault_backend: a\nbackends: {a: {plugin: parrot}, b: {plugin: parrot}, c: {plugin: parrot}}\n",
		"specs/s.yaml": `suite: s
backends: [a, b, c]
labels: [smoke]
vars: {shade: red}
params: {stop: [end], extra: {key: value}}
cases:
  - name: one
    turns:
      - {prompt: "${shade}", expect: [equals: red]}
      - {prompt: two, expect: [equals: two]}
`,
	})
	if p.Len() != 3 {
		t.Fatalf("%d cases", p.Len())
	}
	spoilt := p.Case(0)
	for i := range spoilt.Turns {
		spoilt.Turns[i].Parts[0] = spec.Part{Text: "spoilt"}
		spoilt.Turns[i].Checks = nil
		spoilt.Checks[i] = nil
	}
	spoilt.Labels[0], spoilt.Params.Stop[0], spoilt.Params.Extra["key"] = "spoilt", "spoilt", "spoilt"
	for i := 1; i < p.Len(); i++ {
		c := p.Case(i)
		for t2 := range c.Turns {
			if c.Turns[t2].Parts[0].Text == "spoilt" || len(c.Checks[t2]) != 1 {
				t.Errorf("case %s, turn %d: %+v", c.ID, t2+1, c.Turns[t2])
			}
		}
		if c.Labels[0] != "smoke" || c.Params.Stop[0] != "end" || c.Params.Extra["key"] != "value" {
			t.Errorf("case %s: %v %v", c.ID, c.Labels, c.Params)
		}
	}
}
