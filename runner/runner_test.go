package runner

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// parrot answers with the prompt.
type parrot struct{}

func (parrot) Configure(context.Context, map[string]any) error { return nil }
func (parrot) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "parrot", Version: "1", Model: "feathers", ModelDigest: "sha256:77"}, nil
}

func (parrot) Generate(_ context.Context, req sdk.Request, _ func(string)) (sdk.Response, error) {
	parts := req.Messages[len(req.Messages)-1].Parts
	return sdk.Response{Text: parts[len(parts)-1].Text, Finish: sdk.FinishStop}, nil
}

func (parrot) Close() error { return nil }

// project writes files and returns their folder.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files["vlmspec.yaml"] = "version: 1\nbackends: {bird: {plugin: parrot}}\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func options() Options {
	return Options{Backends: func(context.Context, spec.Backend) (sdk.Backend, error) { return parrot{}, nil }}
}

func run(t *testing.T, dir string, o Options) *result.Run {
	t.Helper()
	p, err := plan.Open(plan.Options{Project: dir})
	if err != nil {
		t.Fatal(err)
	}
	var whole event.Collector
	o.Sinks = append(o.Sinks, &whole)
	e := Start(t.Context(), p, o)
	for i := range p.Len() {
		e.Case(t.Context(), i)
	}
	if _, err := e.Finish(false); err != nil {
		t.Fatal(err)
	}
	return whole.Run()
}

const several = `
suite: s
cases:
  - {name: right, prompt: red, expect: [equals: red]}
  - {name: wrong, prompt: blue, expect: [equals: red, {contains: {text: b, weight: 3}}]}
  - {name: warned, prompt: blue, expect: [equals: blue, {equals: {text: red, warn: true}}]}
  - {name: expected to fail, xfail: reasons, prompt: blue, expect: [equals: red]}
  - {name: fails no longer, xfail: reasons, prompt: red, expect: [equals: red]}
  - {name: left out, skip: reasons, prompt: red, expect: [equals: red]}
  - name: turns
    turns:
      - {prompt: one, expect: [equals: one]}
      - {prompt: two, expect: [equals: three]}
`

