package event

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vlmspec/vlmspec/runner/result"
)

func all() []Event {
	value := 0.5
	sample := Sample{Case: "s/one@b", Suite: "s", Name: "one", Backend: "b", Index: 1}
	manifest := result.Manifest{ID: "20260101T000000.000Z-abc", Selected: 1, Started: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	ended := manifest
	ended.Ended = manifest.Started.Add(time.Second)
	return []Event{
		RunStarted{manifest},
		SampleStarted{sample},
		SampleEnded{Sample: sample, Seconds: 0.25, Fault: "crashed"},
		Warning{Message: "the cache is damaged <b>", Backend: "b"},
		CaseJudged{Case: &result.Case{ID: "s/one@b", File: "s.yaml", Line: 3, Outcome: result.Failed, Reason: "line\nbreak"}},
		CaseNotRun{&result.Case{ID: "s/two@b", File: "s.yaml", Line: 4, Outcome: result.NotRun, Reason: "the run was interrupted"}},
		GateJudged{result.Gate{Suite: "s", Name: "accuracy", Value: &value, Outcome: result.Passed}},
		RunEnded{ended},
	}
}

func written(t *testing.T, events []Event) string {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out)
	w.now = func() time.Time { return time.Date(2026, 1, 1, 0, 0, 1, 0, time.UTC) }
	for _, e := range events {
		w.Event(e)
	}
	if err := w.Err(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func read(text string) (events []Event, err error) {
	err = Read(strings.NewReader(text), func(_ time.Time, e Event) error {
		events = append(events, e)
		return nil
	})
	return events, err
}

// What was written reads back as the same values, of every kind there is.
func TestJSON(t *testing.T) {
	text := written(t, all())
	if len(all()) != len(events) {
		t.Errorf("%d kinds of event, and %d are tested", len(events), len(all()))
	}
	got, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all(), got, cmpopts.IgnoreUnexported(CaseJudged{})); diff != "" {
		t.Error(diff)
	}
	if want := `{"v":1,"event":"warning","at":"2026-01-01T00:00:01Z","message":"the cache is damaged <b>","backend":"b"}` + "\n"; !strings.Contains(text, want) {
		t.Errorf("no %s in\n%s", want, text)
	}
}

func TestReadsWhatWasCutOffOrIsNotKnown(t *testing.T) {
	text := written(t, all())
	if got, err := read(text[:len(text)-5]); err != nil || len(got) != len(all())-1 {
		t.Errorf("%v, %d events of a stream that was cut off", err, len(got))
	}
	if got, err := read(`{"v":1,"event":"of_later","x":1}` + "\n" + text); err != nil || len(got) != len(all()) {
		t.Errorf("%v, %d events beside one that is not known", err, len(got))
	}
	for line, want := range map[string]string{
		`{"v":2,"event":"warning"}`:                        "line 1: version 2 of the events; this vlmspec reads version 1",
		`{"v":1,"event":"case_judged"}`:                    "line 1: case_judged without a case",
		`{"v":1,"event":"case_judged","case":{"line":""}}`: "line 1: json: ",
		`no json`: "line 1: invalid character",
	} {
		if _, err := read(line + "\n"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", line, err, want)
		}
	}
	stop := errors.New("stop")
	if err := Read(strings.NewReader(text), func(time.Time, Event) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

type full struct{ writes int }

func (f *full) Write([]byte) (int, error) {
	f.writes++
	return 0, errors.New("no space left on device")
}

func TestWriterStopsAtAnError(t *testing.T) {
	f := &full{}
	w := NewWriter(f)
	for _, e := range all() {
		w.Event(e)
	}
	if err := w.Err(); f.writes != 1 || err == nil || err.Error() != "write the events: no space left on device" {
		t.Errorf("%d writes, %v", f.writes, err)
	}
}

// A run that is gathered from its events is in the order of the specs.
func TestCollector(t *testing.T) {
	var c Collector
	stream := NewStream(nil, &c)
	for _, e := range all() {
		stream.Send(e)
	}
	stream.Send(CaseJudged{Case: &result.Case{ID: "s/none", File: "s.yaml", Line: 2}})
	run := c.Run()
	if len(run.Cases) != 2 || run.Cases[0].ID != "s/none" || len(run.Gates) != 1 || run.Manifest.Ended.IsZero() {
		t.Errorf("%+v", run)
	}
}
