package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
)

// The sample has every outcome a case can have, or the browser tests see too little.
func TestEverything(t *testing.T) {
	dir := t.TempDir()
	if err := write(dir, 300); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sample.html", "alone.html", "large.html", "cut.html"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() < 10_000 {
			t.Errorf("%s: %v", name, err)
		}
	}
	seen := map[result.Outcome]bool{}
	run := everything(filepath.Join(dir, "project"), 0)
	for i := range run.Cases {
		seen[run.Cases[i].Outcome] = true
	}
	for _, o := range []result.Outcome{
		result.Passed, result.Failed, result.Unstable, result.Error, result.Skipped, result.Stale, result.XFailed, result.XPassed, result.Quarantined, result.Unchecked,
	} {
		if !seen[o] {
			t.Errorf("no case is %s", o)
		}
	}
}
