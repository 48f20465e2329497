package watch

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/result"
)

// child is a run under way. The methods of nil are those of no run.
type child struct {
	ids  []string
	why  why
	left map[string]bool // IDs that have no verdict yet

	retry bool // it is the second one for these cases

	comes   chan news    // closed when the run has ended
	printed bytes.Buffer // what it printed; read it once comes is closed

	mu      sync.Mutex
	cmd     *exec.Cmd // nil until it has started
	stopped bool
	problem error // why it did not start, or how it ended; read it once comes is closed
}

// news is what comes from a run: an event, or a line to say.
type news struct {
	event event.Event
	say   string
}

// verdictOf is the outcome of a case, if the event says so.
func verdictOf(e event.Event) (id string, o result.Outcome, ok bool) {
	judged, ok := e.(event.CaseJudged)
	if !ok {
		return "", "", false
	}
	return judged.Case.ID, judged.Case.Outcome, true
}

// start runs cases in a process that attaches to the warm backends; the first so
// many go first.
func (w *Watch) start(ids []string, first int, because why) *child {
	c := &child{ids: ids, why: because, left: toSet(ids), comes: make(chan news, 64)}
	run := w.run(ids, first, because.fresh)
	run.Stderr = &c.printed // it is shown by its events
	use, stale := w.backendsOf(ids), w.stale
	w.stale = map[string]bool{}
	project := w.plan.Project
	go func() {
		defer close(c.comes)
		c.problem = c.run(run, func() string {
			return w.backends.attach(w.ctx, project, use, stale, func(line string) { c.comes <- news{say: line} })
		})
	}()
	return c
}

// run is the command of a run: of the files of its cases alone, so that it is
// quick and a mistake elsewhere does not matter.
func (w *Watch) run(ids []string, first int, fresh bool) *exec.Cmd {
	args := []string{"run", "-C", w.plan.Project.File, "--ids", "--first", fmt.Sprint(first), "--events", "fd:3"}
	if w.options.Plan.Backend != "" {
		args = append(args, "--backend", w.options.Plan.Backend)
	}
	if w.options.Plan.AllowUnchecked {
		args = append(args, "--allow-unchecked")
	}
	if fresh {
		args = append(args, "--no-cache")
	}
	cmd := exec.Command(w.options.Program, append(append(args, "--"), w.specsOf(ids)...)...)
	cmd.Args[0] = os.Args[0]
	cmd.Stdin = strings.NewReader(strings.Join(ids, "\n"))
	lead(cmd) // Ctrl-C is ours to pass on
	return cmd
}

// run starts the process and listens until it has ended.
func (c *child) run(cmd *exec.Cmd, attach func() string) error {
	cmd.Env = append(os.Environ(), host.AttachEnv+"="+attach())
	listen, report, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start the run: %w", err)
	}
	defer listen.Close()
	cmd.ExtraFiles = []*os.File{report}
	err = c.begin(cmd)
	_ = report.Close()
	if err != nil || c.cmd == nil {
		return err
	}
	err = event.Read(listen, func(_ time.Time, e event.Event) error {
		c.comes <- news{event: e}
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

// news is what comes from a run; nil is never ready.
func (c *child) news() <-chan news {
	if c == nil {
		return nil
	}
	return c.comes
}

// suspend stops a run, or has it continue.
func (c *child) suspend(stop bool) {
	c.group(func(p *os.Process) { suspend(p, stop) })
}

// group calls f with the run, the leader of what it has started.
func (c *child) group(f func(*os.Process)) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cmd != nil {
		f(c.cmd.Process)
	}
}

// endTime is how long a run may take to end when it is told to.
const endTime = 10 * time.Second

// stop ends a run, and hands what still comes to f. One that waits for its
// backends is not waited for.
func (c *child) stop(f func(news)) {
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
	late := time.AfterFunc(endTime, func() { c.group(kill) })
	defer late.Stop()
	for n := range c.comes {
		f(n)
	}
}
