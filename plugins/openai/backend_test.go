package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/backendtest"
)

const (
	wholeAnswer = `{"id":"1","choices":[{"index":0,"message":{"role":"assistant","content":" a grey square"},"logprobs":{"content":[{"token":"a","bytes":[97],"logprob":-0.5,"top_logprobs":[]}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":3}}`
	ollamaLines = `{"message":{"role":"assistant","content":"a grey"},"logprobs":[{"token":"a","logprob":-0.5}],"done":false}` + "\n" +
		`{"message":{"role":"assistant","content":" square"},"done":true,"done_reason":"stop","prompt_eval_count":20,"eval_count":3}` + "\n"
	responsesEnd = `{"type":"response.completed","response":{"id":"r","status":"completed","output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]},` +
		`{"type":"message","content":[{"type":"output_text","text":"a grey square","annotations":[]}]}],"usage":{"input_tokens":20,"output_tokens":3}}}`
)

func ollamaSays(l *loopback) {
	l.says = map[string]string{
		"/v1/models": `{"data":[{"id":"shapes:latest","owned_by":"library"}]}`, "/api/version": `{"version":"0.17.4"}`,
		"/api/tags": `{"models":[{"name":"shapes:latest","digest":"abc"}]}`, "/api/show": `{"modelfile":"FROM x","parameters":"num_ctx                        1024\nstop \"a\""}`,
	}
}

