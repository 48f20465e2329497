package runner

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// A seed says something only where there is something to draw.
func TestParamsOf(t *testing.T) {
	for name, c := range map[string]struct {
		params sdk.Params
		want   map[string]any
	}{
		"none":    {sdk.Params{}, nil},
		"greedy":  {sdk.Params{Seed: 7, MaxTokens: 48}, map[string]any{"max_tokens": 48}},
		"sampled": {sdk.Params{Seed: 7, Temperature: 0.5}, map[string]any{"seed": uint32(7), "temperature": 0.5}},
		"others":  {sdk.Params{Stop: []string{"x"}, Extra: map[string]any{"a": 1.0}}, map[string]any{"stop": []string{"x"}, "extra": map[string]any{"a": 1.0}}},
	} {
		if diff := cmp.Diff(c.want, paramsOf(c.params)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
