package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/plan"
)

var fencedYAML = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// The specs and projects in the documents are without mistakes.
func TestDocumentsHoldTrueSpecs(t *testing.T) {
	n := 0
	for _, doc := range []string{"README.md", "docs/models.md", "docs/spec.md"} {
		data, err := os.ReadFile(filepath.Join("../..", doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range fencedYAML.FindAllStringSubmatch(string(data), -1) {
			project, spec := "version: 1\ndefault_backend: tiny\nbackends: {tiny: {plugin: llamacpp}, tiny-q8: {plugin: llamacpp}, tiny-server: {plugin: openai}}\n", "suite: s\ncases:\n  - {name: one, prompt: x, expect: [equals: x]}\n"
			switch text := m[1]; {
			case strings.HasPrefix(text, "version:"):
				project = text
			case strings.HasPrefix(text, "backends:"):
				project = "version: 1\n" + text
			case strings.HasPrefix(text, "suite:"):
				spec = text
			default:
				continue
			}
			n++
			dir := t.TempDir()
			for name, text := range map[string]string{
				"vlmspec.yaml": project, "specs/s.yaml": spec, "specs/points.csv": "file,color,shape,x,y\na.png,red,circle,0.5,0.5\n",
				"specs/ratings.csv": "file,mos\na.png,3\n",
			} {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := plan.Open(plan.Options{Project: dir}); err != nil {
				t.Errorf("%s: %v\n%s", doc, err, m[1])
			}
		}
	}
	if n < 4 {
		t.Errorf("found %d specs and projects in the documents", n)
	}
}

// Every kind of check has an example that runs.
func TestEveryCheckHasAnExample(t *testing.T) {
	files, err := filepath.Glob("../../specs/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	for _, d := range check.Kinds() {
		if !regexp.MustCompile(`(?m)^\s*- ` + d.Kind + `(:|$)`).MatchString(all.String()) {
			t.Errorf("no spec of the example project uses %s", d.Kind)
		}
	}
}

// The goldens in the documents are without mistakes.
func TestDocumentsHoldTrueGoldens(t *testing.T) {
	data, err := os.ReadFile("../../docs/goldens.md")
	if err != nil {
		t.Fatal(err)
	}
	example := fencedYAML.FindStringSubmatch(string(data))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "shapes.yaml"), []byte(example[1]), 0o644); err != nil {
		t.Fatal(err)
	}
	store, err := golden.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if g, ok := store.Accepted("shapes/counts", 0); !ok || len(g.Tolerance) != 1 {
		t.Errorf("%+v", g)
	}
}
