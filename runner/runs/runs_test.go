package runs

import (
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
)

var start = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// manifest is that of a run that started so many minutes after start.
func manifest(minute int) result.Manifest {
	at := start.Add(time.Duration(minute) * time.Minute)
	return result.Manifest{ID: at.Format("20060102T150405.000Z") + "-a1b2c3", MadeBy: result.MadeByRun, Started: at}
}

// ended is a case that ended so many minutes after start: "s/a failed".
func ended(minute int, text string) *result.Case {
	id, o, _ := strings.Cut(text, " ")
	return &result.Case{ID: id, Backend: "tiny", Outcome: result.Outcome(o), Started: start.Add(time.Duration(minute) * time.Minute)}
}

// record makes a run, and closes it unless it is to look killed.
func record(t testing.TB, s Store, m result.Manifest, killed bool, cases ...*result.Case) {
	t.Helper()
	r := s.Recorder(m.ID)
	r.Event(event.RunStarted{Manifest: m})
	for _, c := range cases {
		r.Event(event.CaseJudged{Case: c})
	}
	m.Ended = m.Started.Add(time.Second)
	if killed {
		_ = r.lock.Unlock() // as the system does
		_ = r.cases.Close()
	} else {
		r.Event(event.RunEnded{Manifest: m})
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
}

func latest(t testing.TB, s Store, ids ...string) (map[string]result.Outcome, Latest) {
	t.Helper()
	var cases []Case
	for _, id := range ids {
		cases = append(cases, Case{id, "tiny"})
	}
	l, err := s.LatestOutcomes(cases)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]result.Outcome{}
	for c, o := range l.Outcomes {
		got[c.ID] = o
	}
	return got, l
}