func TestConformance(t *testing.T) {
	for name, test := range map[string]struct {
		more   []any
		says   func(*loopback)
		answer func(w http.ResponseWriter)
	}{
		"a stream":                      {nil, func(*loopback) {}, func(w http.ResponseWriter) { events(w, chunks(" a grey square", "stop")...) }},
		"no stream":                     {[]any{"stream", false}, func(*loopback) {}, func(w http.ResponseWriter) { whole(w, wholeAnswer) }},
		"a server that does not stream": {nil, func(*loopback) {}, func(w http.ResponseWriter) { whole(w, wholeAnswer) }},
		"ollama": {nil, ollamaSays, func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/x-ndjson")
			_, _ = io.WriteString(w, ollamaLines)
		}},
		"responses": {[]any{"dialect", "responses"}, func(*loopback) {}, func(w http.ResponseWriter) {
			events(w, `{"type":"response.created"}`, `{"type":"response.output_text.delta","delta":"a grey "}`, `{"type":"response.output_text.delta","delta":"square"}`, responsesEnd)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLoopback(t, func(w http.ResponseWriter, _ *http.Request, _ int) { test.answer(w) })
			test.says(l)
			backendtest.Run(t, &server{}, backendtest.Options{Config: l.config(test.more...)})
			s := configured(t, l.config(test.more...))
			r, err := ask(t, s)
			if err != nil || r.Text != "a grey square" || r.Finish != sdk.FinishStop || r.Usage.OutputTokens != 3 || r.Usage.TextTokens+r.Usage.ImageTokens != 20 {
				t.Errorf("%+v, %v", r, err)
			}
			if name == "responses" && r.Reasoning != "hm" {
				t.Errorf("reasoning %q", r.Reasoning)
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	l := newLoopback(t, says(" a red circle"))
	var emitted strings.Builder
	r, err := configured(t, l.config()).Generate(t.Context(), sdk.Request{Messages: []sdk.Message{{Role: sdk.User, Parts: []sdk.Part{{Text: "What?"}}}}}, func(s string) { emitted.WriteString(s) })
	want := sdk.Usage{TextTokens: 4, ImageTokens: 16, OutputTokens: 3, CachedTokens: 4}
	if err != nil || r.Text != "a red circle" || r.Usage != want || !slices.Equal(r.LogProbs, []float64{-0.5, -0.5, -0.5, -0.5}) || strings.TrimSpace(emitted.String()) != r.Text {
		t.Errorf("%+v, %v, emitted %q", r, err, emitted.String())
	}
	if r.Timings.Prefill <= 0 || r.Timings.Decode < 0 {
		t.Errorf("timings %+v", r.Timings)
	}
}

// Reasoning that a server sets apart is no part of the answer, under either name.
func TestReasoning(t *testing.T) {
	for _, key := range []string{"reasoning_content", "reasoning"} {
		for _, stream := range []bool{true, false} {
			l := newLoopback(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
				if !stream {
					whole(w, fmt.Sprintf(`{"choices":[{"index":0,"message":{"content":"red",%q:"It is not blue."},"finish_reason":"stop"}]}`, key))
					return
				}
				events(w, fmt.Sprintf(`{"choices":[{"index":0,"delta":{%q:"It is "}}]}`, key), fmt.Sprintf(`{"choices":[{"index":0,"delta":{%q:"not blue.","content":null}}]}`, key),
					`{"choices":[{"index":0,"delta":{"content":"red"},"finish_reason":"stop"}]}`)
			})
			r, err := ask(t, configured(t, l.config("stream", stream)))
			if err != nil || r.Text != "red" || r.Reasoning != "It is not blue." {
				t.Errorf("%s: %+v, %v", key, r, err)
			}
		}
	}
}

// What is asked, by dialect: images stand where the case has them.
func TestRequests(t *testing.T) {
	img := drawn(t, "a.png", 255)
	req := sdk.Request{Messages: []sdk.Message{
		{Role: sdk.System, Parts: []sdk.Part{{Text: "Be short."}}},
		{Role: sdk.User, Parts: []sdk.Part{{Text: "First:"}, {Text: " "}, {Image: img}, {Text: "Second:"}, {Image: img}}},
		{Role: sdk.Assistant, Parts: []sdk.Part{{Text: "ok"}}},
		{Role: sdk.User, Parts: []sdk.Part{{Text: "Which \"one\"?"}}},
	}, Params: sdk.Params{MaxTokens: 9, Temperature: 0.5, TopP: 0.9, Seed: 7, Extra: map[string]any{"json_schema": map[string]any{"type": "string"}, "more": true}}}
	uri := "data:image/png;base64,IMG"
	content := `[{"text":"First: ","type":"text"},{"image_url":{"url":"` + uri + `"},"type":"image_url"},{"text":"Second:","type":"text"},{"image_url":{"url":"` + uri + `"},"type":"image_url"}]`
	chatMessages := `[{"content":"Be short.","role":"system"},{"content":` + content + `,"role":"user"},{"content":"ok","role":"assistant"},{"content":"Which \"one\"?","role":"user"}]`
	schema := `{"json_schema":{"name":"answer","schema":{"type":"string"}},"type":"json_schema"}`
	strict := strings.Replace(schema, `}},`, `},"strict":true},`, 1)
	for dialect, want := range map[string]string{
		"openai": `{"max_completion_tokens":9,"messages":` + chatMessages + `,"model":"shapes","more":true,"response_format":` + strict + `,"seed":7,"stop":["X"],"stream":true,"stream_options":{"include_usage":true},"temperature":0.5,"top_p":0.9}`,
		"vllm":   `{"logprobs":true,"max_tokens":9,"messages":` + chatMessages + `,"min_p":0,"model":"shapes","more":true,"repetition_penalty":1,"response_format":` + schema + `,"seed":7,"stop":["X"],"stream":true,"stream_options":{"include_usage":true},"temperature":0.5,"top_k":-1,"top_p":0.9}`,
		"ollama": `{"format":{"type":"string"},"logprobs":true,"messages":[{"content":"Be short.","role":"system"},{"content":"First: [img]Second:[img]","images":["IMG","IMG"],"role":"user"},{"content":"ok","role":"assistant"},{"content":"Which \"one\"?","role":"user"}],` +
			`"model":"shapes","more":true,"options":{"min_p":0,"num_predict":9,"repeat_penalty":1,"seed":7,"stop":["X"],"temperature":0.5,"top_k":0,"top_p":0.9},"shift":false,"stream":true,"truncate":false}`,
		"responses": `{"input":[{"content":"Be short.","role":"system"},{"content":[{"text":"First: ","type":"input_text"},{"image_url":"` + uri + `","type":"input_image"},{"text":"Second:","type":"input_text"},{"image_url":"` + uri + `","type":"input_image"}],"role":"user"},` +
			`{"content":"ok","role":"assistant"},{"content":"Which \"one\"?","role":"user"}],"max_output_tokens":9,"model":"shapes","more":true,"store":false,"stream":true,"temperature":0.5,"text":{"format":{"name":"answer","schema":{"type":"string"},"strict":true,"type":"json_schema"}},"top_p":0.9}`,
	} {
		t.Run(dialect, func(t *testing.T) {
			l := newLoopback(t, func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusTeapot) })
			s := configured(t, l.config("dialect", dialect, "model", "shapes"))
			r := req
			if dialect != "responses" {
				r.Params.Stop = []string{"X"}
			}
			_, _ = s.Generate(t.Context(), r, nil)
			if l.count() != 1 {
				t.Fatalf("%d requests", l.count())
			}
			got, err := json.Marshal(l.requests[0])
			if err != nil {
				t.Fatal(err)
			}
			p, _, _ := s.pictures.get(t.Context(), img)
			if g := strings.ReplaceAll(string(got), string(p.base64), "IMG"); g != want {
				t.Errorf("got\n%s\nwant\n%s", g, want)
			}
		})
	}
}

