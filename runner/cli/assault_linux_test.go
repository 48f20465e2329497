package cli

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// trial is one way in which runs are attacked, and its outcome.
type trial struct {
	name        string
	long, short int // how often: with VLMSPEC_ASSAULT, and without
	run         func(a *assault, n int)

	hits int // how often it was done
	cost int // cases that ended in an error for it
	hung int // runs that did not end
	lost int // cases without their true verdict, or the error that says so
	left int // processes that outlived their run
	kept int // folders in the folder of temporary files that the next run did not sweep
	slow time.Duration
}

// Whatever is done to backends and to vlmspec, no run hangs, no case is lost and
// nothing is left. `make assault` does it often, and prints the table of
// docs/reliability.md.
func TestAssault(t *testing.T) {
	trials := []*trial{
		{name: "backend killed", long: 100, short: 8, run: (*assault).killBackends},
		{name: "backend frozen, time limit of 1 s", long: 15, short: 2, run: (*assault).freezeUntilLimit},
		{name: "backend frozen, then Ctrl-C", long: 15, short: 2, run: (*assault).freezeAndInterrupt},
		{name: "vlmspec killed", long: 60, short: 3, run: killRuns("fake", "")},
		{name: "vlmspec killed, backend behind a wrapper", long: 20, short: 2, run: killRuns("wrapped", "")},
		{name: "vlmspec killed, backend with a helper", long: 20, short: 2, run: killRuns("fake", ", config: {helper: true}")},
		{name: "vlmspec hung up on", long: 20, short: 2, run: (*assault).hangUp},
	}
	for _, tr := range trials {
		t.Run(tr.name, func(t *testing.T) {
			n := tr.short
			if os.Getenv("VLMSPEC_ASSAULT") != "" {
				n = tr.long
			}
			a := newAssault(t, tr)
			tr.run(a, n)
			a.sweep()
			if tr.hung+tr.lost+tr.left+tr.kept > 0 || tr.hits < n {
				t.Errorf("%d done, %d hung, %d lost, %d processes and %d folders left", tr.hits, tr.hung, tr.lost, tr.left, tr.kept)
			}
		})
	}
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| trial\t| done\t| cases it cost\t| hung\t| lost\t| leaked\t| left over\t| slowest end\t|\n|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, r := range trials {
		fmt.Fprintf(w, "| %s\t| %d\t| %d\t| %d\t| %d\t| %d\t| %d\t| %.1f s\t|\n", r.name, r.hits, r.cost, r.hung, r.lost, r.left, r.kept, r.slow.Seconds())
	}
	_ = w.Flush()
	t.Logf("\n%s", table.String())
}

// assault is a project that is attacked.
type assault struct {
	*trial
	t         *testing.T
	dir, temp string
	mark      string // in the environment of everything that its runs start
	draw      *rand.Rand
}

func newAssault(t *testing.T, tr *trial) *assault {
	a := &assault{trial: tr, t: t, dir: t.TempDir(), temp: t.TempDir(), draw: rand.New(rand.NewPCG(5, 6))}
	a.mark = "VLMSPEC_TRIAL=" + a.dir
	a.backend("fake", "")
	return a
}

// backend writes the project for a backend.
func (a *assault) backend(plugin, more string) {
	a.write("vlmspec.yaml", 0o644, fmt.Sprintf("version: 1\nspecs: [s.yaml]\nbackends: {tiny: {plugin: %s%s}}\n", plugin, more))
	a.write("vlmspec-backend-wrapped", 0o755, "#!/bin/sh\nvlmspec-backend-fake\nexit $?\n")
}

// cases writes so many cases, of which one in so many takes a while.
func (a *assault) cases(n, slow int) {
	var spec strings.Builder
	spec.WriteString("suite: s\ncases:\n")
	for i := range n {
		verb := "say"
		if i%slow == 0 {
			verb = "slow" // time enough to be hit in
		}
		fmt.Fprintf(&spec, "  - {name: case %d, prompt: %s %d, expect: [equals: %q]}\n", i, verb, i, fmt.Sprint(i))
	}
	a.write("s.yaml", 0o644, spec.String())
}

