//go:build linux

package procgroup

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The test binary is also a program that starts a group and waits to be killed.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "lead" {
		g := New(shell(os.Args[2]))
		g.cmd.Stdout = os.Stdout
		fmt.Println(g.Start())
		select {}
	}
	os.Exit(m.Run())
}

func shell(script string) *exec.Cmd { return exec.Command("sh", "-c", script) }

func start(t *testing.T, cmd *exec.Cmd) *Group {
	t.Helper()
	g := New(cmd)
	if err := g.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Kill)
	return g
}

// output collects what a group prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

// number waits for the number that a group prints.
func (o *output) number(t *testing.T) (n int) {
	t.Helper()
	eventually(t, "a number is printed", func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		_, err := fmt.Sscanf(o.text.String(), "%d\n", &n)
		return err == nil
	})
	return n
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// gone reports whether a process has ended; a zombie has.
func gone(pid int) bool {
	f := stat(fmt.Sprintf("/proc/%d/stat", pid))
	return f == nil || f[statState] == "Z" || f[statState] == "X"
}

func TestGroupEndsWithItsLeader(t *testing.T) {
	var out output
	cmd := shell("sleep 1000 & echo $!; wait $$ 2>/dev/null; exit 3")
	cmd.Stdout = &out
	g := start(t, cmd)
	child := out.number(t)
	if err := g.Wait(); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("the leader ended with %v", err)
	}
	eventually(t, "the helper ends with its leader", func() bool { return gone(child) })
}

func TestKillEndsStoppedProcessesAndTheirChildren(t *testing.T) {
	var out output
	cmd := shell("sleep 1000 & echo $!; kill -STOP $!; kill -STOP $$")
	cmd.Stdout = &out
	g := start(t, cmd)
	child := out.number(t)
	eventually(t, "the leader is stopped", g.Stopped)
	g.Kill()
	if err := g.Wait(); err == nil {
		t.Error("a killed leader ended well")
	}
	eventually(t, "the stopped child ends", func() bool { return gone(child) })
	g.Kill() // again does no harm
}

// A helper that left the group cannot be killed with it; it must not delay anybody.
func TestHelperThatHoldsTheOutput(t *testing.T) {
	var out output
	cmd := shell("setsid sh -c 'echo $$; exec sleep 1000' & wait")
	cmd.Stdout, cmd.Stderr = &out, &out
	g := start(t, cmd)
	helper := out.number(t)
	defer func() { _ = syscall.Kill(helper, syscall.SIGKILL) }()
	g.Kill()
	_ = g.Wait()
	if gone(helper) {
		t.Error("the helper was to outlive the group: this test tests nothing")
	}
}

func TestKilledBeforeItStarts(t *testing.T) {
	g := New(shell("exit 0"))
	g.Kill()
	if err := g.Start(); err == nil {
		t.Error("a killed group started")
	}
}

func TestProgramThatIsNotThere(t *testing.T) {
	if err := New(exec.Command("/no/such/program")).Start(); err == nil {
		t.Error("it started")
	}
}

// Groups end when whoever started them is killed and can do nothing.
func TestGroupEndsWithItsOwner(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	owner := exec.Command(exe, "lead", "sleep 1000 & echo $$ $!; wait")
	stdout, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	var leader, child int
	in := bufio.NewScanner(stdout)
	for range 2 { // one line is of the owner, which has started the group
		if !in.Scan() {
			t.Fatal("the owner ended")
		}
		_, _ = fmt.Sscan(in.Text(), &leader, &child)
	}
	if gone(leader) || gone(child) {
		t.Fatal("the group does not run: this test tests nothing")
	}
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait()
	eventually(t, "leader and child end", func() bool { return gone(leader) && gone(child) })
}

func TestActivity(t *testing.T) {
	g := start(t, shell("while :; do :; done"))
	before, _ := g.Activity()
	eventually(t, "a busy group is active", func() bool { now, _ := g.Activity(); return now > before })
	if err := syscall.Kill(-g.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is stopped", g.Stopped)
	before, _ = g.Activity()
	if now, _ := g.Activity(); now != before {
		t.Errorf("a stopped group is active: %d, %d", before, now)
	}
}
