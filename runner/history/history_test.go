package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

var day = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func runID(n int) string {
	return fmt.Sprintf("%s-%06x", day.Add(time.Duration(n)*time.Hour).Format("20060102T150405.000Z"), n)
}

// record stores a run: at gives its place in time, checks the digest of the
// checks, outcomes a letter for each case c0, c1, ...
func record(t testing.TB, s runs.Store, at int, checks, outcomes string) {
	t.Helper()
	letters := map[rune]result.Outcome{'p': result.Passed, 'f': result.Failed, 'e': result.Error, 'u': result.Unstable, 'x': result.XFailed, 's': result.Skipped}
	m := result.Manifest{ID: runID(at), MadeBy: result.MadeByRun, Started: day.Add(time.Duration(at) * time.Hour), Backends: map[string]result.Backend{"tiny": {Plugin: "llamacpp", ModelDigest: "sha256:1"}}}
	r := s.Recorder(m.ID)
	r.Event(event.RunStarted{Manifest: m})
	for i, l := range outcomes {
		r.Event(event.CaseJudged{Case: &result.Case{
			ID: fmt.Sprintf("s/c%d", i), Suite: "s", Name: fmt.Sprintf("case %d", i), Backend: "tiny", Outcome: letters[l], Index: i, Labels: []string{"smoke"}, Started: m.Started, Seconds: 0.25,
			Digests: &result.Digests{Prompt: "p", Checks: checks}, Samples: []result.Sample{{Outcome: letters[l], Turns: []result.Turn{{Tokens: result.Tokens{Output: 7}}}}},
		}})
	}
	m.Ended = m.Started.Add(time.Minute)
	r.Event(event.RunEnded{Manifest: m})
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
}

func index(t testing.TB, s runs.Store) *Index {
	t.Helper()
	x, err := Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	update(t, x)
	return x
}

func update(t testing.TB, x *Index) {
	t.Helper()
	if unread, err := x.Update(t.Context()); err != nil || len(unread) > 0 {
		t.Fatalf("%v, %v", unread, err)
	}
}

func newStore(t testing.TB) runs.Store { return runs.Open(filepath.Join(t.TempDir(), ".vlmspec")) }