func (a *assault) write(name string, mode os.FileMode, text string) {
	if err := os.WriteFile(filepath.Join(a.dir, name), []byte(text), mode); err != nil {
		a.t.Fatal(err)
	}
}

// attacked is a run under way.
type attacked struct {
	*assault
	cmd   *exec.Cmd
	ended chan struct{}
}

func (a *assault) start(args ...string) *attacked {
	r := &attacked{assault: a, ended: make(chan struct{})}
	r.cmd = exec.Command("vlmspec", append([]string{"run", "--no-cache"}, args...)...)
	r.cmd.Dir = a.dir
	r.cmd.Env = append(os.Environ(), "TMPDIR="+a.temp, "VLMSPEC_PLUGIN_PATH="+a.dir, "VLMSPEC_TRUST=1", a.mark)
	if err := r.cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	go func() {
		_ = r.cmd.Wait() // its exit code says how
		close(r.ended)
	}()
	return r
}

// over reports whether the run has ended, after a while.
func (r *attacked) over(wait time.Duration) bool {
	select {
	case <-r.ended:
		return true
	case <-time.After(wait):
		return false
	}
}

// finish waits for the end of a run, and for that of all that it has started.
func (r *attacked) finish() {
	since := time.Now()
	if !r.over(30 * time.Second) {
		r.hung++
		_ = r.cmd.Process.Kill()
		<-r.ended
	}
	r.slow = max(r.slow, time.Since(since))
	owner := "VLMSPEC_GUARD_OF=" + strconv.Itoa(r.cmd.Process.Pid)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		left := append(processes(r.mark), processes(owner)...)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			r.left += len(left)
			for _, pid := range left {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			return
		}
	}
}

// processes lists those that have a variable in their environment.
func processes(variable string) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err == nil && slices.Contains(strings.Split(string(data), "\x00"), variable) {
			pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
			pids = append(pids, pid)
		}
	}
	return pids
}

// backends lists the processes of backends that a run has started.
func (r *attacked) backends() []int {
	return slices.DeleteFunc(processes(r.mark), func(pid int) bool {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		return err != nil || !strings.HasPrefix(string(name), "vlmspec-backend")
	})
}

// hit sends a signal to the backends of a run, and reports whether there was one.
func (r *attacked) hit(s syscall.Signal) (hit bool) {
	for _, pid := range r.backends() {
		hit = syscall.Kill(pid, s) == nil || hit
	}
	return hit
}

// latest is the latest run that had begun to be recorded.
func (a *assault) latest() *result.Run {
	begun, _ := filepath.Glob(filepath.Join(a.dir, ".vlmspec", "runs", "*", "cases.jsonl"))
	if len(begun) == 0 {
		return &result.Run{}
	}
	slices.Sort(begun)
	run, err := runs.ReadFolder(filepath.Dir(begun[len(begun)-1]))
	if err != nil {
		a.t.Fatal(err)
	}
	return run
}

// judge counts the cases of the latest run that have neither their true verdict
// nor an error of one of these kinds, and of a whole run those that are missing.
func (a *assault) judge(whole int, kinds ...sdk.ErrorKind) {
	seen := map[string]bool{}
	for _, c := range a.latest().Cases {
		seen[c.ID] = true
		name := strings.TrimPrefix(c.Name, "case ")
		switch s := c.Samples[0]; {
		case c.Outcome == result.Passed && s.Turns[0].Answer == name:
		case c.Outcome == result.Error && s.Error != nil && slices.Contains(kinds, sdk.ErrorKind(s.Error.Kind)):
			a.cost++
		default:
			a.lost++
			a.t.Logf("%s: %s, %+v, %+v", c.ID, c.Outcome, s, s.Error)
		}
	}
	if whole > len(seen) {
		a.lost += whole - len(seen)
		a.t.Logf("%d of %d cases are there: %v", len(seen), whole, slices.Sorted(maps.Keys(seen)))
	}
}

