package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/watch"
)

func (a *app) watchCommand() *cobra.Command {
	var s selection
	var poll time.Duration
	c := &cobra.Command{
		Use:   "watch [file | folder]...",
		Short: "Run cases again as their files change",
		Long: `watch runs the cases once, keeps the models loaded, and runs again the cases
that depend on a file when you save it: spec, rows, include, prompt, image, mask,
golden, model or vlmspec.yaml. Cases that were not good run first. A change to
what is being run ends that run. A mistake in a spec is told, and the last good
state stays until you mend it.

Keys, on a terminal at once, elsewhere a line each:
` + keyHelp(),
		Example: "  vlmspec watch\n  vlmspec watch specs/colors.yaml\n  vlmspec watch --poll=2s",
		RunE: func(c *cobra.Command, args []string) error {
			if s.changed != "" || s.lastFailed {
				return usagef("watch follows changes by itself: leave out --only-changed and --last-failed; the key f runs what was not good")
			}
			if c.Flags().Changed("poll") && poll < 10*time.Millisecond {
				return usagef("--poll=%s: expected at least 10ms", poll)
			}
			o, err := s.options(a, args)
			if err != nil {
				return err
			}
			return a.watch(o, poll, c.Root())
		},
	}
	s.flags(c)
	c.Flags().DurationVar(&poll, "poll", 0, "look at the files so often, for network file systems, which do not tell of changes")
	c.Flags().Lookup("poll").NoOptDefVal = "1s"
	return c
}

// watching is a watch under way. Backends are kept here, and each run is a
// process of its own that attaches to them: Ginkgo runs once in a process. What
// it holds belongs to the goroutine of loop.
type watching struct {
	app      *app
	exe      string // ourselves
	options  plan.Options
	review   bool // there is a command of this name
	ctx      context.Context
	files    *watch.Watcher
	screen   *screen
	keyboard *keyboard
	backends *backends

	specPlan
	child   *child // nil when nothing runs
	last    []string
	line    *lineEdit // that is being typed; nil when none is
	later   []string  // keys that wait for the run to end
	watched int       // files
	retried bool      // what is to run has no verdict from the run before
}

func (a *app) watch(o plan.Options, poll time.Duration, root *cobra.Command) error {
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return wrong(err)
	}
	unlock, err := watch.Lock(runs.Open(project.State).WatchLock())
	if held, ok := err.(*watch.HeldError); ok { //nolint:errorlint // as Lock returns it
		return usageError{held}
	} else if err == nil { // else it cannot be written there, and a second watch does no harm
		defer unlock()
	}
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program of runs: %w", err)
	}
	review, _, err := root.Find([]string{"review"})
	screen := newScreen(a.rawOut, a.shown)
	w := &watching{
		app: a, exe: exe, options: o, review: err == nil && review != root, screen: screen, keyboard: newKeyboard(a.in, a.rawOut),
		files:    watch.New(watch.Options{Poll: poll, Note: func(s string) { screen.say("%s", s) }}),
		backends: &backends{say: screen.say, warm: map[string]*warm{}},
		specPlan: specPlan{project: project, verdicts: map[string]result.Outcome{}, judged: map[string]time.Time{}, todo: map[string]bool{}, owed: map[string]bool{}, unread: map[string]bool{}, stale: map[string]bool{}},
	}
	return w.run()
}

func (w *watching) run() error {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGTSTP, syscall.SIGCONT, syscall.SIGWINCH)
	defer signal.Stop(signals)
	var end context.CancelFunc
	w.ctx, end = context.WithCancel(context.Background())
	defer w.files.Close()
	defer w.backends.close()
	defer end()
	defer w.screen.show("")
	w.keyboard.start()
	defer w.keyboard.stop()
	events := make(chan os.Signal, 8)
	w.guarded(func() { w.listen(signals, events, end) })
	return w.loop(events)
}

// guarded runs f beside the loop; a panic there leaves the terminal as it was.
func (w *watching) guarded(f func()) {
	go func() {
		defer func() {
			if p := recover(); p != nil {
				w.keyboard.stop()
				panic(p)
			}
		}()
		f()
	}()
}

