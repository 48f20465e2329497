package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

func fail(status int, body string, headers ...string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func once(first, then func(http.ResponseWriter, *http.Request, int)) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			first(w, r, n)
		} else {
			then(w, r, n)
		}
	}
}

// streamed sends events and then hangs up, without an end.
func streamed(list ...string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, e := range list {
			fmt.Fprintf(w, "data: %s\n\n", e)
		}
		w.(http.Flusher).Flush()
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}

func answers(body string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) { whole(w, body) }
}

func reset(w http.ResponseWriter, _ *http.Request, _ int) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
}

const piece = `{"choices":[{"index":0,"delta":{"content":"red and"}}]}`

func TestFaults(t *testing.T) {
	red := says("red")
	for name, test := range map[string]struct {
		on    func(http.ResponseWriter, *http.Request, int)
		more  []any
		tries int
		kind  sdk.ErrorKind // "" answers red
		words string
	}{
		"busy, with a wait":            {once(fail(429, `{"error":{"message":"slow down"}}`, "Retry-After", "0"), red), nil, 2, "", ""},
		"busy, without":                {once(fail(503, `no`), red), nil, 2, "", ""},
		"busy for longer than allowed": {fail(429, `{"error":{"message":"slow down"}}`, "Retry-After", "3600"), nil, 1, sdk.Internal, "429 Too Many Requests: slow down; it asks to wait 1h0m0s, and max_wait allows 1m0s in all"},
		"out of money":                 {fail(429, `{"error":{"message":"no quota","code":"insufficient_quota"}}`, "Retry-After", "0"), nil, 1, sdk.Internal, "no quota"},
		"one 500":                      {once(fail(500, `boom`), red), nil, 2, "", ""},
		"500 for ever":                 {fail(500, `{"error":{"message":"CUDA out of memory","type":"server_error"}}`), nil, 3, sdk.Internal, "the server answered 500 Internal Server Error: CUDA out of memory"},
		"bad request":                  {fail(400, `{"object":"error","message":"the prompt is too long","code":400}`), nil, 1, sdk.InvalidRequest, "400 Bad Request: the prompt is too long"},
		"FastAPI's mistake":            {fail(422, `{"detail":[{"loc":["body"],"msg":"field required"}]}`), nil, 1, sdk.InvalidRequest, "field required"},
		"wrong key":                    {fail(401, `{"error":{"message":"Incorrect API key provided: sk-the-key."}}`), []any{"key", "sk-the-key"}, 1, sdk.InvalidRequest, "the server refuses the key (401): Incorrect API key provided: [redacted]."},
		"unknown model":                {fail(404, `{"error":"model not found"}`), nil, 1, sdk.InvalidRequest, "the server has no such model or path (404): model not found"},
		"a page of a proxy":            {fail(502, "<html><head><style>p{}</style></head><body><h1>Bad gateway</h1></body></html>"), nil, 3, sdk.Internal, "502 Bad Gateway: Bad gateway"},
		"a page that is no error": {func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>Sign in</html>")
		}, nil, 1, sdk.Internal, "the server answers with text/html, expected JSON: Sign in"},
		"a redirect":                 {fail(307, ``, "Location", "http://127.0.0.1:1/x"), nil, 3, sdk.Internal, "cannot be reached"},
		"no choices":                 {answers(`{"id":"1","choices":[]}`), nil, 1, sdk.Internal, "the server's answer has no choices"},
		"no choices in a stream":     {func(w http.ResponseWriter, _ *http.Request, _ int) { events(w, `{"choices":[]}`) }, nil, 3, sdk.Internal, "cut off"},
		"two answers":                {answers(`{"choices":[{"index":0,"message":{"content":"red"},"finish_reason":"stop"},{"index":1,"message":{"content":"red"},"finish_reason":"stop"}]}`), nil, 1, sdk.Internal, "several answers"},
		"an error with 200":          {answers(`{"error":{"message":"no such template"}}`), nil, 3, sdk.Internal, "no such template"},
		"no JSON":                    {answers(`{"choices":[{`), nil, 3, sdk.Internal, "the server's answer is no JSON"},
		"another JSON":               {answers(`["red"]`), nil, 3, sdk.Internal, "is no JSON"},
		"nothing":                    {answers(``), nil, 3, sdk.Internal, "is no JSON"},
		"no JSON in a stream":        {func(w http.ResponseWriter, _ *http.Request, _ int) { events(w, `{"choi`) }, nil, 3, sdk.Internal, "is no JSON"},
		"an empty stream":            {func(w http.ResponseWriter, _ *http.Request, _ int) { events(w) }, nil, 3, sdk.Internal, "the server's answer is empty"},
		"cut before the first token": {once(streamed(`{"choices":[{"index":0,"delta":{"role":"assistant"}}]}`), red), nil, 2, "", ""},
		"cut in the middle":          {once(streamed(piece), red), nil, 1, sdk.Internal, "broke off"},
		"ends in the middle":         {func(w http.ResponseWriter, _ *http.Request, _ int) { events(w, piece) }, nil, 1, sdk.Internal, "cut off"},
		"an error in the middle": {func(w http.ResponseWriter, _ *http.Request, _ int) {
			events(w, piece, `{"error":{"message":"engine died"}}`)
		}, nil, 1, sdk.Internal, "the server broke off: engine died"},
		"filtered":       {func(w http.ResponseWriter, _ *http.Request, _ int) { events(w, chunks("red", "content_filter")...) }, nil, 1, sdk.InvalidRequest, "withheld the answer"},
		"given up":       {func(w http.ResponseWriter, _ *http.Request, _ int) { events(w, chunks("red", "abort")...) }, nil, 1, sdk.Internal, "gave up"},
		"a tool":         {func(w http.ResponseWriter, _ *http.Request, _ int) { events(w, chunks("", "tool_calls")...) }, nil, 1, sdk.InvalidRequest, "called a tool"},
		"an unknown end": {func(w http.ResponseWriter, _ *http.Request, _ int) { events(w, chunks("red", "bored")...) }, nil, 1, sdk.Internal, `finish_reason "bored"`},
		"a refusal":      {answers(`{"choices":[{"index":0,"message":{"content":null,"refusal":"I can't help with red."},"finish_reason":"stop"}]}`), nil, 1, sdk.InvalidRequest, "the model refused to answer: I can't help with red."},
		"a refusal in a stream": {func(w http.ResponseWriter, _ *http.Request, _ int) {
			events(w, `{"choices":[{"index":0,"delta":{"refusal":"No."}}]}`, `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`)
		}, nil, 1, sdk.InvalidRequest, "the model refused to answer: No."},
		"50 MB": {func(w http.ResponseWriter, _ *http.Request, _ int) {
			whole(w, `{"x":"`+strings.Repeat("a", 50<<20)+`"}`)
		}, nil, 1, sdk.Internal, "longer than 16 MB"},
		"50 MB of a stream": {func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Type", "text/event-stream")
			for range 500 {
				fmt.Fprintf(w, ": %s\n", strings.Repeat("a", 100<<10))
			}
		}, nil, 1, sdk.Internal, "longer than 16 MB"},
		"reset once":            {once(reset, red), nil, 2, "", ""},
		"reset for ever":        {reset, nil, 3, sdk.Internal, "cannot be reached: it closed the connection"},
		"a prompt that was cut": {answers(`{"choices":[{"index":0,"message":{"content":"red"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1024,"completion_tokens":1}}`), nil, 1, sdk.InvalidRequest, "the prompt was cut"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLoopback(t, test.on)
			r, err := ask(t, configured(t, l.config(test.more...)))
			if test.kind == "" && (err != nil || r.Text != "red") {
				t.Errorf("%+v, %v", r, err)
			}
			if test.kind != "" && (err == nil || sdk.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.words)) {
				t.Errorf("%v (%s), want %q (%s)", err, sdk.KindOf(err), test.words, test.kind)
			}
			if err != nil && len(err.Error()) > 600 {
				t.Errorf("%d bytes of error", len(err.Error()))
			}
			if l.count() != test.tries {
				t.Errorf("%d tries, want %d", l.count(), test.tries)
			}
		})
	}
}

