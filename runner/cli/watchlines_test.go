package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/secret"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/watch"
)

// A watch by lines says nothing that a terminal would obey, and no secret: in names
// of files, questions, mistakes, what a run printed, and its events.
func TestWatchLinesObeyNothing(t *testing.T) {
	const hush = "s3cr3t-Zq9x"
	const poison = "A\x1b]0;owned\x07B\u009b2JC\u202eD " + hush
	var out bytes.Buffer
	a := &app{rawOut: &out, rawErr: &out}
	a.out, a.err = visible.Writer(&out, a.shown), visible.Writer(&out, a.shown)
	a.secrets.Store(secret.New(secret.Value{Text: hush, Name: "TOKEN"}))
	s := &lineScreen{app: a, project: &spec.Project{Dir: t.TempDir(), State: t.TempDir()}}
	clean := func(e event.Event) event.Event { return secret.Clean(a.secrets.Load(), e) } // as a run sends them

	s.Say("-- running 1 of 3 cases: " + poison + " changed")
	s.Problem(errors.New("specs/a.yaml:3: unknown key " + poison))
	s.Ask("accept " + poison + "? y or n")
	s.RunStarts(1)
	c := &result.Case{
		ID: "s/a", Suite: "s" + poison, Name: "n" + poison, File: "specs/" + poison + ".yaml", Line: 3, Backend: "b" + poison, OneOfSeveral: true,
		Outcome: result.Failed, Reason: poison, Images: []result.Image{{Path: poison + ".png"}},
		Samples: []result.Sample{{Outcome: result.Failed, Turns: []result.Turn{{
			Prompt: poison, Answer: poison, Verdicts: []result.Verdict{{Kind: "equals", Outcome: result.Failed, Expected: poison, Actual: poison, Reason: poison}},
		}}}},
	}
	for _, e := range []event.Event{
		event.RunStarted{Manifest: result.Manifest{ID: "r", Started: time.Now(), Selected: 1}},
		event.CaseJudged{Case: c},
		event.Warning{Message: poison, Backend: poison},
		event.RunEnded{Manifest: result.Manifest{ID: "r", Selected: 1}},
	} {
		s.Event(clean(e))
	}
	s.RunEnds("a plugin printed " + poison + "\n")
	s.Status(watch.Status{Outcomes: map[result.Outcome]int{result.Failed: 1}, Files: 3, File: poison, Name: poison})

	for what, bad := range map[string]string{"a title": "\x1b]", "a bell": "\x07", "C1": "\u009b", "direction": "\u202e", "a secret": hush} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%s is on the screen:\n%q", what, out.String())
		}
	}
	for _, part := range []string{"changed", "unknown key", "y or n", "failed", "a plugin printed", "file ", "name ", `\x1b`, "[redacted]"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is missing:\n%s", part, out.String())
		}
	}
}
