//go:build llamacpp

package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Whatever the model would like to say, its answer follows the schema.
func TestJSONSchema(t *testing.T) {
	for name, text := range map[string]string{
		"a word":    `{"enum": ["red", "green", "blue"]}`,
		"a rating":  `{"type": "integer", "minimum": 1, "maximum": 5}`,
		"an object": `{"type": "object", "properties": {"color": {"enum": ["red", "blue"]}, "count": {"type": "integer", "minimum": 0, "maximum": 9}}, "required": ["color", "count"], "additionalProperties": false}`,
		"a list":    `{"type": "array", "items": {"type": "string", "maxLength": 4}, "minItems": 1, "maxItems": 3}`,
		"a tree":    `{"$defs": {"t": {"type": "object", "properties": {"k": {"type": "array", "maxItems": 1, "items": {"$ref": "#/$defs/t"}}}, "additionalProperties": false}}, "$ref": "#/$defs/t"}`,
		"a choice":  `{"anyOf": [{"type": "null"}, {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 2}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			compiler := jsonschema.NewCompiler()
			if err := compiler.AddResource("schema.json", doc); err != nil {
				t.Fatal(err)
			}
			schema := compiler.MustCompile("schema.json")
			for _, temperature := range []float64{0, 2} {
				r := generate(t, sdk.Params{MaxTokens: 200, Temperature: temperature, Seed: 7, Extra: map[string]any{"json_schema": jsonTypes(doc)}},
					user("red-circle.png", "Describe the image."))
				got, err := jsonschema.UnmarshalJSON(strings.NewReader(r.Text))
				if err == nil {
					err = schema.Validate(got)
				}
				if err != nil || r.Finish != sdk.FinishStop {
					t.Errorf("temperature %v: %q (%s): %v", temperature, r.Text, r.Finish, err)
				}
				if len(r.LogProbs) != r.Usage.OutputTokens {
					t.Errorf("%d log-probabilities of %d tokens", len(r.LogProbs), r.Usage.OutputTokens)
				}
			}
		})
	}
}

// jsonTypes makes of numbers what a request carries.
func jsonTypes(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, item := range v {
			out[k] = jsonTypes(item)
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			out = append(out, jsonTypes(item))
		}
		return out
	case interface{ Float64() (float64, error) }:
		f, _ := v.Float64()
		return f
	}
	return v
}

func TestGrammar(t *testing.T) {
	ask := func(grammar any) (sdk.Response, error) {
		return loaded(t).Generate(t.Context(), sdk.Request{
			Messages: []sdk.Message{user("red-circle.png", "Describe the image.")},
			Params:   sdk.Params{MaxTokens: 60, Extra: map[string]any{"grammar": grammar}},
		}, nil)
	}
	r, err := ask(`root ::= "at " [0-9]{2} "," [0-9]{2}`)
	if err != nil || !regexp.MustCompile(`^at \d\d,\d\d$`).MatchString(r.Text) {
		t.Errorf("got %q, %v", r.Text, err)
	}
	for name, c := range map[string]struct {
		grammar any
		message string
	}{
		"no text":        {3.0, "expected a text in GBNF"},
		"nothing":        {" ", "expected a text in GBNF"},
		"no root":        {`answer ::= "a"`, "llama.cpp refuses the grammar"},
		"not closed":     {`root ::= "a`, "llama.cpp refuses the grammar"},
		"an unknown one": {`root ::= other`, "llama.cpp refuses the grammar"},
		"left recursion": {`root ::= root "a" | "a"`, "llama.cpp refuses the grammar"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ask(c.grammar)
			if sdk.KindOf(err) != sdk.InvalidRequest || !strings.Contains(err.Error(), c.message) {
				t.Errorf("got %v; want %q", err, c.message)
			}
		})
	}
	both := sdk.Params{Extra: map[string]any{"grammar": `root ::= "a"`, "json_schema": true}}
	if _, err := loaded(t).Generate(t.Context(), sdk.Request{Messages: []sdk.Message{user("Hello")}, Params: both}, nil); sdk.KindOf(err) != sdk.InvalidRequest {
		t.Errorf("grammar and json_schema together: %v", err)
	}
}