// An answer that ends at its limit says so.
func TestLength(t *testing.T) {
	l := newLoopback(t, func(w http.ResponseWriter, _ *http.Request, _ int) { events(w, chunks("red", "length")...) })
	if r, err := ask(t, configured(t, l.config())); err != nil || r.Finish != sdk.FinishLength {
		t.Errorf("%+v, %v", r, err)
	}
}

// Ollama and Responses end in ways of their own.
func TestEndsOfOtherProtocols(t *testing.T) {
	done := func(status, details string) string {
		return `{"id":"r","status":"` + status + `","incomplete_details":` + details + `,"output":[{"type":"message","content":[{"type":"output_text","text":"red"}]}]}`
	}
	for name, test := range map[string]struct {
		dialect, body string
		finish        sdk.FinishReason
		kind          sdk.ErrorKind
	}{
		"ollama stops":           {"ollama", `{"message":{"content":"red"},"done":true,"done_reason":"stop"}`, sdk.FinishStop, ""},
		"ollama at its limit":    {"ollama", `{"message":{"content":"red"},"done":true,"done_reason":"length"}`, sdk.FinishLength, ""},
		"ollama gives no reason": {"ollama", `{"message":{"content":"red"},"done":true}`, "", sdk.Internal},
		"ollama is not done":     {"ollama", `{"message":{"content":"red"},"done":false}`, "", sdk.Internal},
		"ollama loads":           {"ollama", `{"message":{"content":""},"done":true,"done_reason":"load"}`, "", sdk.Internal},
		"ollama cuts the prompt": {"ollama", `{"message":{"content":"red"},"done":true,"done_reason":"stop","prompt_eval_count":1024}`, "", sdk.InvalidRequest},
		"responses at its limit": {"responses", done("incomplete", `{"reason":"max_output_tokens"}`), sdk.FinishLength, ""},
		"responses filters":      {"responses", done("incomplete", `{"reason":"content_filter"}`), "", sdk.InvalidRequest},
		"responses fails":        {"responses", done("failed", `null`), "", sdk.Internal},
		"responses refuses":      {"responses", `{"id":"r","status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"No."}]}]}`, "", sdk.InvalidRequest},
		"responses has nothing":  {"responses", `{"id":"r","status":"completed","output":[]}`, "", sdk.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLoopback(t, answers(test.body))
			if test.dialect == "ollama" {
				ollamaSays(l)
			}
			r, err := ask(t, configured(t, l.config("dialect", test.dialect, "model", "shapes")))
			if test.kind == "" && (err != nil || r.Text != "red" || r.Finish != test.finish) || test.kind != "" && (err == nil || sdk.KindOf(err) != test.kind) {
				t.Errorf("%+v, %v (%s)", r, err, sdk.KindOf(err))
			}
		})
	}
}