// killBackends kills the backend at random moments while 200 cases run.
func (a *assault) killBackends(n int) {
	const cases = 200
	a.cases(cases, 8)
	for a.hits < n {
		_ = os.RemoveAll(filepath.Join(a.dir, ".vlmspec")) // so that what is recorded is of this run
		r := a.start()
		for next := 1; !r.over(time.Duration(a.draw.IntN(20)) * time.Millisecond); {
			if over := a.recorded(); over >= next && a.hits < n && r.hit(syscall.SIGKILL) {
				a.hits++
				next = over + 1 + a.draw.IntN(10)
			}
		}
		r.finish()
		if code := r.cmd.ProcessState.ExitCode(); code != exitOK && code != exitInfra {
			a.t.Errorf("exit code %d", code)
		}
		a.judge(cases, sdk.Crashed)
	}
}

// freezeUntilLimit stops the backend once at a random moment of its life; a case
// has a second.
func (a *assault) freezeUntilLimit(n int) {
	const cases = 12
	a.cases(cases, 1)
	for a.hits < n {
		r := a.start("--timeout", "1s")
		a.freeze(r)
		r.finish()
		a.judge(cases, sdk.Crashed, sdk.Timeout)
	}
}

// freezeAndInterrupt does the same without a limit, and interrupts the run.
func (a *assault) freezeAndInterrupt(n int) {
	a.cases(12, 1)
	for a.hits < n {
		r := a.start("--timeout", "1h", "--report", "junit=out.xml")
		if a.freeze(r) {
			_ = r.cmd.Process.Signal(os.Interrupt)
		}
		r.finish()
		a.judge(0)
		if _, err := os.Stat(filepath.Join(a.dir, "out.xml")); err != nil {
			a.lost++
		}
		_ = os.Remove(filepath.Join(a.dir, "out.xml"))
	}
}

func (a *assault) freeze(r *attacked) bool {
	for len(r.backends()) == 0 {
		if r.over(time.Millisecond) {
			return false
		}
	}
	if r.over(time.Duration(a.draw.IntN(800))*time.Millisecond) || !r.hit(syscall.SIGSTOP) {
		return false // it was faster
	}
	a.hits++
	return true
}

// killRuns kills vlmspec at random moments. What it had recorded is whole, what it
// had started ends, and the next run is as if nothing had been.
func killRuns(plugin, more string) func(*assault, int) {
	return func(a *assault, n int) {
		a.backend(plugin, more)
		a.cases(40, 4)
		for a.hits < n {
			r := a.start()
			if r.over(time.Duration(a.draw.IntN(1000))*time.Millisecond) || r.cmd.Process.Kill() != nil {
				continue
			}
			a.hits++
			r.finish()
			a.judge(0)
		}
		r := a.start()
		r.finish()
		a.judge(40)
	}
}

// hangUp closes the terminal of vlmspec, as far as it can tell.
func (a *assault) hangUp(n int) {
	a.cases(40, 1)
	for a.hits < n {
		r := a.start("--report", "junit=out.xml")
		for a.recorded() == 0 {
			if r.over(5 * time.Millisecond) {
				break
			}
		}
		if r.cmd.Process.Signal(syscall.SIGHUP) == nil {
			a.hits++
		}
		r.finish()
		a.judge(0)
		if _, err := os.Stat(filepath.Join(a.dir, "out.xml")); err != nil {
			a.lost++
		}
		_ = os.Remove(filepath.Join(a.dir, "out.xml"))
		_ = os.RemoveAll(filepath.Join(a.dir, ".vlmspec")) // so that the next is the first
	}
}

// recorded counts the cases that the runs so far have recorded.
func (a *assault) recorded() (n int) {
	files, _ := filepath.Glob(filepath.Join(a.dir, ".vlmspec/runs/*/cases.jsonl"))
	for _, f := range files {
		data, _ := os.ReadFile(f)
		n += strings.Count(string(data), "\n")
	}
	return n
}

// sweep counts what is left in the folder of temporary files once a run has come
// a minute later.
func (a *assault) sweep() {
	entries, err := os.ReadDir(a.temp)
	if err != nil {
		a.t.Fatal(err)
	}
	old := time.Now().Add(-2 * time.Minute)
	for _, e := range entries {
		_ = os.Chtimes(filepath.Join(a.temp, e.Name()), old, old)
	}
	a.backend("fake", "")
	a.cases(1, 1)
	a.start().finish()
	if entries, err = os.ReadDir(a.temp); err != nil {
		a.t.Fatal(err)
	}
	a.kept += len(entries)
}
