package reasoning_test

import (
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/reasoning"
)

// What a server has set apart counts like what stands in the text.
func TestApart(t *testing.T) {
	for name, test := range map[string]struct {
		said sdk.Response
		want reasoning.Parts
	}{
		"of the server":            {sdk.Response{Text: "blue", Reasoning: "Red?\n"}, reasoning.Parts{Answer: "blue", Reasoning: "Red?"}},
		"of both":                  {sdk.Response{Text: "<think>No.</think>blue", Reasoning: "Red?"}, reasoning.Parts{Answer: "blue", Reasoning: "Red?\nNo."}},
		"cut off while it thinks":  {sdk.Response{Reasoning: "Red", Finish: sdk.FinishLength}, reasoning.Parts{Reasoning: "Red", Unclosed: true}},
		"thinks and says nothing":  {sdk.Response{Reasoning: "Red", Finish: sdk.FinishStop}, reasoning.Parts{Reasoning: "Red"}},
		"cut off while it answers": {sdk.Response{Text: "a re", Reasoning: "Red", Finish: sdk.FinishLength}, reasoning.Parts{Answer: "a re", Reasoning: "Red"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (reasoning.Rule{}).Apart(test.said); got != test.want {
				t.Errorf("is %+v\nwanted %+v", got, test.want)
			}
		})
	}
}
