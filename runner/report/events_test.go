package report

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// stream is the example as JSON lines, as `vlmspec run --events` writes a run.
func stream(t *testing.T, run *result.Run) *bytes.Buffer {
	t.Helper()
	var lines bytes.Buffer
	w := event.NewWriter(&lines)
	started := run.Manifest
	started.Ended = time.Time{}
	w.Event(event.RunStarted{Manifest: started})
	for i := range run.Cases {
		c := &run.Cases[i]
		sample := event.Sample{Case: c.ID, Suite: c.Suite, Name: c.Name, Backend: c.Backend}
		w.Event(event.SampleStarted{Sample: sample})
		w.Event(event.SampleEnded{Sample: sample, Seconds: c.Seconds})
		w.Event(event.CaseJudged{Case: c})
	}
	for _, g := range run.Gates {
		w.Event(event.GateJudged{Gate: g})
	}
	w.Event(event.RunEnded{Manifest: run.Manifest})
	if err := w.Err(); err != nil {
		t.Fatal(err)
	}
	return &lines
}

// Whoever reads a recorded stream gets what a run under way gives: the same
// reports, the same screen, the same run in the store.
func TestReplayedStream(t *testing.T) {
	run := example()
	var whole event.Collector
	var screen bytes.Buffer
	console := NewConsole(&screen, ConsoleOptions{})
	store := runs.Open(t.TempDir())
	recorder := store.Recorder(run.Manifest.ID)
	all := event.NewStream(&whole, console, recorder)
	if err := event.Read(stream(t, run), func(_ time.Time, e event.Event) error { all.Send(e); return nil }); err != nil {
		t.Fatal(err)
	}
	console.End(nil)
	if err := recorder.Err(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GITHUB_STEP_SUMMARY", "")
	for _, f := range Formats() {
		var want, got bytes.Buffer
		if err := f.Write(&want, run); err != nil {
			t.Fatal(err)
		}
		if err := f.Write(&got, whole.Run()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), got.String()); diff != "" {
			t.Errorf("%s: %s", f.Name, diff)
		}
		if f.Name == "console" && screen.String() != want.String() {
			t.Errorf("the console shows %s", cmp.Diff(want.String(), screen.String()))
		}
	}
	again, err := store.Read(run.Manifest.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run.Cases, again.Cases, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the store has %s", diff)
	}
}
