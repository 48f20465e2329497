package gate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func published(t *testing.T, entry string) (Gate, error) {
	t.Helper()
	n, err := spec.Parse("specs/a.yaml", []byte(entry))
	if err != nil {
		t.Fatal(err)
	}
	return CompilePublished(n, checks)
}

// A published score is met where the interval of the own one reaches within what it may differ by.
func TestPublished(t *testing.T) {
	for _, c := range []struct {
		entry   string
		n, k    int
		outcome result.Outcome
		reason  string
	}{
		{"{mmmu: 38.8, within: 2.0, source: s}", 400, 150, result.Passed, ""},
		{"{mmmu: 38.8, within: 2.0, source: s}", 400, 110, result.Failed, "27.5 % (23.4 to 32.1) does not meet the published 38.8 ± 2"},
		{"{mmmu: 38.8, within: 2.0, source: s}", 400, 200, result.Failed, ""},
		{"{mmmu: 38.8, within: 2.0, source: s}", 199, 77, result.Inconclusive, "fewer than 200 cannot tell it apart"},
		{"{mmmu: 38.8, within: 2.0, source: s}", 10, 0, result.Failed, ""},
		// On all items there is no error of sampling, on most of them little.
		{"{mmmu: 38.8, within: 2.0, source: s, of: 900}", 900, 368, result.Failed, "40.9 % (40.9 to 40.9)"},
		{"{mmmu: 38.8, within: 2.0, source: s, of: 900}", 900, 367, result.Passed, ""},
		{"{mmmu: 38.8, within: 2.0, source: s, of: 900}", 890, 362, result.Passed, ""},
		{"{mmmu: 38.8, within: 2.0, source: s, of: 900}", 890, 380, result.Failed, ""},
		{"{mmmu: 38.8, within: 2.0, source: s, of: 100}", 100, 39, result.Passed, ""},
		{"{mmmu: 38.8, within: 2.0, source: s, of: 100}", 101, 39, result.Error, "the suite has 101 cases, and mmmu was published on 100 items"},
		{"{docvqa: 80, within: 1, source: s, metric: mean}", 400, 320, result.Passed, ""},
	} {
		g, err := published(t, c.entry)
		if err != nil {
			t.Fatal(err)
		}
		again, ok := fromRule(g.Rule(), "specs/a.yaml") // as a stored run has it
		got := again.Evaluate(cases(c.n, c.k))
		if !ok || got.Outcome != c.outcome || !strings.Contains(got.Reason, c.reason) || got.Published == nil {
			t.Errorf("%s of %d of %d: %s %s", c.entry, c.k, c.n, got.Outcome, got.Reason)
		}
	}
	if g, _ := published(t, "{mmmu: 38.8, within: 2.0, source: s}"); g.Title() != "mmmu by accuracy" {
		t.Error(g.Title())
	}
}

func TestPublishedMistakes(t *testing.T) {
	for entry, want := range map[string]string{
		"{within: 2.0, source: s}":                              "no benchmark is named",
		"{mmmu: 38.8, source: s}":                               `key "within" is missing`,
		"{mmmu: 38.8, within: 2.0}":                             `key "source" is missing`,
		"{mmmu: 0.388, within: 2.0, source: s}":                 "in percent, from 1 to 100, not 0.388; write 38.8 for 38.8 %",
		"{mmmu: high, within: 2.0, source: s}":                  "1:8: expected a number",
		"{mmmu: 38.8, within: 0, source: s}":                    "out of range",
		"{mmmu: 38.8, mmstar: 42.1, within: 2.0, source: s}":    `1:14: one entry has one benchmark, here are "mmmu" and "mmstar"`,
		"{mmmu: 38.8, within: 2.0, source: s, metric: acuracy}": "did you mean accuracy?",
		"{mmmu: 38.8, within: 2.0, source: s, metric: srcc}":    "srcc is no score in percent",
		"{mmmu: 38.8, within: 2.0, source: s, by: anis}":        `unknown check "anis"; did you mean anls?`,
		"{mmmu: 38.8, within: 2.0, source: s, of: 0}":           "out of range",
		"[mmmu]": "expected a published score",
	} {
		if _, err := published(t, entry); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", entry, err, want)
		}
	}
}

// The table of SmolVLM is ready to be included.
func TestPublishedFixtures(t *testing.T) {
	files, err := filepath.Glob("../../fixtures/expectations/*/*.yaml")
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		n, err := spec.Parse(file, data)
		if err != nil {
			t.Fatal(err)
		}
		g, err := CompilePublished(n.Get("expect_metric"), checks)
		if err != nil || g.published.Benchmark != strings.TrimSuffix(filepath.Base(file), ".yaml") || g.published.Items < 900 {
			t.Errorf("%s: %+v %v", file, g.published, err)
		}
	}
}