// listen ends the watch at the first Ctrl-C and the process at the second, and
// passes on the other signals.
func (w *watching) listen(signals <-chan os.Signal, events chan<- os.Signal, end func()) {
	for s := range signals {
		switch {
		case s != os.Interrupt && s != syscall.SIGTERM && s != syscall.SIGHUP:
			select {
			case events <- s:
			default: // the loop has enough to do
			}
		case w.ctx.Err() == nil:
			end()
		default:
			w.keyboard.stop()
			os.Exit(exitInterrupted) // backends see their parent go and end themselves
		}
	}
}

func (w *watching) loop(events <-chan os.Signal) error {
	w.change(nil)
	changes := w.await()
	for {
		w.next()
		select {
		case <-w.ctx.Done():
			w.stop()
			return exit(exitInterrupted)
		case s := <-events:
			w.signalled(s)
		case c := <-changes:
			if w.ctx.Err() == nil {
				w.flicker(c)
				if len(c.Files) > 0 {
					w.change(c.Files)
				}
				changes = w.await()
			}
		case v, ok := <-w.child.news():
			if ok {
				w.took(v)
			} else {
				w.finished()
			}
		case key := <-w.keyboard.keys:
			if w.pressed(key) {
				w.stop()
				return nil
			}
		}
	}
}

// await waits for a change in the background.
func (w *watching) await() <-chan watch.Change {
	changes := make(chan watch.Change, 1)
	w.guarded(func() {
		if changed, err := w.files.Wait(w.ctx); err == nil {
			changes <- changed
		} else if w.ctx.Err() == nil {
			w.complain(err)
		}
	})
	return changes
}

// signalled lets the user stop and continue the watch, and resize its terminal.
func (w *watching) signalled(s os.Signal) {
	switch s {
	case syscall.SIGTSTP:
		w.screen.show("")
		w.keyboard.stop()
		w.child.signal(syscall.SIGSTOP)
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	case syscall.SIGCONT:
		w.child.signal(syscall.SIGCONT)
		w.keyboard.start()
		w.show()
	case syscall.SIGWINCH:
		w.screen.resized()
	}
}

// next starts what is to run, when nothing runs.
func (w *watching) next() {
	if w.child != nil || len(w.todo) == 0 {
		return
	}
	ids, first, why := w.take()
	if len(ids) == 0 {
		w.screen.say("%s: all cases that depend on it are filtered out", w.words(why))
		return
	}
	w.last = ids
	w.screen.say("running %d of %d cases: %s", len(ids), w.session.Len(), w.words(why))
	w.screen.begin()
	w.child = w.start(ids, first, why)
	w.child.retry, w.retried = w.retried, false
}

// took notes a verdict.
func (w *watching) took(v verdict) {
	w.verdicts[v.id], w.judged[v.id] = v.outcome, time.Now()
	delete(w.child.left, v.id)
}

// stop ends the run under way, and has what it leaves run again.
func (w *watching) stop() {
	if w.child == nil {
		return
	}
	w.child.stop(w.took)
	for id := range w.child.left {
		w.todo[id] = true
	}
	w.why = w.child.why.and(w.why)
	w.child = nil
	w.screen.end()
}

func (w *watching) finished() {
	c := w.child
	w.child = nil
	w.screen.end()
	if c.problem != nil {
		w.complain(c.problem)
	}
	w.screen.say("ran %s: %s%s", plural(len(c.ids), "case"), w.words(c.why), w.status("; "))
	w.show()
	if len(c.left) > 0 {
		w.retry(c)
	}
	keys := w.later
	w.later = nil
	for _, key := range keys {
		w.pressed(key)
	}
}

// retry has cases run once more that have no verdict: a spec was saved as the run
// read it, and may have had a mistake. After that they wait for the next change
// to the specs.
func (w *watching) retry(c *child) {
	if c.retry {
		maps.Copy(w.owed, c.left)
		return
	}
	ids := w.reread(nil, maps.Clone(c.left))
	if w.sick != nil {
		ids = c.left
		w.spare(ids)
	}
	w.retried = w.enqueue(ids, c.why) > 0
}

func (w *watching) complain(err error) {
	w.screen.write(func() { w.app.complain(err) })
}
