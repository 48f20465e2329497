package runner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Each digest follows what it is of, and nothing else.
func TestDigests(t *testing.T) {
	const text = `
suite: s
params: {max_tokens: 8}
cases:
  - {name: one, prompt: "say red", expect: [{json: {schema: s.json}}]}
`
	files := map[string]string{"specs/s.yaml": text, "specs/s.json": `{"type": "string"}`}
	dir := project(t, files)
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "specs", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	digests := func() result.Digests {
		t.Helper()
		r := run(t, dir, options())
		if r.Cases[0].Digests == nil {
			t.Fatalf("no digests: %+v", r.Cases[0])
		}
		return *r.Cases[0].Digests
	}
	was := digests()
	if again := digests(); again != was || was.Prompt == "" || was.Checks == "" || was.Params == "" {
		t.Fatalf("%+v, then %+v", was, again)
	}
	for name, c := range map[string]struct {
		old, new string
		want     func(now *result.Digests) *string
	}{
		"prompt": {"say red", "say reds", func(d *result.Digests) *string { return &d.Prompt }},
		"params": {"max_tokens: 8", "max_tokens: 9", func(d *result.Digests) *string { return &d.Params }},
		"checks": {"{json: {schema: s.json}}", "{json: {schema: s.json}}, equals: red", func(d *result.Digests) *string { return &d.Checks }},
		"repeat": {"name: one", "name: one, repeat: 2", func(d *result.Digests) *string { return &d.Checks }},
		"name":   {"name: one", "name: two", nil},
	} {
		write("s.yaml", strings.Replace(text, c.old, c.new, 1))
		now := digests()
		if c.want != nil {
			at := c.want(&now)
			if *at == *c.want(&was) {
				t.Errorf("%s: its digest does not change", name)
			}
			*at = *c.want(&was)
		}
		if now != was {
			t.Errorf("%s: %+v, was %+v", name, now, was)
		}
	}
	write("s.yaml", text)
	write("s.json", `{"type": "number"}`)
	if now := digests(); now.Checks == was.Checks {
		t.Error("a file that a check reads does not count")
	}
}
