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
		cmd.Env = append(os.Environ(), "PLUGIN_TEST="+os.Args[1])
		cmd.Stdout = os.Stdout
		if _, err := cmd.StdinPipe(); err != nil {
			panic(err)
		}
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		select {}
	case "child":
		parent := os.Getppid()
		sayPID()
		endWithParent(parent, 10*time.Millisecond)
	case "reader":
		sayPID()
		endWithInput(os.Stdin)
	default:
		os.Exit(m.Run())
	}
}

func sayPID() { _, _ = os.Stdout.WriteString(strconv.Itoa(os.Getpid()) + "\n") }

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

func TestDebugReportsHowToAttach(t *testing.T) {
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
	for name, how := range map[string]string{"by its number": "child", "by the pipe it holds": "reader"} {
		t.Run(name, func(t *testing.T) {
			parent := exec.Command(os.Args[0], how)
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
			if gone(child) {
				t.Fatal("it ends before its parent")
			}
			if err := parent.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(20 * time.Second); !gone(child); time.Sleep(10 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("the backend outlives its parent")
				}
			}
			_ = parent.Wait()
		})
	}
}

// An input that is no pipe of vlmspec's says nothing.
func TestOtherInputsDoNotEndIt(t *testing.T) {
	in, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	endWithInput(in) // ends this process when it is wrong
}

// gone reports whether a process has ended; a zombie nobody waits for has.
func gone(pid int) bool {
	if p, err := os.FindProcess(pid); err != nil || p.Signal(syscall.Signal(0)) != nil {
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
