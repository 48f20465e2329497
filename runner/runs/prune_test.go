package runs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func keep(runs int) spec.Retention { return spec.Retention{Keep: runs, Size: 1 << 40} }

func prune(t *testing.T, s Store, r spec.Retention, current string) []string {
	t.Helper()
	removed, err := s.Prune(r, current)
	if err != nil {
		t.Fatal(err)
	}
	return removed
}

func TestPrune(t *testing.T) {
	s := Open(t.TempDir())
	if diff := cmp.Diff(0, len(prune(t, s, keep(1), ""))); diff != "" {
		t.Error("there was nothing", diff)
	}
	for i := range 5 {
		record(t, s, manifest(i), i == 1, ended(i, fmt.Sprintf("s/%d failed", i)))
	}
	l := s.lockOf(manifest(1).ID) // another process writes it
	if err := l.Lock(); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(s.Dir(), deleting+"20200101T000000.000Z-abcdef")
	if err := os.Mkdir(left, 0o755); err != nil {
		t.Fatal(err)
	}
	removed := prune(t, s, keep(2), manifest(0).ID)
	if diff := cmp.Diff([]string{manifest(2).ID, manifest(3).ID}, removed); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("what a killed process has left is there")
	}
	if err := l.Unlock(); err != nil {
		t.Fatal(err)
	}
	prune(t, s, keep(1), "")
	if ids, err := s.IDs(); err != nil || !slices.Equal(ids, []string{manifest(4).ID}) {
		t.Error(ids, err)
	}
	got, _ := latest(t, s, "s/0", "s/1", "s/2", "s/3", "s/4")
	if len(got) != 5 {
		t.Errorf("of the runs that are gone only %v is known", got)
	}
}

// The latest stays whatever its size; an imported run is as old as its import.
func TestPruneBySize(t *testing.T) {
	s := Open(t.TempDir())
	for i := range 4 {
		record(t, s, manifest(i), false, ended(i, "s/a failed"))
	}
	if err := os.WriteFile(filepath.Join(s.Folder(manifest(0).ID), importedFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	one := s.size(manifest(1).ID)
	prune(t, s, spec.Retention{Keep: 9, Size: one * 5 / 2}, "")
	if ids, err := s.IDs(); err != nil || !slices.Equal(ids, []string{manifest(0).ID, manifest(3).ID}) {
		t.Error(ids, err)
	}
	prune(t, s, spec.Retention{Keep: 9, Size: 1}, "")
	if ids, err := s.IDs(); err != nil || !slices.Equal(ids, []string{manifest(0).ID}) {
		t.Error(ids, err)
	}
}

// What is left of a run that is half deleted goes before any other.
func TestPruneHalfDeleted(t *testing.T) {
	s := Open(t.TempDir())
	for i := range 3 {
		record(t, s, manifest(i), false, ended(i, "s/a failed"))
	}
	if err := os.Remove(filepath.Join(s.Folder(manifest(2).ID), manifestFile)); err != nil {
		t.Fatal(err)
	}
	prune(t, s, keep(1), "")
	if ids, err := s.IDs(); err != nil || !slices.Equal(ids, []string{manifest(1).ID}) {
		t.Error(ids, err)
	}
}

// What killed processes have left goes once it is old.
func TestSweep(t *testing.T) {
	s := Open(t.TempDir())
	record(t, s, manifest(0), true)
	young, old := filepath.Join(s.Dir(), importing+"1"), filepath.Join(s.Dir(), importing+"2")
	long := time.Now().Add(-2 * abandoned)
	lock := s.lockOf(manifest(0).ID).Path()
	for _, err := range []error{os.Mkdir(young, 0o755), os.Mkdir(old, 0o755), os.Chtimes(old, long, long), os.Chtimes(lock, long, long)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	prune(t, s, keep(9), "")
	for path, want := range map[string]bool{young: true, old: false, lock: false, s.Folder(manifest(0).ID): true} {
		if _, err := os.Lstat(path); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Runs that are written while others are removed lose nothing.
func TestConcurrentPrune(t *testing.T) {
	s := Open(t.TempDir())
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for k := range 10 {
				m := manifest(i*10 + k)
				r := s.Recorder(m.ID)
				r.Event(event.RunStarted{Manifest: m})
				r.Event(event.CaseJudged{Case: ended(0, fmt.Sprintf("s/%d failed", i*10+k))})
				if _, err := s.Prune(keep(1), m.ID); err != nil {
					t.Error(err)
				}
				r.Event(event.RunEnded{Manifest: m})
				if err := r.Err(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprintf("s/%d", i))
	}
	if got, l := latest(t, s, names...); len(got) != len(names) || len(l.Unread) > 0 {
		t.Errorf("%d of %d outcomes are known, %v", len(got), len(names), l.Unread)
	}
}
