package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

// loopback is a server that does what a test wants.
type loopback struct {
	*httptest.Server
	mu       sync.Mutex
	requests []map[string]any // bodies of calls
	headers  []http.Header
	paths    []string
	// on answers a call, the n-th from 1.
	on func(w http.ResponseWriter, r *http.Request, n int)
	// says answers questions of what the server is, by path; nil is 404.
	says map[string]string
}

func newLoopback(t testing.TB, on func(w http.ResponseWriter, r *http.Request, n int)) *loopback {
	t.Helper()
	l := &loopback{on: on, says: map[string]string{"/v1/models": `{"object":"list","data":[{"id":"shapes","object":"model","created":1,"owned_by":"vllm","max_model_len":1024}]}`}}
	l.Server = httptest.NewServer(l)
	t.Cleanup(l.Close)
	return l
}

func (l *loopback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	if says, ok := l.says[r.URL.Path]; ok {
		l.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, says)
		return
	}
	if r.Method == http.MethodGet || r.URL.Path == "/api/show" {
		l.mu.Unlock()
		http.NotFound(w, r)
		return
	}
	var body map[string]any
	_ = json.Unmarshal(data, &body)
	l.requests, l.headers, l.paths = append(l.requests, body), append(l.headers, r.Header), append(l.paths, r.URL.String())
	n := len(l.requests)
	l.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(data))
	l.on(w, r, n)
}

func (l *loopback) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.requests)
}

// config of a backend on this server; more are pairs of keys and values.
func (l *loopback) config(more ...any) map[string]any {
	c := map[string]any{"base_url": l.URL + "/v1"}
	for i := 0; i < len(more); i += 2 {
		c[more[i].(string)] = more[i+1]
	}
	return c
}

func configured(t testing.TB, config map[string]any) *server {
	t.Helper()
	s := &server{}
	if err := s.Configure(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// events writes server-sent events, and [DONE].
func events(w http.ResponseWriter, list ...string) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	for _, e := range list {
		fmt.Fprintf(w, "data: %s\n\n", e)
	}
	_, _ = io.WriteString(w, "data: [DONE]\n\n")
}

// chunks is an answer as vLLM streams it.
func chunks(text, finish string) []string {
	list := []string{`{"id":"1","choices":[{"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}]}`}
	for _, word := range strings.SplitAfter(text, " ") {
		data, _ := json.Marshal(word)
		list = append(list, fmt.Sprintf(`{"id":"1","choices":[{"index":0,"delta":{"content":%s},"logprobs":{"content":[{"token":%s,"logprob":-0.5,"bytes":[1],"top_logprobs":[]}]},"finish_reason":null}]}`, data, data))
	}
	return append(list, fmt.Sprintf(`{"id":"1","choices":[{"index":0,"delta":{},"finish_reason":%q}]}`, finish),
		`{"id":"1","choices":[],"usage":{"prompt_tokens":20,"completion_tokens":3,"total_tokens":23,"prompt_tokens_details":{"cached_tokens":4,"image_tokens":16}}}`)
}

func says(text string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) { events(w, chunks(text, "stop")...) }
}

func whole(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, body)
}

// ask asks one text.
func ask(t testing.TB, s *server) (sdk.Response, error) {
	t.Helper()
	parts := []sdk.Part{{Text: "What is it?"}}
	return s.Generate(t.Context(), sdk.Request{Messages: []sdk.Message{{Role: sdk.User, Parts: parts}}}, nil)
}

// drawn writes a PNG that is red on the left and blue on the right.
func drawn(t testing.TB, name string, alpha uint8) *sdk.Image {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 8, 4))
	for y := range 4 {
		for x := range 8 {
			c := color.NRGBA{R: 255, A: alpha}
			if x >= 4 {
				c = color.NRGBA{B: 255, A: 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return stored(t, name, b.Bytes())
}

func stored(t testing.TB, name string, data []byte) *sdk.Image {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	look, err := imaging.Look(path)
	if err != nil {
		t.Fatal(err)
	}
	return &look
}
