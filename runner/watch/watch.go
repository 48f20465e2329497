// Package watch runs cases again as the files that they depend on change, and
// keeps the backends loaded. Start reading at [Run]: one goroutine holds the loop
// and all state. plan.go knows what is to run, child.go is a run under way, warm.go
// keeps the backends, files sees what has changed; who shows it is a [Screen].
package watch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"time"

	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/watch/files"
)

// Options say what to watch.
type Options struct {
	Plan    plan.Options
	Project *spec.Project
	Program string        // vlmspec itself: each run is a process of its own, since Ginkgo runs once in one
	Poll    time.Duration // look at the files so often; 0 has the system say when they change
	Screen  Screen
	// Planned is called with each plan that is made, also of one with mistakes; may be nil.
	Planned func(*plan.Plan)
	// Commands come from a person: a key of [Commands], a space and its text. It is
	// never closed.
	Commands <-chan string
	// Suspend is called when the process is to stop and to continue, and stops or
	// continues the run under way; nil never is.
	Suspend <-chan bool
}

// Watch is a watch under way. What it holds belongs to the goroutine of Run.
type Watch struct {
	options  Options
	screen   Screen
	ctx      context.Context
	files    *files.Watcher
	backends *backends

	state
	child   *child // nil when nothing runs
	last    []string
	answer  func(string) // takes the next command; nil when no question is open
	later   []string     // commands that wait for the run to end
	watched int          // files
	retried bool         // what is to run has no verdict from the run before
}

// ErrInterrupted says that the context of [Run] ended the watch.
var ErrInterrupted = errors.New("interrupted")

// Run watches until somebody quits, or until ctx is done, which is
// [ErrInterrupted]. A run under way is ended first.
func Run(ctx context.Context, o Options) error {
	w := &Watch{options: o, screen: o.Screen, state: newState(o.Project)}
	notes := make(chan string, 16) // the watcher speaks from goroutines of its own
	w.files = files.New(files.Options{Poll: o.Poll, Note: func(s string) {
		select {
		case notes <- s:
		default: // it has said enough
		}
	}})
	w.backends = &backends{warm: map[string]*warm{}}
	var end context.CancelFunc
	w.ctx, end = context.WithCancel(ctx)
	defer w.files.Close()
	defer w.backends.close()
	defer end()
	return w.loop(notes)
}

func (w *Watch) loop(notes <-chan string) error {
	w.change(nil)
	changes := w.await()
	for {
		w.next()
		select {
		case <-w.ctx.Done():
			w.stop()
			return ErrInterrupted
		case note := <-notes:
			w.say("%s", note)
		case stop := <-w.options.Suspend:
			w.child.suspend(stop)
		case c := <-changes:
			if w.ctx.Err() == nil {
				w.changed(c)
				changes = w.await()
			}
		case news, ok := <-w.child.news():
			if ok {
				w.took(news)
			} else {
				w.finished()
			}
		case command := <-w.options.Commands:
			if w.obey(command) {
				w.stop()
				return nil
			}
		}
	}
}

// found is what the watcher has found, or why it cannot go on.
type found struct {
	files.Change
	err error
}

// await waits for a change in the background.
func (w *Watch) await() <-chan found {
	changes := make(chan found, 1)
	go func() {
		c, err := w.files.Wait(w.ctx)
		changes <- found{c, err}
	}()
	return changes
}

func (w *Watch) changed(c found) {
	if c.err != nil {
		w.screen.Problem(c.err)
		return
	}
	w.flicker(c.Change)
	if len(c.Files) > 0 {
		w.change(c.Files)
	}
}

// next starts what is to run, when nothing runs.
func (w *Watch) next() {
	if w.child != nil || len(w.todo) == 0 {
		return
	}
	ids, first, why := w.take()
	if len(ids) == 0 {
		w.say("%s: all cases that depend on it are filtered out", w.words(why))
		return
	}
	w.last = ids
	w.say("running %d of %d cases: %s", len(ids), w.plan.Len(), w.words(why))
	w.screen.RunStarts(len(ids))
	w.child = w.start(ids, first, why)
	w.child.retry, w.retried = w.retried, false
	w.show()
}

// took takes news of the run: an event, a verdict among them.
func (w *Watch) took(n news) {
	if n.say != "" {
		w.say("%s", n.say)
		return
	}
	w.screen.Event(n.event)
	if id, outcome, ok := verdictOf(n.event); ok {
		w.verdicts[id], w.judged[id] = outcome, time.Now()
		delete(w.child.left, id)
	}
}

// stop ends the run under way, and has what it leaves run again.
func (w *Watch) stop() {
	if w.child == nil {
		return
	}
	w.child.stop(w.took)
	for id := range w.child.left {
		w.todo[id] = true
	}
	w.why = w.child.why.and(w.why)
	w.ends()
}

// ends shows that a run is over.
func (w *Watch) ends() *child {
	c := w.child
	w.child = nil
	w.screen.RunEnds(c.printed.String())
	return c
}

func (w *Watch) finished() {
	c := w.ends()
	if c.problem != nil {
		w.screen.Problem(c.problem)
	}
	w.say("ran %s: %s", plural(len(c.ids), "case"), w.words(c.why))
	w.show()
	if len(c.left) > 0 {
		w.retry(c)
	}
	commands := w.later
	w.later = nil
	for _, command := range commands {
		w.obey(command)
	}
}

// retry has cases run once more that have no verdict: a spec was saved as the run
// read it, and may have had a mistake. After that they wait for the next change
// to the specs.
func (w *Watch) retry(c *child) {
	if c.retry {
		maps.Copy(w.deferred, c.left)
		return
	}
	ids := w.reread(nil, maps.Clone(c.left))
	if w.invalid != nil {
		ids = c.left
		w.deferThose(ids)
	}
	w.retried = w.enqueue(ids, c.why) > 0
}

// say shows a line of the watch's own.
func (w *Watch) say(format string, args ...any) {
	w.screen.Say("-- " + fmt.Sprintf(format, args...))
}

// show shows how things stand.
func (w *Watch) show() {
	s := Status{Outcomes: map[result.Outcome]int{}, Files: w.watched, Mistaken: w.invalid != nil, File: w.filter.file, Name: w.filter.name, Running: w.child != nil || len(w.todo) > 0}
	for _, o := range w.verdicts {
		s.Outcomes[o]++
	}
	w.screen.Status(s)
}

// ended reports whether a command has ended by itself; its outcome, it has said.
func ended(err error) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	return err == nil || ok && exit.Exited()
}
