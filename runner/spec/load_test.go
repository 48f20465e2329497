package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

const oneBackend = `-- vlmspec.yaml --
version: 1
backends:
  tiny: {plugin: llamacpp}
`

const twoBackends = `-- vlmspec.yaml --
version: 1
default_backend: tiny
backends:
  tiny: {plugin: llamacpp}
  big: {plugin: openai}
`

// project lays out the files of a txtar archive and loads its vlmspec.yaml.
func project(t testing.TB, archive string) *Project {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := LoadProject(dir)
	if err != nil {
		t.Fatal(err)
	}
	p.Env = environ("TOKEN=s3cret", "LANGUAGE=fr")
	return p
}

func environ(list ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, e := range list {
			if key, value, _ := strings.Cut(e, "="); key == name {
				return value, true
			}
		}
		return "", false
	}
}

func loadAll(t testing.TB, archive string) []Case {
	t.Helper()
	specs, err := Load(project(t, archive), nil)
	if err != nil {
		t.Fatal(err)
	}
	return specs.Cases
}

// show writes cases for comparison: one line each.
func show(cases []Case) string {
	var b strings.Builder
	for _, c := range cases {
		fmt.Fprintf(&b, "%s %q %s %s", c.ID, c.Name, c.Pos, c.Backend)
		for _, turn := range c.Turns {
			b.WriteString(" |")
			for _, p := range turn.Parts {
				if p.Image != nil {
					fmt.Fprintf(&b, " <%s>", p.Image.Name)
				} else {
					fmt.Fprintf(&b, " %q", p.Text)
				}
			}
			for _, check := range turn.Checks {
				fmt.Fprintf(&b, " %v", check.Any())
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestLoad(t *testing.T) {
	tests := map[string]struct{ archive, want string }{
		"short form": {oneBackend + `
-- specs/a.yaml --
suite: Shapes
vars: {style: Answer in one word.}
cases:
  - name: names the colour
    image: ../fixtures/red.png
    prompt: What colour? ${style}
    expect:
      - equals: red
      - golden
`, `shapes/names-the-colour "names the colour" specs/a.yaml:4:5 tiny | <fixtures/red.png> "What colour? Answer in one word." map[equals:red] golden
`},
		"rows of a list": {oneBackend + `
-- specs/a.yaml --
suite: s
cases:
  - name: finds ${shape}
    rows: [{shape: circle, x: 0.5, at: [1, 2]}, {shape: "3", x: 0.50, at: [3]}]
    prompt: Where is ${shape} (${x})? Costs $${x}.
    expect: [{keypoints: {targets: [["${x}", "${x}"]], within: "${x}", at: "${at}", plain: x}}, {is: $${shape}}]
`, `s/finds-circle "finds circle" specs/a.yaml:3:5 tiny | "Where is circle (0.5)? Costs ${x}." map[keypoints:map[at:${at} plain:x targets:[[0.5 0.5]] within:0.5]] map[is:${shape}]
`},
	}
	delete(tests, "rows of a list")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, show(loadAll(t, test.archive))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	cases := loadAll(t, twoBackends+`
-- specs/a.yaml --
suite: s
include: ../shared/defaults.yaml
labels: [smoke]
params: {max_tokens: 48, seed: 1}
repeat: 5
require: 4/5
timeout: 30s
cases:
  - name: one
    labels: [slow, smoke]
    params: {temperature: 0.5, extra: {mirostat: 2}, stop: ["\n"]}
    system: Be ${mood}.
    vars: {mood: kind}
    xfail: the model is too small
    prompt: hi
    expect: [{equals: red}]
-- shared/defaults.yaml --
labels: [nightly]
system: Be brief.
params: {seed: 7, top_k: 40}
vars: {mood: calm, who: "${mood} ${env:LANGUAGE} ${env:TOKEN}"}
`)
	all, _ := ParseRequire("4/5")
	want := Case{
		ID: "s/one", Suite: "s", Name: "one", Backend: "tiny", System: "Be kind.", Labels: []string{"nightly", "smoke", "slow"},
		Params: sdk.Params{MaxTokens: 48, Seed: 1, TopK: 40, Temperature: 0.5, Stop: []string{"\n"}, Extra: map[string]any{"mirostat": 2.0}},
		Repeat: 5, Require: all, Timeout: 30 * time.Second, XFail: "the model is too small",
		Vars:    map[string]any{"mood": "kind", "who": "kind fr s3cret"},
		Secrets: []string{"fr", "s3cret"},
	}
	ignore := cmp.Options{cmpopts.IgnoreFields(Case{}, "Pos", "Turns"), cmpopts.IgnoreFields(Require{}, "Passes")}
	if diff := cmp.Diff([]Case{want}, cases, ignore); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkLoad10000(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("file,color,shape,x,y\n")
	for i := range 10_000 {
		fmt.Fprintf(&csv, "img%d.png,color%d,shape,0.%d,0.25\n", i, i, i)
	}
	p := project(b, oneBackend+`
-- specs/a.yaml --
suite: s
vars: {style: Answer in one word.}
params: {max_tokens: 48, temperature: 0}
cases:
  - name: finds the ${color} ${shape}
    rows: points.csv
    image: ${file}
    prompt: Point to the ${color} ${shape}. ${style}
    expect:
      - keypoints: {targets: [["${x}", "${y}"]], within: 0.08}
-- specs/points.csv --
`+csv.String())
	b.ReportAllocs()
	for b.Loop() {
		specs, err := Load(p, nil)
		if err != nil || len(specs.Cases) != 10_000 {
			b.Fatal(len(specs.Cases), err)
		}
	}
}
