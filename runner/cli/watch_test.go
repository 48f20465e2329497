package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	pty "github.com/vlmspec/vlmspec/runner/internal/terminal"
)

// seat is a person before a terminal in which watch runs.
type seat struct {
	*testing.T
	*pty.Terminal
	dir string
	cmd *exec.Cmd
}

const threeCases = `suite: a
cases:
  - {name: shows, image: ../red.png, prompt: say red, expect: [equals: red]}
  - {name: good, prompt: say red, expect: [equals: red]}
  - {name: bad, prompt: say blue, expect: [equals: red]}
`

func watchIn(t *testing.T, rows int) *seat {
	t.Helper()
	dir := t.TempDir()
	save(t, dir+"/vlmspec.yaml", project)
	save(t, dir+"/specs/a.yaml", threeCases)
	if err := drawImages(dir); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("vlmspec", "watch")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "CI=")
	return seatAt(t, cmd, rows)
}

func seatAt(t *testing.T, cmd *exec.Cmd, rows int) *seat {
	t.Helper()
	term, err := pty.Start(cmd, 80, rows)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = term.Close() })
	return &seat{T: t, Terminal: term, dir: cmd.Dir, cmd: cmd}
}

func save(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (s *seat) sees(texts ...string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), pty.Patience)
	defer cancel()
	if err := s.Await(ctx, pty.Shows(texts...)); err != nil {
		s.Fatalf("never saw %q: %v", texts, err)
	}
}

func (s *seat) types(keys string) {
	s.Helper()
	if err := s.Type(keys); err != nil {
		s.Fatal(err)
	}
}

func (s *seat) resizes(columns, rows int) {
	s.Helper()
	if err := s.Resize(columns, rows); err != nil {
		s.Fatal(err)
	}
}

func (s *seat) ends(code int) {
	s.Helper()
	if got, err := s.Wait(); err != nil || got != code {
		s.Fatalf("exit code %d, want %d: %v\n%s", got, code, err, s.Screen())
	}
}

// Keys work at once, without Enter; the last line says how things stand.
func TestWatchKeys(t *testing.T) {
	s := watchIn(t, 24)
	s.sees("-- ran 3 cases: start", "1 failed, 2 passed · watching 3 files · ? keys")
	s.types("?")
	s.sees("a  all cases, without filters", "q  quit")
	s.types("f")
	s.sees("-- ran 1 case: what is failing")
	s.types("r")
	s.sees("-- ran 1 case: again")
	s.types("\x1b[Ax") // an arrow, and no key
	s.types("tGOx\x7fOD")
	s.sees("name has: GOOD▏")
	s.types("\r")
	s.sees(`-- ran 1 case: name has "GOOD"`, `watching 3 files · name "GOOD" · ? keys`)
	s.types("p")
	s.sees("file has: ▏")
	s.types("nowhere\x1b") // is put away
	s.sees("? keys")
	s.types("pnowhere\r")
	s.sees(`-- no case has "nowhere" in its file`)
	save(t, s.dir+"/red.png", "no image any more")
	s.sees("-- red.png changed: all cases that depend on it are filtered out")
	s.types("a")
	s.sees("-- ran 3 cases: all cases", "! error a › shows", "1 failed, 1 error, 1 passed · watching 3 files · ? keys")
	s.types("q")
	s.ends(exitOK)
	ctx, cancel := context.WithTimeout(t.Context(), pty.Patience)
	defer cancel()
	if err := s.Await(ctx, func(screen string) bool { return !strings.Contains(screen, "? keys") }); err != nil {
		t.Errorf("the status is left behind: %v", err)
	}
}

// A change is run and told; a mistake stays until it is fixed.
func TestWatchInATerminal(t *testing.T) {
	s := watchIn(t, 24)
	s.sees("1 failed, 2 passed · watching")
	save(t, s.dir+"/specs/a.yaml", strings.Replace(threeCases, "say blue", "say red", 1))
	s.sees("-- ran 3 cases: specs/a.yaml changed", "3 passed · watching 3 files")
	save(t, s.dir+"/specs/a.yaml", strings.Replace(threeCases, "prompt", "promt", 1))
	s.sees("unknown key", "-- fix it, and save", "a spec is wrong · 3 passed · watching")
	save(t, s.dir+"/specs/a.yaml", threeCases)
	s.sees("-- fixed", "1 failed, 2 passed · watching")
	if strings.Contains(lastLine(s.Screen()), "a spec is wrong") {
		t.Errorf("still wrong:\n%s", s.Screen())
	}
	s.types("\x03") // Ctrl-C
	s.ends(exitInterrupted)
}

func lastLine(screen string) string {
	lines := strings.Split(strings.TrimSpace(screen), "\n")
	return lines[len(lines)-1]
}

