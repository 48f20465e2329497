package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Parameters that OpenAI's protocol does not have.
const (
	topK    = "top_k"
	minP    = "min_p"
	penalty = "repeat_penalty"
)

// sampling writes the parameters of decoding as fields of a dialect.
func (s *server) sampling(p sdk.Params) (map[string]any, error) {
	f := map[string]any{"temperature": p.Temperature}
	maps.Copy(f, s.dialect.penalty)
	if p.Temperature > 0 {
		maps.Copy(f, s.dialect.off)
		if s.dialect.seeds {
			f["seed"] = p.Seed
		}
		if p.TopP > 0 {
			f["top_p"] = p.TopP
		}
	}
	if p.MaxTokens > 0 {
		f[s.dialect.maxTokens] = p.MaxTokens
	}
	if len(p.Stop) > 0 {
		f["stop"] = p.Stop
	}
	for _, o := range []struct {
		name  string
		value float64
		set   bool
	}{
		{topK, float64(p.TopK), p.TopK > 0 && p.Temperature > 0},
		{minP, p.MinP, p.MinP > 0 && p.Temperature > 0},
		{penalty, p.RepeatPenalty, p.RepeatPenalty != 0 && p.RepeatPenalty != 1},
	} {
		if !o.set {
			continue
		}
		field, ok := s.dialect.others[o.name]
		if !ok {
			return nil, sdk.Errorf(sdk.InvalidRequest, "dialect %s has no %s; leave it out of params, or name the server by dialect", s.name, o.name)
		}
		f[field] = o.value
	}
	return f, nil
}

// extras writes a schema of the answer, what the spec adds and what the config adds,
// which comes last. Where the config leaves a field out by null, so do they.
func (s *server) extras(f map[string]any, p sdk.Params) error {
	for _, key := range slices.Sorted(maps.Keys(p.Extra)) {
		switch value := p.Extra[key]; {
		case key == sdk.JSONSchemaParam && s.dialect.schema == nil:
			return sdk.Errorf(sdk.InvalidRequest, "dialect %s cannot hold an answer to a JSON Schema", s.name)
		case key == sdk.JSONSchemaParam:
			maps.Copy(f, s.dialect.schema(value))
		case slices.Contains(ours, key):
			return sdk.Errorf(sdk.InvalidRequest, "params.extra.%s is set by vlmspec itself; leave it out", key)
		default:
			f[key] = value
		}
	}
	for key, value := range s.config.Body {
		if f[key] = value; value == nil {
			delete(f, key)
		}
	}
	return nil
}

// ours are the fields that nobody else may set: a request would not be what the case says.
var ours = []string{"model", "messages", "input", "stream", "n"}

// trimmed is an answer as people write it: servers begin some with a space.
func trimmed(text string) string { return strings.TrimSpace(text) }
