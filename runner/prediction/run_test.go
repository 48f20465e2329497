package prediction

import (
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
)

func TestRun(t *testing.T) {
	talk := result.Sample{Seed: 7, Turns: []result.Turn{{Answer: "first", Finish: "stop"}, {Answer: "second", Finish: "length"}}}
	broken := result.Sample{Seed: 8, Turns: []result.Turn{{Answer: "half"}}, Error: &result.Fault{Message: "it crashed"}}
	r := OfRun(&result.Run{Manifest: result.Manifest{ID: "r"}, Cases: []result.Case{{ID: "s/a", Samples: []result.Sample{talk, broken}}}})
	ask := func(id string, seed uint32, turn int) (sdk.Response, error) {
		req := sdk.Request{ID: id, Params: sdk.Params{Seed: seed}, Messages: []sdk.Message{{Role: sdk.User}}}
		for range turn {
			req.Messages = append(req.Messages, sdk.Message{Role: sdk.Assistant}, sdk.Message{Role: sdk.User})
		}
		return r.Generate(t.Context(), req, nil)
	}
	if a, err := ask("s/a", 7, 1); err != nil || a.Text != "second" || a.Finish != sdk.FinishLength {
		t.Error(a, err)
	}
	for what, err := range map[string]error{
		"run r has no answer for s/a with seed 9":                   second(ask("s/a", 9, 0)),
		"run r has no answer for s/b with seed 7":                   second(ask("s/b", 7, 0)),
		"run r has no answer for turn 3 of s/a: it has fewer turns": second(ask("s/a", 7, 2)),
		"run r has no answer for turn 1 of s/a: it crashed":         second(ask("s/a", 8, 0)),
	} {
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("want %q, got %v", what, err)
		}
	}
	if r.Known(map[string]bool{"s/a": true}, true) != nil || r.Known(map[string]bool{"s/b": true}, false) == nil {
		t.Error("it knows other cases than its own")
	}
}

func second(_ sdk.Response, err error) error { return err }
