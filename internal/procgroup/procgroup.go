// Package procgroup runs programs as leaders of process groups of their own. A
// group ends as a whole: when its leader ends, when it is killed, and when this
// process ends, even by SIGKILL. Start reading at [New].
package procgroup

import (
	"errors"
	"os/exec"
	"sync"
	"time"
)

// drainTime is how long output is read after the leader has ended: a helper
// that left the group may hold it open for ever.
const drainTime = 250 * time.Millisecond

// errKilled says that a group was killed before it started.
var errKilled = errors.New("killed before it started")

// Group is a program and the processes that it starts, except those that leave
// the group (setsid). It is safe for concurrent use.
type Group struct {
	cmd  *exec.Cmd
	done chan struct{} // closed once the group has ended
	err  error         // of the leader; read it once done is closed

	mu     sync.Mutex
	pid    int // 0 while there is nothing to kill
	killed bool
}

// New prepares a command to lead a group. What it prints is read until a moment
// after it has ended, so no helper that holds its output delays [Group.Wait].
func New(cmd *exec.Cmd) *Group {
	if cmd.WaitDelay == 0 {
		cmd.WaitDelay = drainTime
	}
	return &Group{cmd: cmd, done: make(chan struct{})}
}

// Start starts the leader. It is called once.
func (g *Group) Start() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.killed {
		return errKilled
	}
	lead(g.cmd)
	guard := theGuard()
	if err := startLeader(g.cmd); err != nil {
		return err
	}
	g.pid = g.cmd.Process.Pid
	guard.add(g.pid)
	go g.await(guard)
	return nil
}

// await ends the group when its leader ends. The leader is not reaped before
// that: its number could become that of somebody else's group.
func (g *Group) await(guard *guard) {
	defer close(g.done)
	awaitExit(g.pid)
	g.mu.Lock()
	killGroup(g.pid)
	guard.remove(g.pid)
	g.pid = 0
	g.mu.Unlock()
	g.err = g.cmd.Wait()
	if errors.Is(g.err, exec.ErrWaitDelay) { // the leader itself ended well
		g.err = nil
	}
}

// Kill ends every process of the group at once, also stopped ones. It does not
// wait; a group that has not started never will.
func (g *Group) Kill() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.killed = true
	if g.pid != 0 {
		killGroup(g.pid)
	}
}

// Done is closed once the leader has ended, its group was killed and its output
// has been read.
func (g *Group) Done() <-chan struct{} { return g.done }

// Wait waits for Done, and returns how the leader ended, as [exec.Cmd.Wait] does.
func (g *Group) Wait() error {
	<-g.done
	return g.err
}

// PID is the leader's number, 0 before it starts and once it has ended.
func (g *Group) PID() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.pid
}
