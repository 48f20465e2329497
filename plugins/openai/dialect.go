package main

import (
	"context"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// protocol is how requests and answers are written.
type protocol interface {
	// path of a call, relative to the base address.
	path(s *server) string
	// body writes a request.
	body(ctx context.Context, s *server, req sdk.Request) (*body, error)
	// reader takes an answer to pieces.
	reader() reader
}

// dialect is what servers of OpenAI's protocol disagree about.
type dialect struct {
	protocol    protocol
	url         string // where the server listens by default
	concurrency int    // by default
	logProbs    bool   // it has them, and asking costs little
	seeds       bool
	schema      func(schema any) map[string]any // fields that hold the answer to a JSON Schema; nil: it cannot
	maxTokens   string                          // name of the field
	// others names the fields of parameters that OpenAI does not have; a parameter
	// without one is refused, never dropped.
	others map[string]string
	// off switches off what a server's own defaults would do to sampling.
	off map[string]any
	// penalty switches off a penalty that changes greedy answers, too.
	penalty map[string]any
}

var dialects = map[string]dialect{
	"openai":    {protocol: chat{}, url: "https://api.openai.com/v1", concurrency: 16, seeds: true, schema: strictSchema, maxTokens: "max_completion_tokens"},
	"azure":     {protocol: chat{}, concurrency: 16, seeds: true, schema: strictSchema, maxTokens: "max_completion_tokens"},
	"responses": {protocol: responses{}, url: "https://api.openai.com/v1", concurrency: 16, schema: textSchema, maxTokens: "max_output_tokens"},
	"hf":        {protocol: chat{}, concurrency: 8, seeds: true, schema: namedSchema, maxTokens: "max_tokens"},
	"vllm": {
		protocol: chat{}, url: "http://127.0.0.1:8000/v1", concurrency: 32, logProbs: true, seeds: true, schema: namedSchema, maxTokens: "max_tokens",
		others:  map[string]string{topK: "top_k", minP: "min_p", penalty: "repetition_penalty"},
		off:     map[string]any{"top_p": 1, "top_k": -1, "min_p": 0},
		penalty: map[string]any{"repetition_penalty": 1},
	},
	"sglang": {
		protocol: chat{}, url: "http://127.0.0.1:30000/v1", concurrency: 32, logProbs: true, seeds: true, schema: namedSchema, maxTokens: "max_tokens",
		others:  map[string]string{topK: "top_k", minP: "min_p", penalty: "repetition_penalty"},
		off:     map[string]any{"top_p": 1, "top_k": -1, "min_p": 0},
		penalty: map[string]any{"repetition_penalty": 1},
	},
	"llama-server": {
		protocol: chat{}, url: "http://127.0.0.1:8080/v1", concurrency: 4, logProbs: true, seeds: true, schema: namedSchema, maxTokens: "max_tokens",
		others:  map[string]string{topK: "top_k", minP: "min_p", penalty: "repeat_penalty"},
		off:     map[string]any{"top_p": 1, "top_k": 0, "min_p": 0},
		penalty: map[string]any{"repeat_penalty": 1},
	},
	"llama-cpp-python": {
		protocol: chat{}, url: "http://127.0.0.1:8000/v1", concurrency: 1, seeds: true, schema: objectSchema, maxTokens: "max_tokens",
		others:  map[string]string{topK: "top_k", minP: "min_p", penalty: "repeat_penalty"},
		off:     map[string]any{"top_p": 1, "top_k": 0, "min_p": 0},
		penalty: map[string]any{"repeat_penalty": 1},
	},
	"lmstudio": {
		protocol: chat{}, url: "http://127.0.0.1:1234/v1", concurrency: 4, seeds: true, schema: namedSchema, maxTokens: "max_tokens",
		others:  map[string]string{topK: "top_k", minP: "min_p", penalty: "repeat_penalty"},
		off:     map[string]any{"top_p": 1, "top_k": 0, "min_p": 0},
		penalty: map[string]any{"repeat_penalty": 1},
	},
	"ollama": {
		protocol: ollama{}, url: "http://127.0.0.1:11434", concurrency: 4, logProbs: true, seeds: true, schema: formatSchema, maxTokens: "num_predict",
		others:  map[string]string{topK: "top_k", minP: "min_p", penalty: "repeat_penalty"},
		off:     map[string]any{"top_p": 1, "top_k": 0, "min_p": 0},
		penalty: map[string]any{"repeat_penalty": 1},
	},
}

// owners tell a dialect by `owned_by` in the list of models.
var owners = map[string]string{
	"vllm": "vllm", "sglang": "sglang", "llamacpp": "llama-server", "library": "ollama", "organization_owner": "lmstudio", "me": "llama-cpp-python",
}

const schemaName = "answer"

// namedSchema is OpenAI's form, for servers that take any schema.
func namedSchema(schema any) map[string]any {
	return map[string]any{"response_format": map[string]any{"type": "json_schema", "json_schema": map[string]any{"name": schemaName, "schema": schema}}}
}

// strictSchema also has OpenAI hold the answer to it, or refuse a schema that it cannot hold.
func strictSchema(schema any) map[string]any {
	return map[string]any{"response_format": map[string]any{"type": "json_schema", "json_schema": map[string]any{"name": schemaName, "schema": schema, "strict": true}}}
}

func objectSchema(schema any) map[string]any {
	return map[string]any{"response_format": map[string]any{"type": "json_object", "schema": schema}}
}

func textSchema(schema any) map[string]any {
	return map[string]any{"text": map[string]any{"format": map[string]any{"type": "json_schema", "name": schemaName, "schema": schema, "strict": true}}}
}

func formatSchema(schema any) map[string]any { return map[string]any{"format": schema} }
