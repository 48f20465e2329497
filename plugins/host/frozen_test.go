//go:build linux

package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// freeze stops this process, as a debugger or an operator would. It does not
// return: a thread may go on for a moment.
func freeze() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	select {}
}

// help starts a process that holds the output of the backend and leaves its group.
func (f *fake) help() error {
	cmd := exec.Command("setsid", "sleep", "1000")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	err := cmd.Start()
	if err == nil {
		f.helper = cmd.Process.Pid
	}
	return err
}

// pidOf is the number of a backend's process.
func pidOf(t *testing.T, b *Backend) int {
	t.Helper()
	info, err := b.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(info.Details["pid"])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func stop(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is stopped", func() bool { return stateOf(pid) == "T" })
}

// stateOf is the state of a process as proc(5) has it, "" once it is gone.
func stateOf(pid int) string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	return strings.Fields(string(data[strings.LastIndex(string(data), ")")+1:]))[0]
}

func gone(pid int) bool { s := stateOf(pid); return s == "" || s == "Z" || s == "X" }

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// ends fails a test in which something waits for ever.
func ends(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s waits for a backend that is frozen", what)
	}
}

// nothingLeft checks that a backend has left no folder.
func nothingLeft(t *testing.T, temp string) {
	t.Helper()
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFrozenWhileItStarts(t *testing.T) {
	for name, c := range map[string]struct {
		plugin string
		config map[string]any
	}{
		"before the handshake": {"frozen", nil},
		"while it loads":       {"fake", map[string]any{"mode": "freeze"}},
	} {
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			t.Setenv("TMPDIR", temp)
			o := Options{Name: "tiny", Plugin: c.plugin, Places: program(t, c.plugin), Config: c.config, Silence: leastSilence}
			ends(t, "Open", func() {
				_, err := Open(t.Context(), o)
				if sdk.KindOf(err) != sdk.Crashed || !strings.Contains(err.Error(), "backend tiny was stopped by a signal while it started") {
					t.Errorf("got %v (%s)", err, sdk.KindOf(err))
				}
			})
			nothingLeft(t, temp)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			o.Silence = time.Hour
			ends(t, "Open", func() {
				if _, err := Open(ctx, o); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("with an end of its context: %v", err)
				}
			})
			nothingLeft(t, temp)
		})
	}
}

// A program that waits for nothing is given up, one that loads for long is not.
func TestSilence(t *testing.T) {
	_, err := Open(t.Context(), Options{Name: "tiny", Plugin: "silent", Places: program(t, "silent"), Silence: leastSilence})
	if sdk.KindOf(err) != sdk.Timeout || !strings.Contains(err.Error(), "backend tiny showed no sign of life for 2s while it started") {
		t.Errorf("got %v (%s)", err, sdk.KindOf(err))
	}
	open(t, Options{Config: map[string]any{"mode": "slow"}, Silence: leastSilence})
}