// A call that hangs ends with its context.
func TestSlow(t *testing.T) {
	l := newLoopback(t, func(_ http.ResponseWriter, r *http.Request, _ int) { <-r.Context().Done() })
	s := configured(t, l.config())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := s.Generate(ctx, sdk.Request{Messages: []sdk.Message{{Role: sdk.User, Parts: []sdk.Part{{Text: "x"}}}}}, nil)
	if err == nil || ctx.Err() == nil {
		t.Errorf("%v", err)
	}
}

func TestServersThatCannotBeReached(t *testing.T) {
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	plainHTTP := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plainHTTP.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, test := range map[string]struct{ url, words string }{
		"down":                   {gone.URL, "the connection is refused; is the server running?"},
		"no such name":           {"http://no-such-host.invalid/v1", "no-such-host.invalid cannot be reached"},
		"an unknown certificate": {secure.URL, "signed by an authority that is not known; name that in config key ca"},
		"http for https":         {strings.Replace(plainHTTP.URL, "http:", "https:", 1), "it speaks http, not https"},
	} {
		t.Run(name, func(t *testing.T) {
			err := (&server{}).Configure(t.Context(), map[string]any{"base_url": test.url, "model": "m"})
			if err == nil || sdk.KindOf(err) != sdk.InvalidConfig || !strings.Contains(err.Error(), test.words) {
				t.Errorf("%v (%s)", err, sdk.KindOf(err))
			}
		})
	}
}

