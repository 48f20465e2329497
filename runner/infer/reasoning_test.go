package infer

import (
	"context"
	"fmt"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/reasoning"
	"github.com/vlmspec/vlmspec/runner/result"
)

// What was thought is apart from the answer, and not shown in later turns.
func TestReasoningIsApart(t *testing.T) {
	f := &fake{answer: func(_ context.Context, req sdk.Request) (string, error) {
		return fmt.Sprintf("<think>no. %d?</think>\nanswer", len(req.Messages)), nil
	}}
	a := wait(t, start(t, f, tasks(talking("a", "more"))), 0)
	if got := a.Turns[1]; got.Answer != "answer" || got.Reasoning != "no. 3?" || got.Unclosed {
		t.Errorf("%+v", got)
	}
	if got := f.asked[1].Messages[1].Parts[0].Text; got != "answer" {
		t.Errorf("the second turn shows %q", got)
	}
}

// The cache has the text as it came, so that another rule needs no new answer.
func TestCachedReasoning(t *testing.T) {
	dir, f := t.TempDir(), &fake{answer: func(context.Context, sdk.Request) (string, error) { return "{hm}yes", nil }}
	c := one("a", "red-circle.png")
	turn := func() result.Turn {
		a, ok := run(t, dir, f, Options{Fingerprints: known{version: "1"}}, tasks(c)).Wait(t.Context(), 0)
		if !ok || a.Fault != nil {
			t.Fatalf("%+v", a)
		}
		return a.Turns[0]
	}
	if got := turn(); got.Answer != "{hm}yes" || got.Cached {
		t.Errorf("first %+v", got)
	}
	c.Reasoning = reasoning.Rule{Open: "{", Close: "}"}
	if got := turn(); got.Answer != "yes" || got.Reasoning != "hm" || !got.Cached {
		t.Errorf("by another rule %+v", got)
	}
}