// A parameter that a server does not know is refused, never dropped.
func TestParametersThatADialectLacks(t *testing.T) {
	l := newLoopback(t, says("red"))
	for dialect, p := range map[string]sdk.Params{
		"openai": {Temperature: 1, TopK: 5}, "azure": {RepeatPenalty: 1.1}, "hf": {Temperature: 1, MinP: 0.1},
		"responses": {Stop: []string{"x"}}, "vllm": {Extra: map[string]any{"model": "other"}},
	} {
		s := configured(t, l.config("dialect", dialect, "model", "shapes"))
		_, err := s.Generate(t.Context(), sdk.Request{Messages: []sdk.Message{{Role: sdk.User, Parts: []sdk.Part{{Text: "x"}}}}, Params: p}, nil)
		if sdk.KindOf(err) != sdk.InvalidRequest {
			t.Errorf("%s: %v", dialect, err)
		}
	}
	if l.count() != 0 {
		t.Error("the server was asked all the same")
	}
}

// The config leaves a field out or sets one, whatever the case says.
func TestBody(t *testing.T) {
	l := newLoopback(t, says("red"))
	if _, err := ask(t, configured(t, l.config("body", map[string]any{"temperature": nil, "reasoning_effort": "low"}))); err != nil {
		t.Fatal(err)
	}
	_, temperature := l.requests[0]["temperature"]
	if temperature || l.requests[0]["reasoning_effort"] != "low" {
		t.Errorf("%v", l.requests[0])
	}
}

func TestAzure(t *testing.T) {
	l := newLoopback(t, says("red"))
	for _, c := range []struct{ version, path string }{{"2024-10-21", "/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21"}, {"", "/openai/v1/chat/completions"}} {
		config := map[string]any{"base_url": l.URL, "dialect": "azure", "model": "my gpt", "key": "key-of-azure"}
		if c.version != "" {
			config["api_version"] = c.version
		}
		if _, err := ask(t, configured(t, config)); err != nil {
			t.Fatal(err)
		}
		n := l.count() - 1
		if l.paths[n] != c.path || l.headers[n].Get("Api-Key") != "key-of-azure" || l.headers[n].Get("Authorization") != "" {
			t.Errorf("%s with %v", l.paths[n], l.headers[n])
		}
	}
}

func TestHeadersAndKey(t *testing.T) {
	l := newLoopback(t, says("red"))
	if _, err := ask(t, configured(t, l.config("key", "sk-secret-1", "headers", map[string]any{"X-Team": "vision-team"}))); err != nil {
		t.Fatal(err)
	}
	if h := l.headers[0]; h.Get("Authorization") != "Bearer sk-secret-1" || h.Get("X-Team") != "vision-team" {
		t.Errorf("%v", h)
	}
	t.Setenv("OPENAI_API_KEY", "sk-of-somebody-else")
	if _, err := ask(t, configured(t, l.config())); err != nil {
		t.Fatal(err)
	}
	if h := l.headers[1]; h.Get("Authorization") != "" {
		t.Errorf("a key that the config does not name was sent: %v", h)
	}
}