func TestMistakesInTheConfig(t *testing.T) {
	l := newLoopback(t, says("red"))
	for name, test := range map[string]struct {
		config map[string]any
		words  string
	}{
		"no address":      {map[string]any{}, `key "base_url" is missing`},
		"no http":         {map[string]any{"base_url": "127.0.0.1:8000"}, "write one like http://127.0.0.1:8000/v1"},
		"a password":      {map[string]any{"base_url": "http://a:b@127.0.0.1/v1"}, "use key or headers"},
		"a query":         {map[string]any{"base_url": "http://127.0.0.1/v1?api-version=1"}, "has a ? or #"},
		"another model":   {l.config("model", "circles"), `the server has no model "circles"; it has shapes`},
		"no deployment":   {map[string]any{"base_url": l.URL, "dialect": "azure"}, "the name of the deployment"},
		"a field of ours": {l.config("body", map[string]any{"n": 2}), "body.n is set by vlmspec itself"},
		"no certificates": {l.config("ca", "/does/not/exist.pem"), "ca: "},
	} {
		err := (&server{}).Configure(t.Context(), test.config)
		if err == nil || sdk.KindOf(err) != sdk.InvalidConfig || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A server that is down for long does not cost every case its tries.
func TestServerThatGoesDown(t *testing.T) {
	l := newLoopback(t, fail(500, "boom"))
	s := configured(t, l.config())
	for range 10 {
		_, _ = ask(t, s)
	}
	if n := l.count(); n > 10+2*mostTries {
		t.Errorf("%d tries of 10 calls", n)
	}
}

// What identifies a server is the same again, whatever the time is.
func TestFingerprint(t *testing.T) {
	l := newLoopback(t, says("red"))
	digest := func(more ...any) string {
		t.Helper()
		info, err := configured(t, l.config(more...)).Describe(t.Context())
		if err != nil || !info.Remote {
			t.Fatalf("%+v, %v", info, err)
		}
		data, _ := json.Marshal(info)
		if strings.Contains(string(data), "sk-the-key") {
			t.Errorf("the key is in %s", data)
		}
		return info.ModelDigest
	}
	models := func(created, meta string) {
		l.mu.Lock()
		l.says["/v1/models"] = `{"data":[{"id":"shapes","created":` + created + `,"owned_by":"llamacpp","meta":` + meta + `}]}`
		l.says["/props"] = `{"build_info":"b1","media_marker":"<` + created + `>","total_slots":2}`
		l.mu.Unlock()
	}
	models("1", `{"n_params":1}`)
	first := digest()
	models("2", `{"n_params":1}`)
	if again := digest("key", "sk-the-key"); again != first || first == "" {
		t.Errorf("%q, then %q", first, again)
	}
	models("2", `{"n_params":2}`)
	if other := digest(); other == first {
		t.Error("another model is the same")
	}
	l.mu.Lock()
	delete(l.says, "/v1/models")
	l.mu.Unlock()
	if d := digest("model", "shapes"); d != "" {
		t.Errorf("nothing is known, and the digest is %q", d)
	}
	if digest("model", "shapes", "revision", "2026-11") == digest("model", "shapes", "revision", "2026-12") {
		t.Error("another revision is the same")
	}
}
