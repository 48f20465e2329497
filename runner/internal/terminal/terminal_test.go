package terminal_test

import (
	"context"
	"errors"
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

// A program that was not yet told that its window became smaller draws beyond it.
func TestDrawnBeyond(t *testing.T) {
	term, err := terminal.Start(exec.Command("sh", "-c", `echo ready; read line; printf '\033[6;29r\033[6;1H\033Mstill here'; read line`), 40, 30)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = term.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), terminal.Patience)
	defer cancel()
	if err := term.Await(ctx, terminal.Shows("ready")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(term.Resize(40, 20), term.Type("\r")); err != nil {
		t.Fatal(err)
	}
	if err := term.Await(ctx, terminal.Shows("still here")); err != nil {
		t.Error(err)
	}
}
