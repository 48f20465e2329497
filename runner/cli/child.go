package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/vlmspec/vlmspec/plugins/host"
)

// child is a run under way. The methods of nil are those of no run.
type child struct {
	cmd  *exec.Cmd
	ids  []string
	list string // file of IDs
	end  chan struct{}
}

// start runs cases in a process that attaches to the warm backends.
func (w *watching) start(ctx context.Context, ids []string, reason string) *child {
	w.last = ids
	w.say("running %d of %d cases: %s", len(ids), w.session.Len(), reason)
	c := &child{ids: ids, end: make(chan struct{})}
	if err := w.launch(ctx, c); err != nil {
		w.app.complain(err)
		close(c.end)
	}
	return c
}

func (w *watching) launch(ctx context.Context, c *child) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	list, err := os.CreateTemp("", "vlmspec-ids-*")
	if err != nil {
		return err
	}
	c.list = list.Name()
	_, err = list.WriteString(strings.Join(c.ids, "\n"))
	if err = errors.Join(err, list.Close()); err != nil {
		return err
	}
	args := []string{"run", "-C", w.project.File, "--ids", c.list}
	if w.options.Backend != "" {
		args = append(args, "--backend", w.options.Backend)
	}
	if w.options.AllowUnchecked {
		args = append(args, "--allow-unchecked")
	}
	c.cmd = exec.Command(exe, append(args, w.options.Paths...)...)
	c.cmd.Args[0] = os.Args[0]
	c.cmd.Stdout, c.cmd.Stderr = w.app.out, w.app.err
	c.cmd.Env = append(os.Environ(), host.AttachEnv+"="+w.attachments(ctx))
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is ours to pass on
	if err := c.cmd.Start(); err != nil {
		return fmt.Errorf("start the run: %w", err)
	}
	go func() {
		_ = c.cmd.Wait() // its exit code is what it has told
		_ = os.Remove(c.list)
		close(c.end)
	}()
	return nil
}

// done is closed when the run has ended.
func (c *child) done() <-chan struct{} {
	if c == nil {
		return nil
	}
	return c.end
}

// stop ends a run and returns the IDs of its cases, which have to run again.
func (c *child) stop() []string {
	if c == nil {
		return nil
	}
	select {
	case <-c.end:
		return nil
	default:
	}
	_ = c.cmd.Process.Signal(os.Interrupt)
	<-c.end
	return c.ids
}