// all is everything that the index says, for comparison.
func all(t testing.TB, x *Index) (out []Standing) {
	t.Helper()
	out, err := x.ranked(t.Context(), "true", 0, func(*Standing, *Standing) int { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFlakyIsNotChanged(t *testing.T) {
	s := newStore(t)
	// c0 flips, c1 changes with its checks, c2 fails always, c3 errors in between, c4 is unstable once.
	record(t, s, 0, "a", "ppfpp")
	record(t, s, 1, "a", "fpfeu")
	record(t, s, 2, "b", "pffpp")
	record(t, s, 3, "b", "fffpp")
	x := index(t, s)
	flaky, err := x.Flaky(t.Context(), 0)
	if err != nil || len(flaky) != 1 || flaky[0].Case != "s/c0" || flaky[0].Flips != 2 || flaky[0].Pairs != 2 || flaky[0].Changes != 1 {
		t.Errorf("flaky: %+v, %v", flaky, err)
	}
	changed, err := x.Changed(t.Context(), 0)
	if err != nil || len(changed) != 2 || changed[1].Case != "s/c1" || changed[1].Flips != 0 {
		t.Errorf("changed: %+v, %v", changed, err)
	}
	broken, err := x.Broken(t.Context(), 0)
	if err != nil || len(broken) != 1 || broken[0].Case != "s/c2" || broken[0].Failed != 4 {
		t.Errorf("broken: %+v, %v", broken, err)
	}
	unstable, err := x.Unstable(t.Context(), 0)
	if err != nil || len(unstable) != 1 || unstable[0].Case != "s/c4" {
		t.Errorf("unstable: %+v, %v", unstable, err)
	}
	one, err := x.Case(t.Context(), Subject{Case: "s/c1", Backend: "tiny"}, 0)
	if err != nil || len(one.Entries) != 4 || !slices.Equal(one.Entries[2].Changed, []string{"checks"}) || one.Entries[1].Changed != nil {
		t.Errorf("%+v, %v", one, err)
	}
	if e := one.Entries[3]; e.Outcome != result.Failed || e.Seconds != 0.25 || e.Tokens != 7 || e.Run != runID(3) || !e.Started.Equal(day.Add(3*time.Hour)) {
		t.Errorf("%+v", e)
	}
	last, err := x.Case(t.Context(), Subject{Case: "s/c1", Backend: "tiny"}, 2)
	if err != nil || len(last.Entries) != 2 || last.Entries[1].Run != runID(3) {
		t.Errorf("%+v, %v", last, err)
	}
}

// An index is the same however its runs came: in order, late, by pieces, or all anew.
func TestOrderDoesNotMatter(t *testing.T) {
	outcomes := []string{"pfpxe", "fffps", "pppfu", "fpfpp", "pfxpf"}
	checks := []string{"a", "a", "b", "b", "b"}
	s := newStore(t)
	for i := range outcomes {
		record(t, s, i, checks[i], outcomes[i])
	}
	want := all(t, index(t, s))
	for _, order := range [][]int{{4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}, {0, 2, 4, 3, 1}} {
		s := newStore(t)
		record(t, s, order[0], checks[order[0]], outcomes[order[0]])
		x := index(t, s)
		for _, i := range order[1:] {
			record(t, s, i, checks[i], outcomes[i])
			update(t, x)
		}
		if diff := cmp.Diff(want, all(t, x)); diff != "" {
			t.Errorf("%v:\n%s", order, diff)
		}
	}
}

func TestRunsThatAreGone(t *testing.T) {
	s := newStore(t)
	record(t, s, 0, "a", "pp")
	record(t, s, 1, "a", "f")
	x := index(t, s)
	if err := os.RemoveAll(s.Folder(runID(0))); err != nil {
		t.Fatal(err)
	}
	update(t, x)
	got := all(t, x)
	if len(got) != 1 || got[0].Runs != 1 || got[0].Flips != 0 || got[0].Failed != 1 {
		t.Errorf("%+v", got)
	}
	if found, err := x.Find(t.Context(), "c1"); err != nil || len(found) != 0 {
		t.Errorf("a case of no run is still there: %+v, %v", found, err)
	}
}

func TestFind(t *testing.T) {
	s := newStore(t)
	record(t, s, 0, "a", "pppppppppppp")
	x := index(t, s)
	for text, want := range map[string]int{"s/c1": 1, "case 1": 1, "s › case 11": 1, "case": 12, "C1": 3, "nothing": 0, "%": 0} {
		if found, err := x.Find(t.Context(), text); err != nil || len(found) != want {
			t.Errorf("%q: %d, %v", text, len(found), err)
		}
	}
}

func TestDamagedIsMadeAgain(t *testing.T) {
	s := newStore(t)
	record(t, s, 0, "a", "pf")
	if err := index(t, s).Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"no database": strings.Repeat("not SQLite\n", 500), "a cut": ""} {
		if text == "" {
			data, err := os.ReadFile(s.HistoryFile())
			if err != nil {
				t.Fatal(err)
			}
			text = string(data[:len(data)/3])
		}
		if err := os.WriteFile(s.HistoryFile(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := Open(t.Context(), s)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		update(t, x)
		if got := all(t, x); len(got) != 2 || x.Rebuilt == "" {
			t.Errorf("%s: %q, %+v", name, x.Rebuilt, got)
		}
		_ = x.Close()
	}
	if aside, _ := filepath.Glob(s.HistoryFile() + ".damaged-*"); len(aside) == 0 {
		t.Error("what was damaged is gone")
	}
}

func TestNewerIsRefused(t *testing.T) {
	s := newStore(t)
	record(t, s, 0, "a", "p")
	x := index(t, s)
	if _, err := x.db.Exec("pragma user_version = 99"); err != nil {
		t.Fatal(err)
	}
	_ = x.Close()
	var newer *NewerError
	if _, err := Open(t.Context(), s); !errors.As(err, &newer) || newer.Version != 99 || !strings.Contains(err.Error(), "newer vlmspec (format 99") {
		t.Errorf("actual: %v", err)
	}
}

// A file of somebody else is not written to.
func TestStranger(t *testing.T) {
	s := newStore(t)
	record(t, s, 0, "a", "p")
	x := index(t, s)
	for _, statement := range []string{"pragma application_id = 7"} {
		if _, err := x.db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	_ = x.Close()
	x, err := Open(t.Context(), s)
	if err != nil || x.Rebuilt == "" {
		t.Fatalf("%v", err)
	}
	_ = x.Close()
}

// Several processes may bring one file up to date at the same time.
func TestTwoAtOnce(t *testing.T) {
	s := newStore(t)
	for i := range 8 {
		record(t, s, i, "a", "pfpf")
	}
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() {
			x, err := Open(t.Context(), s)
			if err == nil {
				_, err = x.Update(t.Context())
				err = errors.Join(err, x.Close())
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	for _, s := range all(t, index(t, s)) {
		if s.Runs != 8 {
			t.Errorf("%+v", s)
		}
	}
}

func TestUnreadable(t *testing.T) {
	s := newStore(t)
	record(t, s, 0, "a", "p")
	record(t, s, 1, "a", "p")
	if err := os.WriteFile(filepath.Join(s.Folder(runID(1)), "cases.jsonl"), []byte("{\"id\": 3}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	x, err := Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	unread, err := x.Update(t.Context())
	if err != nil || len(unread) != 1 || unread[runID(1)] == nil {
		t.Errorf("%v, %v", unread, err)
	}
	if got := all(t, x); len(got) != 1 || got[0].Runs != 1 {
		t.Errorf("%+v", got)
	}
}
