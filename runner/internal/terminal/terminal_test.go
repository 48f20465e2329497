package terminal_test

import (
	"context"
	"os/exec"
	"testing"

	"github.com/vlmspec/vlmspec/runner/internal/terminal"
)

func TestTerminal(t *testing.T) {
	cmd := exec.Command("sh", "-c", `trap 'stty size; exit 3' WINCH; stty size; read line; echo "got $line"; while :; do read line; done`)
	term, err := terminal.Start(cmd, 40, 10)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = term.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), terminal.Patience)
	defer cancel()
	await := func(text string) {
		t.Helper()
		if err := term.Await(ctx, terminal.Shows(text)); err != nil {
			t.Fatalf("waiting for %q: %v", text, err)
		}
	}
	await("10 40")
	if err := term.Type("hello\r"); err != nil {
		t.Fatal(err)
	}
	await("got hello")
	if err := term.Resize(20, 5); err != nil {
		t.Fatal(err)
	}
	await("5 20")
	if code, err := term.Wait(); err != nil || code != 3 {
		t.Errorf("ended with %d, %v; want 3", code, err)
	}
}
