package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/result"
)

// watched is the flags by which watch says what to run: the IDs come on standard
// input, so that nothing need be written.
type watched struct {
	ids   bool
	first int
}

func (w *watched) flags(f *pflag.FlagSet) {
	f.BoolVar(&w.ids, "ids", false, "only the cases whose IDs standard input has, one a line")
	f.IntVar(&w.first, "first", 0, "so many of these IDs run first")
	for _, name := range []string{"ids", "first"} {
		_ = f.MarkHidden(name)
	}
}

func (w *watched) apply(in io.Reader, o *options) error {
	if !w.ids {
		return nil
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read the IDs: %w", err)
	}
	o.quiet = true
	p := &o.plan
	p.IDs, p.First = map[string]bool{}, map[string]bool{}
	for i, id := range strings.Fields(string(data)) {
		p.IDs[id] = true
		if i < w.first {
			p.First[id] = true
		}
	}
	return nil
}

// child is a run under way. The methods of nil are those of no run.
type child struct {
	ids  []string
	why  why
	left map[string]bool // IDs that have no verdict yet

	retry bool // it is the second one for these cases

	verdicts chan verdict // closed when the run has ended

	mu      sync.Mutex
	cmd     *exec.Cmd // nil until it has started
	stopped bool
	problem error // why it did not start, or how it ended; read it once verdicts is closed
}

// verdict is what came of a case.
type verdict struct {
	id      string
	outcome result.Outcome
}

// start runs cases in a process that attaches to the warm backends; the first so
// many go first.
func (w *watching) start(ids []string, first int, because why) *child {
	c := &child{ids: ids, why: because, left: toSet(ids), verdicts: make(chan verdict)}
	run := w.command(ids, first, because.fresh)
	use, stale := w.backendsOf(ids), w.stale
	w.stale = map[string]bool{}
	project := w.session.Project
	w.guarded(func() {
		defer close(c.verdicts)
		c.problem = c.run(run, func() string { return w.backends.attach(w.ctx, project, use, stale) })
	})
	return c
}

// command is the command line of a run: of the files of its cases alone, so that
// it is quick and a mistake elsewhere does not matter.
func (w *watching) command(ids []string, first int, fresh bool) *exec.Cmd {
	args := []string{"run", "-C", w.session.Project.File, "--ids", "--first", fmt.Sprint(first), "--events", "fd:3"}
	if w.options.Backend != "" {
		args = append(args, "--backend", w.options.Backend)
	}
	if w.options.AllowUnchecked {
		args = append(args, "--allow-unchecked")
	}
	if fresh {
		args = append(args, "--no-cache")
	}
	cmd := exec.Command(w.exe, append(append(args, "--"), w.specsOf(ids)...)...)
	cmd.Args[0] = os.Args[0]
	cmd.Stdin = strings.NewReader(strings.Join(ids, "\n"))
	cmd.Stdout, cmd.Stderr = w.app.rawOut, w.app.rawErr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is ours to pass on
	return cmd
}

// run starts the process and listens until it has ended.
func (c *child) run(cmd *exec.Cmd, attach func() string) error {
	cmd.Env = append(os.Environ(), host.AttachEnv+"="+attach())
	listen, tell, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start the run: %w", err)
	}
	defer listen.Close()
	cmd.ExtraFiles = []*os.File{tell}
	err = c.begin(cmd)
	_ = tell.Close()
	if err != nil || c.cmd == nil {
		return err
	}
	err = event.Read(listen, func(_ time.Time, e event.Event) error {
		if judged, ok := e.(event.CaseJudged); ok {
			c.verdicts <- verdict{judged.Case.ID, judged.Case.Outcome}
		}
		return nil
	})
	if err != nil {
		_, _ = io.Copy(io.Discard, listen) // or the run would wait for us
	}
	if ending := cmd.Wait(); !ended(ending) {
		return fmt.Errorf("the run ended: %w", ending)
	}
	return err
}

// ended reports whether a run has ended by itself; what came of it, it has told.
func ended(err error) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	return err == nil || ok && exit.Exited()
}

func (c *child) begin(cmd *exec.Cmd) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return nil
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the run: %w", err)
	}
	c.cmd = cmd
	return nil
}

// news are the verdicts of a run; nil is never ready.
func (c *child) news() <-chan verdict {
	if c == nil {
		return nil
	}
	return c.verdicts
}

// signal passes a signal to the run and what it has started.
func (c *child) signal(s syscall.Signal) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cmd != nil {
		_ = syscall.Kill(-c.cmd.Process.Pid, s)
	}
}

// endTime is how long a run may take to end when it is told to.
const endTime = 10 * time.Second

// stop ends a run, and hands each verdict that still comes to f. One that waits
// for its backends is not waited for.
func (c *child) stop(f func(verdict)) {
	if c == nil {
		return
	}
	c.mu.Lock()
	c.stopped = true
	started := c.cmd != nil
	if started {
		_ = c.cmd.Process.Signal(os.Interrupt)
	}
	c.mu.Unlock()
	if !started {
		return
	}
	late := time.AfterFunc(endTime, func() { c.signal(syscall.SIGKILL) })
	defer late.Stop()
	for v := range c.verdicts {
		f(v)
	}
}
