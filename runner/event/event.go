// Package event is what a run says of itself while it goes: plain values, from
// [RunStarted] to [RunEnded], each with a JSON form that docs/events.md documents.
// Whoever shows, records or passes on a run is a [Sink]. Start reading at [Event];
// stream.go hands events on, json.go writes and reads them.
package event

import "github.com/vlmspec/vlmspec/runner/result"

// Event is one of the types of this package.
type Event interface {
	// Name is how the JSON form calls it: "case_judged".
	Name() string
}

// RunStarted is the first event of a run. What is known only at its end is missing
// from the manifest.
type RunStarted struct {
	Manifest result.Manifest `json:"manifest"`
}

// Sample names a sample of a case.
type Sample struct {
	Case    string `json:"case"` // ID
	Suite   string `json:"suite"`
	Name    string `json:"name"` // of the case
	Backend string `json:"backend"`
	Index   int    `json:"index"` // of the sample, from 0
}

// SampleStarted says that a backend is asked for a sample. One that the cache
// answers has no such event.
type SampleStarted struct{ Sample }

// SampleEnded says that the backend has answered, or will not: Fault is the kind
// of error then.
type SampleEnded struct {
	Sample
	Seconds float64 `json:"seconds"` // since dispatch
	Fault   string  `json:"fault,omitempty"`
}

// CaseJudged has a case with its outcome. Nobody may change it.
type CaseJudged struct {
	Case *result.Case `json:"case"`
	text *caseText    // shared by the sinks of a [Stream]; may be nil
}

// CaseNotRun has a selected case that the run has not come to, with the reason. It
// follows what was judged. Nobody may change it.
type CaseNotRun struct {
	Case *result.Case `json:"case"`
}

// GateJudged has a metric of a suite, and whether it keeps to its bounds.
type GateJudged struct {
	Gate result.Gate `json:"gate"`
}

// Warning is a sentence about what is wrong and does not fail the run.
type Warning struct {
	Message string `json:"message"`
	Backend string `json:"backend,omitempty"` // that warns; "" is vlmspec
}

// RunEnded is the last event: the whole manifest.
type RunEnded struct {
	Manifest result.Manifest `json:"manifest"`
}

// Name implements [Event].
func (RunStarted) Name() string { return "run_started" }

// Name implements [Event].
func (SampleStarted) Name() string { return "sample_started" }

// Name implements [Event].
func (SampleEnded) Name() string { return "sample_ended" }

// Name implements [Event].
func (CaseJudged) Name() string { return "case_judged" }

// Name implements [Event].
func (CaseNotRun) Name() string { return "case_not_run" }

// Name implements [Event].
func (GateJudged) Name() string { return "gate_judged" }

// Name implements [Event].
func (Warning) Name() string { return "warning" }

// Name implements [Event].
func (RunEnded) Name() string { return "run_ended" }

// events has an empty value of each, by name.
var events = map[string]func() Event{
	"run_started":    func() Event { return &RunStarted{} },
	"sample_started": func() Event { return &SampleStarted{} },
	"sample_ended":   func() Event { return &SampleEnded{} },
	"case_judged":    func() Event { return &CaseJudged{} },
	"case_not_run":   func() Event { return &CaseNotRun{} },
	"gate_judged":    func() Event { return &GateJudged{} },
	"warning":        func() Event { return &Warning{} },
	"run_ended":      func() Event { return &RunEnded{} },
}