func TestFrozenWhileItAnswers(t *testing.T) {
	b := open(t, Options{})
	pid := pidOf(t, b)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	ends(t, "Generate", func() {
		_, err := b.Generate(ctx, ask("wait"), func(string) { stop(t, pid) })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	eventually(t, "the process ends", func() bool { return gone(pid) })
	if _, err := b.Generate(t.Context(), ask("hello"), nil); err != nil || b.Starts() != 2 {
		t.Errorf("the next call: %v, %d processes started", err, b.Starts())
	}
}

func TestFrozenWhenItIsPinged(t *testing.T) {
	b := open(t, Options{})
	if err := b.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	pid := pidOf(t, b)
	stop(t, pid)
	ends(t, "Ping", func() {
		if err := b.Ping(t.Context()); err == nil || !gone(pid) {
			t.Errorf("a stopped process: %v, gone %t", err, gone(pid))
		}
	})
	if err := b.Ping(t.Context()); err != nil || b.Starts() != 2 {
		t.Errorf("the next: %v, %d processes started", err, b.Starts())
	}
}

func TestFrozenWhenItIsClosed(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	b := open(t, Options{})
	pid := pidOf(t, b)
	stop(t, pid)
	ends(t, "Close", func() { _ = b.Close() })
	if !gone(pid) {
		t.Error("the process is left")
	}
	nothingLeft(t, temp)
}

// Close ends a start that is under way.
func TestClosedWhileItStarts(t *testing.T) {
	b := open(t, Options{})
	b.options.Config = map[string]any{"mode": "freeze"}
	_, _ = b.Generate(t.Context(), ask("crash"), nil)
	started := make(chan error, 1)
	go func() {
		_, err := b.Generate(t.Context(), ask("hello"), nil)
		started <- err
	}()
	eventually(t, "the start is under way", func() bool { return len(b.starting) == 1 })
	ends(t, "Close", func() { _ = b.Close() })
	ends(t, "Generate", func() {
		if err := <-started; err == nil {
			t.Error("a closed backend answered")
		}
	})
}

// What somebody else has started is not killed, and does not hold anybody up.
func TestAttachedAndFrozen(t *testing.T) {
	owner := open(t, Options{})
	a, err := owner.Attachment()
	if err != nil {
		t.Fatal(err)
	}
	pid := pidOf(t, owner)
	if a.PID != pid {
		t.Errorf("the attachment says process %d, it is %d", a.PID, pid)
	}
	guest := open(t, Options{Attach: Attachments{"tiny": a}, Places: []Place{}})
	stop(t, pid)
	for what, call := range map[string]func(context.Context) error{
		"Open": func(ctx context.Context) error {
			_, err := Open(ctx, Options{Name: "tiny", Attach: Attachments{"tiny": a}, Places: []Place{}})
			return err
		},
		"Generate": func(ctx context.Context) error {
			_, err := guest.Generate(ctx, ask("hello"), nil)
			return err
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		ends(t, what, func() {
			if err := call(ctx); err == nil {
				t.Errorf("%s: a stopped process answered", what)
			}
		})
	}
	ends(t, "Close", func() { _ = guest.Close() })
	if gone(pid) {
		t.Error("the guest ended the owner's process")
	}
}

// A helper that leaves the group and holds the output keeps nobody waiting.
func TestHelperThatOutlivesTheBackend(t *testing.T) {
	b := open(t, Options{Config: map[string]any{"mode": "helper"}})
	info, err := b.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	helper, err := strconv.Atoi(info.Details["helper"])
	if err != nil || gone(helper) {
		t.Fatalf("there is no helper: %v", err)
	}
	defer func() { _ = syscall.Kill(helper, syscall.SIGKILL) }()
	ends(t, "Generate", func() {
		if _, err := b.Generate(t.Context(), ask("crash"), nil); sdk.KindOf(err) != sdk.Crashed || !strings.Contains(err.Error(), "GGML_ABORT") {
			t.Errorf("got %v", err)
		}
	})
	ends(t, "Close", func() { _ = b.Close() })
}

func TestSweep(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	b := open(t, Options{}) // its folder is in use
	old := time.Now().Add(-2 * leftoverAge)
	folder := func(name, file string, age time.Time) string {
		dir := filepath.Join(temp, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if file != "" {
			if err := os.WriteFile(filepath.Join(dir, file), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chtimes(dir, age, age); err != nil {
			t.Fatal(err)
		}
		return name
	}
	folder("vlmspec-1", lockName, old)
	folder("vlmspec-2", "plugin77", old)
	keep := map[string]string{
		"somebody's own work": folder("vlmspec-3", "notes.txt", old),
		"another name":        folder("vlmspec-demo", "", old),
		"a fresh one":         folder("vlmspec-4", lockName, time.Now()),
		"one in use":          filepath.Base(b.process.folder.path),
	}
	if err := os.Chtimes(b.process.folder.path, old, old); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(temp, "vlmspec-3"), filepath.Join(temp, "vlmspec-5")); err != nil {
		t.Fatal(err)
	}
	keep["a link"] = "vlmspec-5"
	Sweep()
	left, err := os.ReadDir(temp)
	if err != nil || len(left) != len(keep) {
		t.Errorf("left: %v, %v", left, err)
	}
	for what, name := range keep {
		if _, err := os.Lstat(filepath.Join(temp, name)); err != nil {
			t.Errorf("%s was removed", what)
		}
	}
}
