package event

import (
	"slices"
	"sync"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Sink takes the events of a run.
type Sink interface {
	// Event takes the next event. Calls come one at a time; it does not block for
	// long, since the run waits.
	Event(e Event)
}

// Func is a sink that is a function.
type Func func(e Event)

// Event implements [Sink].
func (f Func) Event(e Event) { f(e) }

// Stream hands each event to every sink, one at a time and to all in one order.
// The zero value has no sinks. It is safe for concurrent use.
type Stream struct {
	mu    sync.Mutex
	sinks []Sink
}

// NewStream makes a stream; sinks that are nil are left out.
func NewStream(sinks ...Sink) *Stream {
	return &Stream{sinks: slices.DeleteFunc(slices.Clone(sinks), func(s Sink) bool { return s == nil })}
}

// Send hands an event on.
func (s *Stream) Send(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if judged, ok := e.(CaseJudged); ok && judged.text == nil {
		judged.text = &caseText{}
		e = judged
	}
	for _, sink := range s.sinks {
		sink.Event(e)
	}
}

// Collector gathers a run from its events: what reports are made from. The zero
// value is ready.
type Collector struct{ run result.Run }

// Event implements [Sink].
func (c *Collector) Event(e Event) {
	switch e := e.(type) {
	case RunStarted:
		c.run = result.Run{Manifest: e.Manifest, Cases: []result.Case{}}
	case CaseJudged:
		c.run.Cases = append(c.run.Cases, *e.Case)
	case CaseNotRun:
		c.run.NotRun = append(c.run.NotRun, *e.Case)
	case GateJudged:
		c.run.Gates = append(c.run.Gates, e.Gate)
	case RunEnded:
		c.run.Manifest = e.Manifest
	}
}

// Run is the run so far, its cases in the order of the specs.
func (c *Collector) Run() *result.Run {
	result.SortCases(c.run.Cases)
	result.SortCases(c.run.NotRun)
	return &c.run
}