func TestOutcomes(t *testing.T) {
	dir := project(t, map[string]string{"specs/s.yaml": several})
	r := run(t, dir, options())
	type row struct {
		Outcome result.Outcome
		Score   float64
		Reason  string
	}
	got := map[string]row{}
	for _, c := range r.Cases {
		got[c.Name] = row{c.Outcome, c.Score, c.Reason}
	}
	want := map[string]row{
		"right":            {result.Passed, 1, ""},
		"wrong":            {result.Failed, 0.75, `equals: answer is "blue", not "red"`},
		"warned":           {result.Passed, 1, ""},
		"expected to fail": {result.XFailed, 0, `equals: answer is "blue", not "red"`},
		"fails no longer":  {result.XPassed, 1, "it passes, and is marked xfail: reasons; remove the mark"},
		"left out":         {result.Skipped, 0, "reasons"},
		"turns":            {result.Failed, 0.5, `turn 2: equals: answer is "two", not "three"`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if b := r.Manifest.Backends["bird"]; b.Model != "feathers" || r.Manifest.Selected != 7 || r.Manifest.Ended.IsZero() {
		t.Errorf("manifest %+v", r.Manifest)
	}
}

// A run that is read back is the run.
func TestRunIsKept(t *testing.T) {
	dir := project(t, map[string]string{"specs/s.yaml": several})
	r := run(t, dir, options())
	kept := filepath.Join(dir, ".vlmspec", "runs", r.Manifest.ID)
	again, err := runs.ReadFolder(kept)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, again, cmpopts.EquateApproxTime(0), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}

	// A kill in the middle of a line costs that line.
	path := filepath.Join(kept, "cases.jsonl")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data[:len(data)-10], 0o600); err != nil {
		t.Fatal(err)
	}
	if cut, err := runs.ReadFolder(kept); err != nil || len(cut.Cases) != len(r.Cases)-1 {
		t.Errorf("%v, %d cases", err, len(cut.Cases))
	}
	if err := os.WriteFile(path, []byte("{\"id\": 3}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := runs.ReadFolder(kept); err == nil || !strings.Contains(err.Error(), "cases.jsonl:1: ") {
		t.Errorf("got %v", err)
	}
	for _, file := range []string{"cases.jsonl", "manifest.json"} {
		if err := os.Remove(filepath.Join(kept, file)); err != nil {
			t.Fatal(err)
		}
		if _, err := runs.ReadFolder(kept); err == nil {
			t.Errorf("read a run without %s", file)
		}
	}
}

func TestFailFast(t *testing.T) {
	dir := project(t, map[string]string{"specs/s.yaml": several})
	o := options()
	o.FailFast = 1
	r := run(t, dir, o)
	if len(r.Cases) != 2 || r.Manifest.Selected != 7 {
		t.Errorf("%d cases of %d", len(r.Cases), r.Manifest.Selected)
	}
}

func TestDiscard(t *testing.T) {
	dir := project(t, map[string]string{"specs/s.yaml": several})
	o := options()
	o.Discard = true
	run(t, dir, o)
	if _, err := os.Stat(filepath.Join(dir, ".vlmspec")); !os.IsNotExist(err) {
		t.Errorf("a run directory was written: %v", err)
	}
}

// Everything that is wrong is reported together.
func TestMistakesAreReportedTogether(t *testing.T) {
	dir := project(t, map[string]string{
		"specs/a.yaml":  "suite: a\ncases:\n  - {name: one, prompt: x, expect: [equls: x]}\n",
		"specs/b.yaml":  "suite: b\ncases:\n  - {name: ${x}, prompt: x, expect: [equals: x]}\n",
		"specs/c.yaml":  "suite: c\ncases:\n  - name: ${w}\n    rows: [{w: a}, {w: b}]\n    prompt: ${w}\n    expect: [number: {value: 1, abs: -1}]\n",
		"golden/a.yaml": "a/one: {answers: 3}\n",
	})
	_, err := plan.Open(plan.Options{Project: dir})
	for _, want := range []string{"specs/a.yaml:3:", "specs/b.yaml:3:", "specs/c.yaml:6:", "golden/a.yaml:1:"} {
		if err == nil || strings.Count(err.Error(), want) != 1 {
			t.Errorf("want %q once in: %v", want, err)
		}
	}
}

func TestConclude(t *testing.T) {
	samples := func(outcomes ...result.Outcome) []result.Sample {
		var all []result.Sample
		for _, o := range outcomes {
			s := result.Sample{Outcome: o, Turns: []result.Turn{{Verdicts: []result.Verdict{{Kind: "k", Outcome: o, Reason: "r"}}}}}
			if o == result.Error {
				s.Error = &result.Fault{Message: "crashed"}
			}
			all = append(all, s)
		}
		return all
	}
	const p, f, e, s = result.Passed, result.Failed, result.Error, result.Stale
	atLeast := func(n int) spec.Require { return spec.Require{Passes: func(int) int { return n }} }
	for name, c := range map[string]struct {
		samples []result.Sample
		needed  int
		want    result.Outcome
		reason  string
	}{
		"all":                          {samples(p, p), 2, result.Passed, ""},
		"enough":                       {samples(p, f, p), 2, result.Passed, ""},
		"none":                         {samples(f, f), 1, result.Failed, "0 of 2 samples passed, 1 needed; k: r"},
		"too few":                      {samples(p, f, f), 2, result.Unstable, "1 of 3 samples passed, 2 needed; k: r"},
		"an error could have passed":   {samples(p, e, f), 2, result.Error, "1 of 3 samples passed, 2 needed; crashed"},
		"an error changes nothing":     {samples(f, f, e), 2, result.Failed, "0 of 3 samples passed, 2 needed; k: r"},
		"one is stale":                 {samples(s), 1, result.Stale, "k: r"},
		"stale could have passed":      {samples(p, s, f), 2, result.Stale, "1 of 3 samples passed, 2 needed; k: r"},
		"one error is all":             {samples(e), 1, result.Error, "crashed"},
		"passed enough, whatever else": {samples(p, e), 1, result.Passed, ""},
	} {
		got := result.Case{Samples: c.samples}
		conclude(&plan.Case{Case: &spec.Case{Require: atLeast(c.needed)}}, &got)
		if got.Outcome != c.want || got.Reason != c.reason {
			t.Errorf("%s: %s, %q; want %s, %q", name, got.Outcome, got.Reason, c.want, c.reason)
		}
	}
}

func TestExitCode(t *testing.T) {
	of := func(outcomes ...result.Outcome) int {
		var code exitCode
		for _, o := range outcomes {
			code.add(o, o.Passing())
		}
		return int(code)
	}
	for _, c := range []struct{ got, want int }{
		{of(), 0},
		{of(result.Passed, result.Skipped, result.XFailed), 0},
		{of(result.Error, result.Passed), 3},
		{of(result.Error, result.Failed), 1},
		{of(result.Failed, result.Error), 1},
		{of(result.Stale), 1},
		{of(result.Unstable), 1},
		{of(result.XPassed), 1},
		{of(result.Unchecked), 1},
	} {
		if c.got != c.want {
			t.Errorf("got %d, want %d", c.got, c.want)
		}
	}
}
