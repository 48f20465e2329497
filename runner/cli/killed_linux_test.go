package cli

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// The backend is killed at random moments while 200 cases run. Each case ends in
// its true verdict, or in the error that says so; nothing hangs or stays behind;
// and the next run is whole.
func TestBackendKilled(t *testing.T) {
	dir, temp := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("vlmspec.yaml", "version: 1\nspecs: [s.yaml]\nbackends: {tiny: {plugin: fake}}\n")
	var spec strings.Builder
	spec.WriteString("suite: s\ncases:\n")
	for i := range 200 {
		verb := "say"
		if i%8 == 0 {
			verb = "slow" // time enough to be killed in
		}
		fmt.Fprintf(&spec, "  - {name: case %d, prompt: %s %d, expect: [equals: %q]}\n", i, verb, i, fmt.Sprint(i))
	}
	write("s.yaml", spec.String())

	run := func() *exec.Cmd {
		cmd := exec.Command("vlmspec", "run")
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+temp)
		return cmd
	}
	cmd := run()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its exit code tells
		close(ended)
	}()
	kills := killChildren(cmd.Process.Pid, dir, ended)
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 3 {
		t.Errorf("exit code %d", code)
	}
	if kills < 3 {
		t.Errorf("killed %d times only", kills)
	}
	crashed := 0
	for i, c := range latest(t, dir) {
		switch s := c.Samples[0]; {
		case c.Outcome == result.Passed && s.Turns[0].Answer == fmt.Sprint(i):
		case c.Outcome == result.Error && s.Error != nil && s.Error.Kind == "crashed" && len(s.Retries) == 1:
			crashed++
		default:
			t.Errorf("%s: %s, %+v, %+v", c.ID, c.Outcome, s, s.Error)
		}
	}
	t.Logf("killed %d times; %d cases could not be answered", kills, crashed)
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if out, err := run().CombinedOutput(); err != nil {
		t.Errorf("the next run: %v\n%s", err, out)
	}
}

// killChildren kills what a process has started, each time that some more cases
// of its run are over, until it ends.
func killChildren(parent int, dir string, ended <-chan struct{}) (kills int) {
	draw := rand.New(rand.NewPCG(5, 6))
	for next := 1; ; {
		select {
		case <-ended:
			return kills
		case <-time.After(time.Duration(draw.IntN(20)) * time.Millisecond):
		}
		over := casesOver(dir)
		if over < next {
			continue
		}
		next = over + 1 + draw.IntN(10)
		var children []byte
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
		for _, path := range threads {
			more, _ := os.ReadFile(path)
			children = append(append(children, ' '), more...)
		}
		for child := range strings.FieldsSeq(string(children)) {
			pid := 0
			name, _ := os.ReadFile("/proc/" + child + "/comm")
			if _, err := fmt.Sscan(child, &pid); err == nil && strings.HasPrefix(string(name), "vlmspec-backend") && syscall.Kill(pid, syscall.SIGKILL) == nil {
				kills++
			}
		}
	}
}

// casesOver counts what a run has kept so far.
func casesOver(dir string) int {
	files, _ := filepath.Glob(filepath.Join(dir, ".vlmspec/runs/*/cases.jsonl"))
	over := 0
	for _, f := range files {
		data, _ := os.ReadFile(f)
		over += strings.Count(string(data), "\n")
	}
	return over
}

// latest is the cases of the latest run, in the order of the specs.
func latest(t *testing.T, dir string) []result.Case {
	t.Helper()
	store := runs.Open(filepath.Join(dir, ".vlmspec"))
	id, err := store.Latest()
	if err != nil {
		t.Fatal(err)
	}
	run, err := store.Read(id)
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Cases) != 200 {
		t.Fatalf("%d cases", len(run.Cases))
	}
	return run.Cases
}
