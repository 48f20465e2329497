package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/backendtest"
)

// pythons are interpreters that have Gradio, of different versions;
// `make test-gradio` makes two.
func pythons(t *testing.T) []string {
	t.Helper()
	all := filepath.SplitList(os.Getenv("VLMSPEC_GRADIO_PYTHONS"))
	if len(all) == 0 {
		t.Skip("VLMSPEC_GRADIO_PYTHONS names no interpreter with Gradio; `make test-gradio` makes two")
	}
	return all
}

// started starts testdata/app.py, and returns its address.
func started(t *testing.T, python string, args ...string) string {
	t.Helper()
	cmd := exec.Command(python, append([]string{"testdata/app.py"}, args...)...)
	cmd.Env = append(os.Environ(), "GRADIO_ANALYTICS_ENABLED=False", "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stderr = os.Stderr
	in, err1 := cmd.StdinPipe() // at whose end it ends
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the app does not start: %v", err)
	}
	return strings.TrimSpace(line)
}

// The same questions to running apps.
func TestRealApps(t *testing.T) {
	for _, python := range pythons(t) {
		url := started(t, python)
		for _, c := range []struct {
			endpoint string
			request  sdk.Request
			want     string
		}{
			{"describe", asked("hi", picture(t)), "64x64 hi 0.5"},
			{"describe", asked("hi"), "none hi 0.5"},
			{"compare", asked("p", picture(t), picture(t)), "64x64 64x64 p"},
			{"stream", asked("one two three"), "one two three"},
			{"json", asked("x"), `{"n":1,"said":"x"}`},
			{"label", asked("x"), "cat"},
			{"number", asked("x"), "7"},
			{"hide", asked("x"), "x"},
			{"gallery", asked("", picture(t)), "first\nsecond"},
			{"all", asked("p", picture(t), picture(t)), "2 p"},
			{"chat", asked("hello"), "hello after 0"},
		} {
			r, err := configured(t, map[string]any{"url": url, "endpoint": c.endpoint}).Generate(t.Context(), c.request, nil)
			if err != nil || r.Text != c.want {
				t.Errorf("%s, /%s: %q, %v; expected %q", python, c.endpoint, r.Text, err, c.want)
			}
		}
		realTurns(t, url)
		realFailures(t, url)
		realQueue(t, url)
		config := map[string]any{"url": url, "endpoint": "describe"}
		backendtest.Run(t, &backend{}, backendtest.Options{Config: config})
	}
}

func realTurns(t *testing.T, url string) {
	t.Helper()
	for endpoint, want := range map[string]string{"count": "b 2", "chat": "b after 2"} {
		b := configured(t, map[string]any{"url": url, "endpoint": endpoint})
		first, err := b.Generate(t.Context(), asked("a"), nil)
		if err != nil {
			t.Errorf("/%s: %v", endpoint, err)
			continue
		}
		second := sdk.Request{Messages: []sdk.Message{spoken(sdk.User, "a"), spoken(sdk.Assistant, first.Text), spoken(sdk.User, "b")}}
		for range 2 { // with its session, and without
			if r, err := b.Generate(t.Context(), second, nil); err != nil || r.Text != want && r.Text != "b after 1" { // Gradio 4 counts pairs
				t.Errorf("/%s: %q, %v; expected %q", endpoint, r.Text, err, want)
			}
		}
	}
}

func realFailures(t *testing.T, url string) {
	t.Helper()
	for prompt, want := range map[string]string{"own": "the app failed: too dark", "other": "the app failed and does not say why"} {
		_, err := configured(t, map[string]any{"url": url, "endpoint": "fail"}).Generate(t.Context(), asked(prompt), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", prompt, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := configured(t, map[string]any{"url": url, "endpoint": "slow"}).Generate(ctx, asked("1"), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call that takes too long: %v", err)
	}
}

// realQueue asks more at once than the queue of the app has places for.
func realQueue(t *testing.T, url string) {
	t.Helper()
	b := configured(t, map[string]any{"url": url, "endpoint": "slow"})
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if r, err := b.Generate(t.Context(), asked("0.2"), nil); err != nil || r.Text != "slow" {
				t.Errorf("in a full queue: %q, %v", r.Text, err)
			}
		})
	}
	calls.Wait()
}

func TestRealLogin(t *testing.T) {
	for _, python := range pythons(t) {
		url := started(t, python, "--login")
		r, err := configured(t, map[string]any{"url": url, "endpoint": "stream", "user": "me", "password": "pw"}).Generate(t.Context(), asked("in"), nil)
		if err != nil || r.Text != "in" {
			t.Errorf("%s: %q, %v", python, r.Text, err)
		}
		for want, config := range map[string]map[string]any{
			"wants a login: give user and password": {"url": url},
			"refuses the login of user \"me\": 400": {"url": url, "user": "me", "password": "no"},
		} {
			if err := (&backend{}).Configure(t.Context(), config); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", python, err)
			}
		}
	}
}
