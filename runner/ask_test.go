package runner

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// scripted does what its prompt asks for.
type scripted struct {
	parrot
	calls atomic.Int32
}

func (*scripted) Program() (string, error) { return "a program", nil }

func (s *scripted) Generate(ctx context.Context, req sdk.Request, emit func(string)) (sdk.Response, error) {
	calls := s.calls.Add(1)
	r, err := s.parrot.Generate(ctx, req, emit)
	switch r.Text {
	case "hang":
		<-ctx.Done()
		return sdk.Response{}, ctx.Err()
	case "crash once":
		if calls == 1 {
			return sdk.Response{}, &sdk.Error{Kind: sdk.Crashed, Message: "the backend crashed", Err: errors.New("segmentation fault")}
		}
	case "crash":
		return sdk.Response{}, &sdk.Error{Kind: sdk.Crashed, Message: "the backend crashed", Err: errors.New("hush12 leaked")}
	case "think":
		r.Text = "<think>red or blue?</think>blue"
	}
	r.Usage = sdk.Usage{TextTokens: 3, ImageTokens: 16, OutputTokens: 2}
	return r, err
}

// asked is an execution of a project without cases to judge, with a backend of its own.
func asked(t *testing.T, dir string) (*Execution, *scripted, *event.Collector) {
	t.Helper()
	p, err := plan.Open(plan.Options{Project: dir, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	s, seen := &scripted{}, &event.Collector{}
	e := Start(t.Context(), p, Options{
		Backends: func(context.Context, spec.Backend) (sdk.Backend, error) { return s, nil },
		OnDemand: true, Discard: true, Cache: ReadCache(p.Project), Sinks: []event.Sink{seen},
	})
	return e, s, seen
}

const unused = "suite: s\ncases: [{name: a, prompt: \"${env:TOKEN}\", expect: [equals: b]}]\n"

func TestAsk(t *testing.T) {
	t.Setenv("TOKEN", "hush12")
	for prompt, test := range map[string]struct {
		answer, problem string
		calls           int32
	}{
		"red":        {"red", "", 1},
		"think":      {"blue", "", 1},
		"hang":       {"", `ask "hang": no whole answer within 2s; raise timeout if the model needs longer`, 1},
		"crash once": {"crash once", "", 2},
		"crash":      {"", `ask "crash": the backend crashed: [redacted] leaked`, 2},
	} {
		t.Run(prompt, func(t *testing.T) {
			e, s, seen := asked(t, project(t, map[string]string{"specs/s.yaml": unused}))
			image := filepath.Join("..", "fixtures", "shapes", "red-circle.png")
			in, err := e.Ask(t.Context(), prompt, image)
			if text := ""; err != nil {
				if text = err.Error(); text != test.problem {
					t.Errorf("%q, want %q", text, test.problem)
				}
			} else if in.Answer != test.answer || test.problem != "" || in.Prompt != "<image>"+prompt || in.Finish != "stop" || in.Tokens.Output != 2 ||
				len(in.Images) != 1 || in.Images[0].Width == 0 || in.Timings.Total <= 0 || (prompt == "think") != (in.Reasoning == "red or blue?") {
				t.Errorf("%+v", in)
			}
			if s.calls.Load() != test.calls {
				t.Errorf("%d calls", s.calls.Load())
			}
			if _, err := e.Finish(false); err != nil || len(seen.Run().Cases) != 0 {
				t.Errorf("%v, cases %+v", err, seen.Run().Cases)
			}
			if _, err := e.Ask(t.Context(), prompt); err == nil || err.Error() != "the run has ended" {
				t.Errorf("after the end: %v", err)
			}
		})
	}
}

func TestAskShowsNoImage(t *testing.T) {
	t.Setenv("TOKEN", "hush12")
	e, s, _ := asked(t, project(t, map[string]string{"specs/s.yaml": unused}))
	_, err := e.Ask(t.Context(), "red", "hush12.png")
	if err == nil || err.Error() != `ask "red": [redacted].png: there is no such file` || s.calls.Load() != 0 {
		t.Errorf("%v after %d calls", err, s.calls.Load())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := e.Ask(ctx, "hang"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("whoever asks may stop to wait: %v", err)
	}
	if _, err := e.Finish(false); err != nil {
		t.Error(err)
	}
}

// An answer serves the next run, whichever of its cases or tests asks for it.
func TestAskFromTheCache(t *testing.T) {
	t.Setenv("TOKEN", "hush12")
	dir := project(t, map[string]string{"specs/s.yaml": strings.ReplaceAll(unused, "${env:TOKEN}", "red")})
	for i, cached := range []bool{false, true} {
		e, s, seen := asked(t, dir)
		in, err := e.Ask(t.Context(), "red")
		if err != nil || in.Answer != "red" || in.Cached != cached || (s.calls.Load() == 0) != cached {
			t.Errorf("run %d: %v %+v after %d calls", i, err, in, s.calls.Load())
		}
		if c, ok := e.Case(t.Context(), 0); !ok || c.Cached != cached {
			t.Errorf("run %d: the case %+v", i, c)
		}
		if _, err := e.Finish(false); err != nil || len(seen.Run().Cases) != 1 {
			t.Error(err)
		}
	}
}
