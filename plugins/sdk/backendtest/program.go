package backendtest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/internal/wire"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// endTime is how long a program may take to end; it is far more than needed.
const endTime = 30 * time.Second

// Program checks a backend as vlmspec starts it: the program at a path, in
// whatever language it is written. [Run] has the rest.
func Program(t *testing.T, path string, o Options) {
	if o.Prompt == "" {
		o.Prompt = "What do you see?"
	}
	p := &program{path, o}
	t.Run("refuses to run by hand", p.refusesByHand)
	t.Run("answers vlmspec and ends with it", p.answers)
	t.Run("ends when vlmspec is gone", p.endsWhenAlone)
}

type program struct {
	path string
	o    Options
}

func (p *program) refusesByHand(t *testing.T) {
	cmd := exec.Command(p.path)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	out := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := p.end(t, cmd); err == nil || strings.TrimSpace(out.String()) == "" {
		t.Errorf("it ended with %v and said %q; expected an exit code and a sentence for people", err, out)
	}
}

// end waits for a program that is about to end.
func (p *program) end(t *testing.T, cmd *exec.Cmd) error {
	t.Helper()
	late := time.AfterFunc(endTime, func() {
		t.Errorf("it has not ended after %s", endTime)
		_ = cmd.Process.Kill()
	})
	defer late.Stop()
	return cmd.Wait()
}

func (p *program) answers(t *testing.T) {
	name := "conformance"
	dir := t.TempDir()
	if err := os.Symlink(p.path, filepath.Join(dir, host.Prefix+name)); err != nil {
		t.Fatal(err)
	}
	before := children(t)
	b, err := host.Open(t.Context(), host.Options{Name: name, Plugin: name, Config: p.o.Config, Places: []host.Place{{Dir: dir, Origin: "test"}}})
	if err != nil {
		t.Fatalf("it cannot be started: %v", err)
	}
	s := &suite{b: b, o: p.o}
	if r, err := b.Generate(t.Context(), s.request(t, 1), nil); err != nil || r.Finish == "" {
		t.Errorf("Generate: %+v, %v", r, err)
	}
	if err := b.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	left(t, before)
	if _, err := b.Generate(t.Context(), sdk.Request{}, nil); err == nil {
		t.Error("it answers after it was closed")
	}
}

// endsWhenAlone starts the program as vlmspec does, and lets go of it.
func (p *program) endsWhenAlone(t *testing.T) {
	credential, err := wire.NewCredential()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(p.path)
	cmd.Env = append(os.Environ(),
		wire.Handshake.MagicCookieKey+"="+wire.Handshake.MagicCookieValue, "PLUGIN_PROTOCOL_VERSIONS=1", "PLUGIN_UNIX_SOCKET_DIR="+shortDir(t),
		wire.TLSEnv+"="+string(credential), wire.AliveEnv+"=stdin")
	alive, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); !strings.HasPrefix(line, "1|1|") {
		t.Errorf("it printed %q before anything else, %v; expected the handshake", line, err)
	}
	_ = alive.Close()
	_ = p.end(t, cmd) // the exit code tells nobody
}

// shortDir is a folder whose path leaves room for the name of a socket.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "vt") //nolint:usetesting // t.TempDir's paths can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
