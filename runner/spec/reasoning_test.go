package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/reasoning"
)

// reasoningOf loads a suite with one case, and says by which rule it is read.
func reasoningOf(t *testing.T, project, spec string) (reasoning.Rule, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{ProjectFile: "version: 1\n" + project, "specs/a.yaml": "suite: s\n" + spec} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := LoadProject(dir)
	if err != nil {
		return reasoning.Rule{}, err
	}
	cases, err := Load(p, nil)
	if err != nil {
		return reasoning.Rule{}, err
	}
	return cases.Cases[0].Reasoning, nil
}

func TestReasoningRule(t *testing.T) {
	const one = "cases: [{name: a, prompt: p, expect: [golden]}]"
	for _, r := range []struct {
		name, backend, spec string
		want                reasoning.Rule
	}{
		{"none", "", one, reasoning.Rule{}},
		{"of the backend", "reasoning: {open: <t>, close: </t>}", one, reasoning.Rule{Open: "<t>", Close: "</t>"}},
		{"of the suite", "reasoning: keep", "reasoning: {close: </t>}\n" + one, reasoning.Rule{Close: "</t>"}},
		{"of the case", "", "reasoning: keep\ncases: [{name: a, prompt: p, reasoning: auto, expect: [golden]}]", reasoning.Rule{}},
	} {
		t.Run(r.name, func(t *testing.T) {
			got, err := reasoningOf(t, "backends: {b: {plugin: p, "+r.backend+"}}\n", r.spec)
			if err != nil || got != r.want {
				t.Errorf("%+v, %v; wanted %+v", got, err, r.want)
			}
		})
	}
	for written, want := range map[string]string{
		"kept":                       `specs/a.yaml:2:12: expected how the reasoning is marked, got text "kept"; write {open: <think>, close: </think>}, keep or auto`,
		"{open: <t>}":                `key "close" is missing`,
		"{close: ''}":                "close is empty",
		"{open: x, close: x}":        "open and close are the same",
		"{open: x, close: y, of: z}": `unknown key "of"`,
		"[a]":                        "expected how the reasoning is marked",
	} {
		_, err := reasoningOf(t, "backends: {b: {plugin: p}}\n", "reasoning: "+written+"\n"+one)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, wanted %s", written, err, want)
		}
	}
}
