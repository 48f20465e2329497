package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/grammar"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// checkParams refuses what would otherwise mean something silently different.
func checkParams(p sdk.Params) error {
	bad := func(name string, value any, expected string) error {
		return sdk.Errorf(sdk.InvalidRequest, "%s is %v; expected %s", name, value, expected)
	}
	switch {
	case p.MaxTokens < 0:
		return bad("max_tokens", p.MaxTokens, "1 or more, or 0 for the backend's own limit")
	case !(p.Temperature >= 0): // also refuses NaN
		return bad("temperature", p.Temperature, "0 (greedy) or more")
	case !(p.TopP >= 0 && p.TopP <= 1):
		return bad("top_p", p.TopP, "a number in (0, 1], or 0 for off")
	case !(p.MinP >= 0 && p.MinP < 1):
		return bad("min_p", p.MinP, "a number in [0, 1)")
	case p.TopK < 0:
		return bad("top_k", p.TopK, "1 or more, or 0 for off")
	case !(p.RepeatPenalty >= 0):
		return bad("repeat_penalty", p.RepeatPenalty, "above 0, or 1 for off")
	}
	for _, key := range slices.Sorted(maps.Keys(p.Extra)) {
		if key != "grammar" && key != "json_schema" {
			return sdk.Errorf(sdk.InvalidRequest, "the llamacpp backend knows no parameter %q; beyond the common ones it takes grammar and json_schema", key)
		}
	}
	return nil
}

// grammarOf makes a GBNF grammar of what the answer must follow, "" for anything.
func grammarOf(extra map[string]any) (string, error) {
	text, given := extra["grammar"]
	schema, held := extra["json_schema"]
	switch {
	case given && held:
		return "", sdk.Errorf(sdk.InvalidRequest, "grammar and json_schema are both given; expected one of them")
	case held:
		g, err := grammar.FromSchema(schema)
		if err != nil {
			return "", sdk.Errorf(sdk.InvalidRequest, "json_schema: %v", err)
		}
		return g, nil
	case !given:
		return "", nil
	}
	g, ok := text.(string)
	if !ok || strings.TrimSpace(g) == "" {
		return "", sdk.Errorf(sdk.InvalidRequest, "grammar is %v; expected a text in GBNF with a rule called root", text)
	}
	return g, nil
}