func TestLatestOutcomes(t *testing.T) {
	s := Open(t.TempDir())
	if _, err := s.LatestOutcomes([]Case{{"s/a", "tiny"}}); err != (NoRunError{}) { //nolint:errorlint // as it is returned
		t.Errorf("no run: %v", err)
	}
	record(t, s, manifest(0), false, ended(0, "s/a failed"), ended(0, "s/b failed"), ended(0, "s/c failed"))
	record(t, s, manifest(1), true, ended(1, "s/a passed"))
	scored := manifest(2)
	scored.MadeBy = result.MadeByScore
	record(t, s, scored, false, ended(2, "s/b passed"))
	came := manifest(3)
	record(t, s, came, false, ended(3, "s/b passed"))
	if err := os.WriteFile(filepath.Join(s.Folder(came.ID), importedFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got, l := latest(t, s, "s/a", "s/b", "s/c", "s/new")
	want := map[string]result.Outcome{"s/a": result.Passed, "s/b": result.Failed, "s/c": result.Failed}
	if diff := cmp.Diff(want, got); diff != "" || len(l.Unread) > 0 {
		t.Error(diff, l.Unread)
	}
	if l, err := s.LatestOutcomes([]Case{{"s/a", "other"}}); err != nil || len(l.Outcomes) > 0 {
		t.Errorf("another backend: %v, %v", l, err)
	}
}

// Of two runs at the same time the case that was judged last counts, whichever
// run began first.
func TestLatestOutcomesOfConcurrentRuns(t *testing.T) {
	s := Open(t.TempDir())
	record(t, s, manifest(0), false, ended(9, "s/a failed"), ended(1, "s/b passed"))
	record(t, s, manifest(1), false, ended(2, "s/a passed"), ended(2, "s/b failed"))
	got, _ := latest(t, s, "s/a", "s/b")
	if diff := cmp.Diff(map[string]result.Outcome{"s/a": result.Failed, "s/b": result.Failed}, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever is gone of a run, its outcomes are right, or said to be missing.
func TestHalfDeleted(t *testing.T) {
	files := []string{manifestFile, casesFile, outcomesFile}
	for left := range 1 << len(files) {
		s := Open(t.TempDir())
		record(t, s, manifest(0), false, ended(0, "s/a failed"))
		record(t, s, manifest(1), false, ended(1, "s/a passed"))
		for i, f := range files {
			if left&(1<<i) == 0 {
				if err := os.Remove(filepath.Join(s.Folder(manifest(1).ID), f)); err != nil {
					t.Fatal(err)
				}
			}
		}
		got, l := latest(t, s, "s/a")
		known := left&4 != 0 || left&3 == 3
		want := map[bool]result.Outcome{true: result.Passed, false: result.Failed}[known]
		if got["s/a"] != want || (len(l.Unread) == 0) != known {
			t.Errorf("left %b: %v, %v", left, got, l.Unread)
		}
	}
}

func TestOnlyDamagedRuns(t *testing.T) {
	s := Open(t.TempDir())
	if err := os.MkdirAll(s.Folder(manifest(0).ID), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := s.LatestOutcomes(nil); err != (NoRunError{1}) { //nolint:errorlint // as it is returned
		t.Error(err)
	}
}

// An index that is cut off or another's is not believed.
func TestDamagedOutcomes(t *testing.T) {
	s := Open(t.TempDir())
	record(t, s, manifest(0), false, ended(0, "s/a failed"), ended(0, "s/b failed"))
	path := filepath.Join(s.Folder(manifest(0).ID), outcomesFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range whole {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if got, l := latest(t, s, "s/a", "s/b"); len(got) != 2 || len(l.Unread) > 0 {
			t.Fatalf("cut off after %d of %d bytes: %v, %v", cut, len(whole), got, l.Unread)
		}
	}
}

func TestHistory(t *testing.T) {
	s := Open(t.TempDir())
	for i, o := range []string{"passed", "failed", "passed", "failed"} {
		record(t, s, manifest(i), i == 2, ended(i, "s/a "+o))
	}
	held := ended(4, "s/a quarantined")
	held.Quarantine = &result.Quarantine{Outcome: result.Error}
	record(t, s, manifest(4), false, held)
	for limit, want := range map[int][]result.Outcome{
		3: {result.Passed, result.Failed, result.Error},
		9: {result.Passed, result.Failed, result.Passed, result.Failed, result.Error},
	} {
		got, err := s.History(limit)
		if diff := cmp.Diff(want, got["s/a"]); diff != "" || err != nil {
			t.Error(limit, diff, err)
		}
	}
}

// Cases come back in the order of the specs, in whatever order they were judged.
func TestCasesInOrder(t *testing.T) {
	s := Open(t.TempDir())
	var cases []*result.Case
	for i, place := range []string{"b.yaml:9", "b.yaml:9", "b.yaml:12", "a.yaml:3"} {
		c := ended(0, fmt.Sprint("s/", i, " passed"))
		c.Index = i
		c.File, _, _ = strings.Cut(place, ":")
		_, _ = fmt.Sscanf(place[strings.Index(place, ":")+1:], "%d", &c.Line)
		cases = append(cases, c)
	}
	slices.Reverse(cases)
	record(t, s, manifest(0), false, cases...)
	run, err := s.Read(manifest(0).ID)
	if err != nil {
		t.Fatal(err)
	}
	for i := range run.Cases {
		if run.Cases[i].Index != i {
			t.Errorf("at %d: %s", i, run.Cases[i].ID)
		}
	}
}

func TestUnderWayAndKilled(t *testing.T) {
	s := Open(t.TempDir())
	r := s.Recorder(manifest(0).ID)
	r.Event(event.RunStarted{Manifest: manifest(0)})
	r.Event(event.CaseJudged{Case: ended(2, "s/a passed")})
	run, err := s.Read(manifest(0).ID)
	if err != nil || !run.Manifest.UnderWay || run.Manifest.Killed() {
		t.Errorf("%+v, %v", run, err)
	}
	record(t, s, manifest(1), true, ended(2, "s/a passed"))
	run, err = s.Read(manifest(1).ID)
	if err != nil || run.Manifest.UnderWay || !run.Manifest.Killed() || !run.Until().Equal(start.Add(2*time.Minute)) {
		t.Errorf("%+v, %v", run, err)
	}
	m := manifest(0)
	m.Ended = start
	r.Event(event.RunEnded{Manifest: m})
	if run, err = s.Read(m.ID); err != nil || run.Manifest.UnderWay || run.Manifest.Killed() {
		t.Errorf("%+v, %v", run, err)
	}
	if locks, _ := filepath.Glob(filepath.Join(s.locks(), "*")); len(locks) != 1 { // that of the killed one
		t.Errorf("left: %v", locks)
	}
}

func FuzzReader(f *testing.F) {
	s := Open(f.TempDir())
	record(f, s, manifest(0), false, ended(0, "s/a failed"))
	dir := s.Folder(manifest(0).ID)
	for _, name := range []string{casesFile, outcomesFile} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{casesFile, outcomesFile} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if run, err := s.Read(manifest(0).ID); err == nil && len(run.Cases) > strings.Count(string(data), "\n") {
			t.Errorf("%d cases of %q", len(run.Cases), data)
		}
		if _, err := s.LatestOutcomes([]Case{{"s/a", "tiny"}}); err != nil && err != (NoRunError{1}) { //nolint:errorlint // as it is returned
			t.Error(err)
		}
	})
}

// BenchmarkLatestOutcomes looks 1,000 cases up in 200 runs, one of which nobody
// ever ran, so that every run is read.
func BenchmarkLatestOutcomes(b *testing.B) {
	s := Open(b.TempDir())
	var all []*result.Case
	var wanted []Case
	for i := range 1000 {
		all = append(all, ended(0, fmt.Sprintf("suite/case-%d passed", i)))
		wanted = append(wanted, Case{all[i].ID, "tiny"})
	}
	for i := range 200 {
		record(b, s, manifest(i), false, all...)
	}
	wanted = append(wanted, Case{"never", "tiny"})
	for b.Loop() {
		if _, err := s.LatestOutcomes(wanted); err != nil {
			b.Fatal(err)
		}
	}
}