// A window may be as narrow as it likes, and change while we watch.
func TestWatchResized(t *testing.T) {
	s := watchIn(t, 24)
	s.sees("1 failed, 2 passed · watching 3 files · ? keys")
	s.resizes(20, 24)
	s.sees("1 failed, 2 passed…")
	s.types("r")
	s.sees("-- ran 3 cases: agai", "1 failed, 2 passed…")
	for line := range strings.SplitSeq(s.Screen(), "\n") {
		if n := len([]rune(line)); n > 20 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	s.resizes(100, 24)
	s.sees("1 failed, 2 passed · watching 3 files · ? keys")
	s.types("q")
	s.ends(exitOK)
}

// The terminal is as it was when watch is stopped by Ctrl-Z, goes on, and ends.
func TestWatchGivesTheTerminalBack(t *testing.T) {
	dir := t.TempDir()
	save(t, dir+"/vlmspec.yaml", project)
	save(t, dir+"/specs/a.yaml", threeCases)
	if err := drawImages(dir); err != nil {
		t.Fatal(err)
	}
	save(t, dir+"/shell", `set -m
stty -a | tr ' ;' '\n\n' | grep -xE -- '-?(icanon|echo|isig)' | tr '\n' ' '; echo before
vlmspec watch
stty -a | tr ' ;' '\n\n' | grep -xE -- '-?(icanon|echo|isig)' | tr '\n' ' '; echo stopped
fg
stty -a | tr ' ;' '\n\n' | grep -xE -- '-?(icanon|echo|isig)' | tr '\n' ' '; echo after
`)
	if _, err := exec.LookPath("stty"); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command("bash", "shell")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	term, err := pty.Start(cmd, 80, 40)
	if err != nil {
		t.Fatal(err)
	}
	s := &seat{T: t, Terminal: term}
	defer s.Close()
	s.awaitRaw("isig icanon echo before")
	s.sees("1 failed, 2 passed · watching 3 files · ? keys")
	s.types("\x1a") // Ctrl-Z
	s.sees("isig icanon echo stopped", "? keys")
	s.types("f")
	s.sees("-- ran 1 case: what is failing", "? keys")
	s.types("q")
	s.sees("isig icanon echo after")
}

// A newer change ends a run that it affects, and no other.
func TestWatchCancels(t *testing.T) {
	s := watchIn(t, 30)
	s.sees("1 failed, 2 passed · watching")
	save(t, s.dir+"/specs/slow.yaml", "suite: slow\ncases:\n  - {name: waits, image: ../blue.png, prompt: wait, expect: [equals: red]}\n")
	s.sees("-- running 1 of 4 cases: specs/slow.yaml changed")
	s.awaitRaw("slow › waits")
	save(t, s.dir+"/red.png", "not what runs now")
	save(t, s.dir+"/blue.png", "what runs now")
	s.sees("-- ran 2 cases: blue.png, red.png, specs/slow.yaml changed", "1 failed, 2 errors, 1 passed")
	save(t, s.dir+"/specs/slow.yaml", "suite: slow\ncases:\n  - {name: waits, prompt: wait, expect: [equals: red]}\n")
	s.sees("-- running 1 of 4 cases: specs/slow.yaml changed")
	s.types("q")
	s.ends(exitOK)
}

// awaitRaw waits until something has been written, be it gone from the screen.
func (s *seat) awaitRaw(text string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), pty.Patience)
	defer cancel()
	if err := s.Await(ctx, func(string) bool { return strings.Contains(s.Raw(), text) }); err != nil {
		s.Fatalf("never saw %q: %v", text, err)
	}
}

// Two watches in one project would run everything twice.
func TestSecondWatch(t *testing.T) {
	s := watchIn(t, 24)
	s.sees("watching 3 files")
	second := exec.Command("vlmspec", "watch", "-C", s.dir)
	out, _ := second.CombinedOutput()
	want := fmt.Sprintf("vlmspec: another vlmspec watch runs in this project (process %d); end it first\n", s.cmd.Process.Pid)
	if string(out) != want || second.ProcessState.ExitCode() != exitUsage {
		t.Errorf("%q, want %q", out, want)
	}
	_ = s.cmd.Process.Signal(syscall.SIGKILL)
	_, _ = s.Wait() // its lock is stale now
	third := exec.Command("vlmspec", "watch")
	third.Dir, third.Env = s.dir, s.cmd.Env
	seatAt(t, third, 24).sees("watching 3 files")
}

// Golden answers are reviewed and accepted from the watch; review has the
// terminal meanwhile.
func TestWatchGoldens(t *testing.T) {
	s := watchIn(t, 24)
	s.sees("1 failed, 2 passed · watching")
	save(t, s.dir+"/specs/g.yaml", "suite: g\ncases:\n  - {name: accepted, image: ../red.png, prompt: say crimson, expect: [golden]}\n")
	s.sees("-- ran 1 case: specs/g.yaml changed", "2 failed, 2 passed · watching")
	s.types("i")
	s.sees("review  1 of 1", "q quit")
	s.types("q")
	s.sees("2 failed, 2 passed · watching")
	s.types("u")
	s.sees("accept 1 answer? y or n")
	s.types("n")
	s.sees("2 failed, 2 passed · watching")
	s.types("uy")
	s.sees("accepted g/accepted: crimson", "-- ran 1 case: golden/g.yaml changed", "1 failed, 3 passed · watching")
	s.types("q")
	s.ends(exitOK)
}
