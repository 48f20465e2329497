package watch

import (
	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Screen is who shows a watch to a person. Its methods are called by one
// goroutine, and do not block for long, but for [Screen.Lend].
type Screen interface {
	// Say shows a line of the watch's own, Problem an error: a mistake in a spec.
	Say(line string)
	Problem(err error)
	// RunStarts says that a run begins; its events follow by [event.Sink], and
	// RunEnds, which is given what else the run printed: "" as a rule.
	RunStarts(cases int)
	event.Sink
	RunEnds(printed string)
	// Status says how all cases stand; it is called after each change of it.
	Status(s Status)
	// Ask asks a question; the next command is the answer.
	Ask(question string)
	// Lend gives the terminal to f, which runs another program. It reports false,
	// without calling f, where there is no terminal.
	Lend(f func() error) (ok bool, err error)
}

// Status is how things stand.
type Status struct {
	Outcomes   map[result.Outcome]int // of all cases, each as it ended last
	Files      int                    // that are watched
	Mistaken   bool                   // a spec has a mistake
	File, Name string                 // the filters; "" is none
	Running    bool                   // or about to
}
