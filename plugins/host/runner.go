package host

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"strconv"
	"sync"

	"github.com/vlmspec/vlmspec/internal/procgroup"
)

// leader is the program of a backend as go-plugin wants it. What the program
// prints goes to output; go-plugin sees the first line of it, the handshake.
type leader struct {
	*procgroup.Group
	path      string
	handshake *handshake
	alive     io.Closer // closed when the backend has ended
}

// newLeader prepares a program. Its standard input is a pipe that ends when this
// process does: the sign for a backend behind a wrapper.
func newLeader(cmd *exec.Cmd, output io.Writer) (*leader, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	h := &handshake{rest: output, ready: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = h, output
	return &leader{Group: procgroup.New(cmd), path: cmd.Path, handshake: h, alive: in}, nil
}

// Start implements runner.Runner.
func (l *leader) Start(context.Context) error {
	if err := l.Group.Start(); err != nil {
		return err
	}
	go func() {
		<-l.Done()
		l.handshake.close()
		_ = l.alive.Close()
	}()
	return nil
}

// Wait implements runner.Runner.
func (l *leader) Wait(context.Context) error { return l.Group.Wait() }

// Kill implements runner.Runner.
func (l *leader) Kill(context.Context) error {
	l.Group.Kill()
	return nil
}

// Diagnose implements runner.Runner; [startError] says more.
func (l *leader) Diagnose(context.Context) string { return "" }

// Stdout implements runner.Runner.
func (l *leader) Stdout() io.ReadCloser { return io.NopCloser(l.handshake) }

// Stderr implements runner.Runner: nothing is left for go-plugin to read.
func (l *leader) Stderr() io.ReadCloser { return io.NopCloser(bytes.NewReader(nil)) }

// Name implements runner.Runner.
func (l *leader) Name() string { return l.path }

// ID implements runner.Runner.
func (l *leader) ID() string { return strconv.Itoa(l.PID()) }

// PluginToHost implements runner.Runner: both are on one machine.
func (l *leader) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

// HostToPlugin implements runner.Runner.
func (l *leader) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// maxHandshake bounds the first line of a program, in bytes.
const maxHandshake = 8 << 10

// handshake is the first line that is written to it; what follows goes to rest.
// Reading waits for the line, or for close.
type handshake struct {
	rest  io.Writer
	ready chan struct{}
	once  sync.Once
	line  bytes.Buffer
	whole bool
}

// Write implements io.Writer, for one goroutine; it never blocks.
func (h *handshake) Write(p []byte) (int, error) {
	if h.whole {
		return h.rest.Write(p)
	}
	line, rest, found := bytes.Cut(p, []byte("\n"))
	h.line.Write(line)
	if found || h.line.Len() > maxHandshake {
		h.whole = true
		h.close()
		_, _ = h.rest.Write(rest)
	}
	return len(p), nil
}

func (h *handshake) close() { h.once.Do(func() { close(h.ready) }) }

// Read implements io.Reader.
func (h *handshake) Read(p []byte) (int, error) {
	<-h.ready
	return h.line.Read(p)
}
