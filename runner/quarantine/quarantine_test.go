package quarantine

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
	"github.com/vlmspec/vlmspec/runner/result"
)

var now = time.Date(2026, 1, 31, 23, 59, 0, 0, time.UTC)

func folder(t *testing.T, content string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOf(t *testing.T) {
	l, err := Open(folder(t, "s/a: {until: 2026-01-30, reason: x}\ns/b: {until: 2026-01-31, reason: y}\n"), now)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]*result.Quarantine{
		"s/a": {Until: "2026-01-30", Reason: "x", File: "quarantine.yaml", Line: 1, Expired: true},
		"s/b": {Until: "2026-01-31", Reason: "y", File: "quarantine.yaml", Line: 2}, // its last day
		"s/c": nil,
	} {
		if diff := cmp.Diff(want, l.Of(id)); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
	if err := l.Check([]string{"s/a", "other/case"}); err == nil || err.Error() != `quarantine.yaml:2:1: there is no case "s/b"; did you mean s/a?` {
		t.Error(err)
	}
	if err := l.Check([]string{"s/b", "other/case"}); err == nil || err.Error() != `quarantine.yaml:1:1: there is no case "s/a"; did you mean s/b?` {
		t.Error(err)
	}
	if err := l.Check([]string{"s/b", "s/a"}); err != nil {
		t.Error(err)
	}
}

func TestMistakes(t *testing.T) {
	tests := map[string]struct{ src, want string }{
		"list":     {"- s/a", "quarantine.yaml:1:1: expected a map from case to quarantine; write suite/case: {until: 2026-03-01, reason: why}"},
		"no end":   {"s/a: {reason: x}", `quarantine.yaml:1:6: key "until" is missing; until is the last day of it, such as 2026-03-01`},
		"no date":  {"s/a: {until: soon, reason: x}", `quarantine.yaml:1:14: "soon" is not a date; write it like 2026-02-14`},
		"too far":  {"s/a: {until: 2026-05-02, reason: x}", "quarantine.yaml:1:14: 2026-05-02 is more than 90 days ahead, and a quarantine must end; at most 2026-05-01"},
		"no why":   {"s/a: {until: 2026-03-01, reason: ' '}", "quarantine.yaml:1:34: the reason is empty; say why, and where it is worked on"},
		"conflict": {"<<<<<<< HEAD\n", "quarantine.yaml:1: a merge conflict was not resolved here; keep the entries you want and remove the lines with <<<<<<<, ======= and >>>>>>>"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Open(folder(t, test.src), now); err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestPutAndRemove(t *testing.T) {
	dir := folder(t, "# ours\n\n# why we wait\ns/b: {until: 2026-02-02, reason: y} # soon\n")
	l, err := Open(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Put(Entry{Until: "2026-02-14", Reason: "flaky"}, "s/c", "s/a"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"s/a", "s/b", "s/c"}, l.IDs()); diff != "" {
		t.Error(diff)
	}
	if err := l.Remove("s/c"); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, FileName))
	want := "# ours\n\ns/a:\n  until: 2026-02-14\n  reason: flaky\n\n# why we wait\ns/b: {until: 2026-02-02, reason: y} # soon\n\n"
	if diff := cmp.Diff(want, string(data)); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if err := os.WriteFile(filepath.Join(dir, FileName), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, changed := errors.AsType[*yamledit.ChangedError](l.Remove("s/a")); !changed {
		t.Error("a list that somebody else wrote to was written over")
	}
}
