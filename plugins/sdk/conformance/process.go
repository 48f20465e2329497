package conformance

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/vlmspec/vlmspec/internal/procenv"
	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/internal/wire"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

func (s *suite) hostOptions(config map[string]any) host.Options {
	name, value, _ := strings.Cut(s.mark, "=")
	env := procenv.Extra{Pass: s.o.Env.Pass, Set: map[string]string{name: value}}
	maps.Copy(env.Set, s.o.Env.Set)
	return host.Options{Name: "conformance", Plugin: s.program.Name, Program: &s.program, Config: config, Dir: s.o.Dir, Env: env}
}

func (c *c) command() *exec.Cmd { return exec.Command(c.program.Path, c.program.Args...) }

func (c *c) refusesByHand() {
	cmd := c.command()
	cmd.Env = procenv.For(os.Environ(), c.o.Env)
	out := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		c.fatalf("%v", err)
	}
	if err := c.awaitEnd(cmd); err == nil || strings.TrimSpace(out.String()) == "" {
		c.failf("it ended with %v and said %q; expected an exit code other than 0 and a sentence for people", err, out)
	}
}

// awaitEnd waits for a program that is about to end.
func (c *c) awaitEnd(cmd *exec.Cmd) error {
	cmd.WaitDelay = time.Second // a helper may hold its output
	late := time.AfterFunc(endTime, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	if !late.Stop() {
		c.failf("it has not ended after %s", endTime)
	}
	return err
}

// startsAgain kills the process, as the system does that runs out of memory.
func (c *c) startsAgain() {
	b, ok := c.b.(*host.Backend)
	if !ok {
		c.skip("it runs in process")
	}
	a, err := b.Attachment()
	if err != nil {
		c.fatalf("%v", err)
	}
	starts := b.Starts()
	if p, err := os.FindProcess(a.PID); err == nil {
		_ = p.Signal(syscall.SIGKILL)
	}
	for deadline := time.Now().Add(endTime); b.Starts() == starts && time.Now().Before(deadline); {
		_, _ = b.Generate(c.ctx, c.request(1), nil) // the connection breaks at first
	}
	if b.Starts() != starts+1 {
		c.failf("it was killed and has not been started again")
	}
	c.generate(c.request(1), nil)
}

// politely is how long vlmspec waits for a program that it has told to end.
const politely = 2 * time.Second

// ends wants the program to end when it is asked, and its helpers with it, also
// those that have left its process group.
func (c *c) ends() {
	start := time.Now()
	if err := c.b.Close(); err != nil {
		c.failf("Close: %v", err)
	}
	if took := time.Since(start); took >= politely {
		c.failf("it had to be killed: it did not end within %s after plugin.GRPCController/Shutdown", politely)
	}
	for _, s := range left(func() []string { return marked(c.mark) }) {
		c.failf("%s", s)
	}
	if _, err := c.b.Generate(c.ctx, sdk.Request{}, nil); err == nil {
		c.failf("it answers after it was closed")
	}
}

// endsWhenAlone starts the program as vlmspec does, and lets go of it.
func (c *c) endsWhenAlone() {
	credential, err := wire.NewCredential()
	if err != nil {
		c.fatalf("%v", err)
	}
	cmd := c.command()
	cmd.Env = append(procenv.For(os.Environ(), c.o.Env),
		wire.Handshake.MagicCookieKey+"="+wire.Handshake.MagicCookieValue, "PLUGIN_PROTOCOL_VERSIONS=1", "PLUGIN_UNIX_SOCKET_DIR="+c.dir,
		wire.TLSEnv+"="+string(credential), wire.AliveEnv+"=stdin")
	alive, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	if err1 != nil || err2 != nil {
		c.fatalf("%v %v", err1, err2)
	}
	if err := cmd.Start(); err != nil {
		c.fatalf("%v", err)
	}
	line, err := handshake(c.ctx, bufio.NewReader(stdout))
	if !strings.HasPrefix(line, "1|1|") {
		c.failf("it printed %q before anything else (%v); expected the handshake", line, err)
	}
	_ = alive.Close()
	_ = c.awaitEnd(cmd) // nobody is there to read the exit code
}

// handshake reads the first line, within a time.
func handshake(ctx context.Context, r *bufio.Reader) (string, error) {
	type read struct {
		line string
		err  error
	}
	first := make(chan read, 1)
	go func() {
		line, err := r.ReadString('\n')
		first <- read{line, err}
	}()
	select {
	case l := <-first:
		return l.line, l.err
	case <-time.After(endTime):
		return "", fmt.Errorf("after %s", endTime)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
