package check

import (
	"context"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
)

// What a judge thinks is recorded and no grade; one that is cut off or says nothing is an error, and no 0.
func TestJudgeThatReasons(t *testing.T) {
	c := mustCompile(t, "judge: {rubric: good, backend: big, max_tokens: 99}")
	for name, r := range map[string]struct {
		said    sdk.Response
		outcome result.Outcome
	}{
		"thinks":       {sdk.Response{Text: `{"reason": "", "score": 0.9}`, Reasoning: `{"score": 0.1}`}, passed},
		"thinks only":  {sdk.Response{Reasoning: `{"reason": "", "score": 0.9}`}, result.Error},
		"is cut off":   {sdk.Response{Text: `{"reason": "", "score": 1}`, Finish: sdk.FinishLength}, result.Error},
		"says nothing": {sdk.Response{}, result.Error},
	} {
		var params sdk.Params
		v := c.Judge(context.Background(), Input{Answer: "a", Ask: func(_ context.Context, _ string, req sdk.Request) (sdk.Response, bool, error) {
			params = req.Params
			return r.said, false, nil
		}})
		if v.Outcome != r.outcome || v.Judge.Reasoning != r.said.Reasoning {
			t.Errorf("%s: %+v", name, v)
		}
		if params.MaxTokens != 99 || params.Extra[sdk.JSONSchemaParam] == nil {
			t.Errorf("asked with %+v", params)
		}
		if v.Outcome == passed && (len(v.Measures) != 1 || v.Measures[0].What != "grade" || v.Measures[0].Value != 0.9 || *v.Measures[0].Min != 0.7) {
			t.Errorf("measures %+v", v.Measures)
		}
	}
}
