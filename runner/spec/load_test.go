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
	"github.com/vlmspec/vlmspec/runner/secret"
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
	p.Env = environ("TOKEN=s3cret", "LANGUAGE=french")
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
		"interpolation": {oneBackend + `
-- specs/a.yaml --
suite: s
vars: {n: "${x}"}
cases:
  - name: finds ${shape}
    rows: [{shape: circle, x: 0.50, p: [1, 2]}, {shape: "3", x: "0.5", p: {a: "${x}"}}]
    prompt: ${shape} at ${x} is not $${x}.
    expect: [{k: {quoted: "${x}"}}, {k: {plain: ${x}, list: ${p}, nested: 1${n}, var: ${n}}}, {is: $${shape}}]
`, `s/finds-circle "finds circle" specs/a.yaml:4:5 tiny | "circle at 0.50 is not ${x}." map[k:map[quoted:0.50]] map[k:map[list:[1 2] nested:10.5 plain:0.5 var:0.5]] map[is:${shape}]
s/finds-3 "finds 3" specs/a.yaml:4:5 tiny | "3 at 0.5 is not ${x}." map[k:map[quoted:0.5]] map[k:map[list:map[a:${x}] nested:10.5 plain:0.5 var:0.5]] map[is:${shape}]
`},
		"row files": {oneBackend + `
-- specs/a.yaml --
suite: s
cases:
  - &case
    name: csv ${n}
    rows: ../data/a.csv
    image: ${file}
    prompt: ${q}
    expect: [{equals: ${n}}]
  - {<<: *case, name: "tsv ${n}", rows: ../data/a.tsv, image: "x${file}"}
  - {<<: *case, name: "jsonl ${n}", rows: ../data/a.jsonl, expect: [{equals: ${list}}]}
-- data/a.csv --
n,file,q
007,a.png,"say ""hi"", please"

1e1,../b.png,"two
lines ${q}"
x,/c.png,-
-- data/a.tsv --
n	file	q
1	a.png	"as is"
-- data/a.jsonl --
{"n": 1.50, "file": "a.png", "q": "yes", "list": [1, {"a": null}, true, "${n}"]}
`, `s/csv-007 "csv 007" specs/a.yaml:3:5 tiny | <data/a.png> "say \"hi\", please" map[equals:7]
s/csv-1e1 "csv 1e1" specs/a.yaml:3:5 tiny | <b.png> "two\nlines ${q}" map[equals:10]
s/csv-x "csv x" specs/a.yaml:3:5 tiny | </c.png> "-" map[equals:x]
s/tsv-1 "tsv 1" specs/a.yaml:9:5 tiny | <specs/xa.png> "as is" map[equals:1]
s/jsonl-1-50 "jsonl 1.50" specs/a.yaml:10:5 tiny | <data/a.png> "yes" map[equals:[1 map[a:<nil>] true ${n}]]
`},
		"content, turns, prompt files": {oneBackend + `
-- specs/a.yaml --
suite: s
vars: {who: you}
cases:
  - name: compares
    content: [{text: "First:"}, {image: a.png}, {text: "Second:"}, {image: ../b.png}, {text: Which?}]
    expect: [{choice: {options: [first, second], answer: second}}]
  - name: remembers
    turns:
      - {image: [a.png, b.png], prompt: {file: ../prompts/p.txt}, expect: [{contains: circle}]}
      - {prompt: And its color?}
-- prompts/p.txt --
Who are ${who}?

`, `s/compares "compares" specs/a.yaml:4:5 tiny | "First:" <specs/a.png> "Second:" <b.png> "Which?" map[choice:map[answer:second options:[first second]]]
s/remembers "remembers" specs/a.yaml:7:5 tiny | <specs/a.png> <specs/b.png> "Who are you?" map[contains:circle] | "And its color?"
`},
		"backends": {twoBackends + `
-- specs/b.yml --
suite: S two
backends: [tiny, big]
cases:
  - {name: both, prompt: hi, expect: [golden]}
  - {name: one, prompt: hi, backends: [big], expect: [golden]}
-- specs/deep/a.yaml --
suite: s
cases:
  - {name: "Größe: 5 µm!", prompt: hi, expect: [golden]}
`, `s-two/both@tiny "both" specs/b.yml:4:5 tiny | "hi" golden
s-two/both@big "both" specs/b.yml:4:5 big | "hi" golden
s-two/one "one" specs/b.yml:5:5 big | "hi" golden
s/größe-5-µm "Größe: 5 µm!" specs/deep/a.yaml:3:5 tiny | "hi" golden
`},
	}
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
		Secrets: []secret.Value{{Name: "LANGUAGE", Text: "french"}, {Name: "TOKEN", Text: "s3cret"}},
	}
	ignore := cmp.Options{cmpopts.IgnoreFields(Case{}, "Sources", "Pos", "Turns"), cmpopts.IgnoreUnexported(Case{}), cmpopts.IgnoreFields(Require{}, "Passes")}
	if diff := cmp.Diff([]Case{want}, cases, ignore); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"mood": "kind", "who": "kind french s3cret"}, cases[0].Vars()); diff != "" {
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

// A list of a row may be quoted where it stands alone, as editors want it in flow
// style.
func TestListOfARow(t *testing.T) {
	p := project(t, oneBackend+`
-- specs/a.yaml --
suite: s
cases:
  - {name: "a ${n}", rows: a.jsonl, image: "${shots}", prompt: "${hint}.", expect: [equals: "${n}"]}
-- specs/a.jsonl --
{"n": 1, "shots": ["a.png", "b.png"], "hint": null}
{"n": 2, "shots": "c.png", "hint": "h"}
`)
	specs, err := Load(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range specs.Cases {
		for _, part := range c.Turns[0].Parts {
			if part.Image != nil {
				got = append(got, part.Image.Name)
			} else {
				got = append(got, part.Text)
			}
		}
	}
	want := "specs/a.png specs/b.png . specs/c.png h."
	if strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
