package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/internal/plainfile"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/watch"
	"github.com/vlmspec/vlmspec/runner/watch/files"
)

func (a *app) watchCommand() *cobra.Command {
	var s selection
	var poll time.Duration
	c := &cobra.Command{
		Use:   "watch [file | folder]...",
		Short: "Run cases again as their files change",
		Long: `watch runs the cases once, keeps the models loaded, and runs again the cases
that depend on a file when you save it: spec, rows, include, prompt, image, mask,
golden, model or vlmspec.yaml. Failing cases run first. A change to what is being
run ends that run. A mistake in a spec is shown, and the last good state stays
until you fix it.

Keys, on a terminal at once, elsewhere a line each:
` + watch.Help(),
		Example: "  vlmspec watch\n  vlmspec watch specs/colors.yaml\n  vlmspec watch --poll=2s",
		RunE: func(c *cobra.Command, args []string) error {
			if s.changed != "" || s.lastFailed {
				return usagef("watch follows changes by itself: leave out --only-changed and --last-failed; the key f runs what is failing")
			}
			if c.Flags().Changed("poll") && poll < 10*time.Millisecond {
				return usagef("--poll=%s: expected at least 10ms", poll)
			}
			o, err := s.options(a, args)
			if err != nil {
				return err
			}
			return a.watch(o, poll)
		},
	}
	s.flags(c)
	c.Flags().DurationVar(&poll, "poll", 0, "look at the files so often, for network file systems, which do not notify of changes")
	c.Flags().Lookup("poll").NoOptDefVal = "1s"
	return c
}

func (a *app) watch(o plan.Options, poll time.Duration) error {
	if runtime.GOOS == "windows" {
		return usagef("watch does not run on Windows, which has no process groups; use WSL, or `vlmspec run --only-changed`")
	}
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return wrong(err)
	}
	store := runs.Open(project.State)
	if odd, ok := errors.AsType[*plainfile.Error](store.Guard(store.WatchLock())); ok {
		return usageError{odd}
	}
	unlock, err := files.Lock(store.WatchLock())
	if held, ok := err.(*files.HeldError); ok { //nolint:errorlint // as Lock returns it
		return usageError{held}
	} else if err == nil { // else it cannot be written there, and a second watch does no harm
		defer unlock()
	}
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program of runs: %w", err)
	}
	ctx, end := interrupts()
	defer end()
	w := watch.Options{Plan: o, Project: project, Program: exe, Poll: poll, Planned: func(p *plan.Plan) { a.secrets.Store(p.Secrets()) }}
	if in, out, ok := a.terminals(); ok && foreground(in) {
		err = a.watchOnTerminal(ctx, end, w, in, out)
	} else {
		err = a.watchByLine(ctx, w)
	}
	if errors.Is(err, watch.ErrInterrupted) {
		return exit(exitInterrupted)
	}
	return err
}

// interrupts ends its context at the first signal to end, and the process at the
// second: backends see their parent go and end themselves.
func interrupts() (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for range signals {
			if ctx.Err() != nil {
				os.Exit(exitInterrupted)
			}
			cancel()
		}
	}()
	return ctx, cancel
}
