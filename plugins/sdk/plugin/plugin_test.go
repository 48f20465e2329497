package plugin

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/internal/wire"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// The test binary, started again, is a backend, or the parent of one.
func TestMain(m *testing.M) {
	switch os.Getenv("PLUGIN_TEST") {
	case "serve":
		Serve(nothing{})
	case "parent":
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "PLUGIN_TEST=child")
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		os.Stdout.WriteString(strconv.Itoa(cmd.Process.Pid) + "\n")
		select {}
	case "child":
		endWithParent(os.Getppid(), 10*time.Millisecond)
	default:
		os.Exit(m.Run())
	}
}

type nothing struct{}

func (nothing) Configure(context.Context, map[string]any) error { return nil }
func (nothing) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "nothing", Version: "1"}, nil
}

func (nothing) Generate(context.Context, sdk.Request, func(string)) (sdk.Response, error) {
	return sdk.Response{}, nil
}
func (nothing) Close() error { return nil }

func TestServeByHandExplainsItself(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{"PLUGIN_TEST=serve"}
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), filepath.Base(os.Args[0])+" is a backend of vlmspec, which starts it") {
		t.Errorf("%v, %s", err, out)
	}
}

func TestDebugTellsHowToAttach(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-debug")
	cmd.Env = append(os.Environ(), "PLUGIN_TEST=serve")
	out := &lines{seen: make(chan string, 10)}
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for line := range out.seen {
		if strings.Contains(line, wire.AttachEnv+`='{"nothing":{"pid":`+strconv.Itoa(cmd.Process.Pid)) {
			break
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after an interrupt: %v", err)
	}
}

func TestEndsWithItsParent(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "PLUGIN_TEST=parent")
	out := &lines{seen: make(chan string, 10)}
	parent.Stdout = out
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(<-out.seen)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond) // let it look at its parent; too early and it ends all the same
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // ends once the child has closed the pipe it shares
	for deadline := time.Now().Add(10 * time.Second); !gone(child); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the backend outlives its parent")
		}
	}
}

// gone reports whether a process has ended; a zombie nobody waits for has.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}

// lines hands on what a process prints, line by line.
type lines struct {
	data bytes.Buffer
	seen chan string
}

func (l *lines) Write(p []byte) (int, error) {
	l.data.Write(p)
	for {
		line, rest, ok := strings.Cut(l.data.String(), "\n")
		if !ok {
			return len(p), nil
		}
		l.data.Reset()
		l.data.WriteString(rest)
		l.seen <- line
	}
}
