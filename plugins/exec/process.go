package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"

	"github.com/vlmspec/vlmspec/internal/procenv"
	"github.com/vlmspec/vlmspec/internal/procgroup"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// start starts the command as the leader of a group, which ends as a whole. Its
// environment is that of this backend, which has what `env` in vlmspec.yaml allows.
func (c *command) start(prepare func(*exec.Cmd) error) (*procgroup.Group, *tail, error) {
	cmd := exec.Command(c.config.Run[0], c.config.Run[1:]...)
	stderr := &tail{log: c.log}
	cmd.Dir, cmd.Env, cmd.Stderr = c.config.Dir, environment(os.Environ()), stderr
	if err := prepare(cmd); err != nil {
		return nil, nil, sdk.Errorf(sdk.Internal, "prepare %s: %w", c.name(), err)
	}
	g := procgroup.New(cmd)
	if err := g.Start(); err != nil {
		return nil, nil, sdk.Errorf(sdk.Internal, "%s could not be started: %w", c.name(), err)
	}
	limitMemory(g.PID(), c.config.MemoryMB)
	return g, stderr, nil
}

// environment leaves out what is between vlmspec and this process.
func environment(own []string) []string {
	out := []string{}
	for _, v := range own {
		if name, _, _ := strings.Cut(v, "="); !procenv.Private(name) && !strings.HasPrefix(name, "PLUGIN_") {
			out = append(out, v)
		}
	}
	return out
}

// ended says how a process ended that should have answered.
func ended(name string, err error, stderr *tail) error {
	how := "ended without an answer"
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		how = "ended with " + exit.String()
	} else if err != nil {
		how = "failed: " + err.Error()
	}
	if words := stderr.last(); words != "" {
		how += ": " + words
	}
	return sdk.Errorf(sdk.Internal, "%s %s", name, how)
}

// tail keeps the end of what a process complains about, and passes it on to the log.
type tail struct {
	log  io.Writer
	mu   sync.Mutex
	data []byte
}

const mostTail = 8 << 10

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.data = append(t.data, p...); len(t.data) > mostTail {
		t.data = bytes.Clone(t.data[len(t.data)-mostTail:])
	}
	return t.log.Write(p)
}

// last is the last line, shortened.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(t.data)), "\n")
	return shortened(lines[len(lines)-1])
}
