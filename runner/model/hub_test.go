package model

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// hub is a Hugging Face hub that knows one file, and the host that it redirects
// to for the content, as the real one does.
type hub struct {
	*httptest.Server
	files *httptest.Server

	mu       sync.Mutex
	data     []byte
	linked   map[string]string // headers of the hub's answer
	status   int               // of the hub, for all; 0 is as it should be
	requests []*http.Request   // to the host of the files
	hubSaw   []*http.Request
	round    string // ends the address of the file, to tell late requests from those of a pull before
	// odd may answer in place of the host of the files; n counts requests from 0.
	odd func(w http.ResponseWriter, r *http.Request, n int) bool
}

// gguf is something that begins as a GGUF file does.
func gguf(size int, seed uint64) []byte {
	data := make([]byte, size)
	random := rand.New(rand.NewPCG(seed, 1))
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	copy(data, magic)
	return data
}

func sumHex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func newHub(t *testing.T, data []byte) *hub {
	t.Helper()
	h := &hub{data: data}
	h.linked = map[string]string{"X-Linked-Etag": `"` + sumHex(data) + `"`, "X-Linked-Size": fmt.Sprint(len(data)), "X-Repo-Commit": "c0ffee"}
	h.files = httptest.NewServer(http.HandlerFunc(h.serveFile))
	h.Server = httptest.NewServer(http.HandlerFunc(h.serveHub))
	t.Cleanup(h.files.Close)
	t.Cleanup(h.Close)
	t.Setenv("HF_ENDPOINT", h.URL)
	t.Setenv("HF_TOKEN", "hf_secret")
	return h
}

func (h *hub) serveHub(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hubSaw = append(h.hubSaw, r)
	if h.status != 0 {
		w.WriteHeader(h.status)
		return
	}
	for k, v := range h.linked {
		w.Header().Set(k, v)
	}
	http.Redirect(w, r, h.files.URL+"/signed"+h.round+"?signature=secret", http.StatusFound)
}

func (h *hub) serveFile(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	n := len(h.requests)
	h.requests = append(h.requests, r)
	data, odd := h.data, h.odd
	h.mu.Unlock()
	if odd != nil && odd(w, r, n) {
		return
	}
	w.Header().Set("Etag", `"`+sumHex(data)[:8]+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// ranges lists what was asked of the host of the files, without the first look.
func (h *hub) ranges() (all []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.requests {
		if asked := r.Header.Get("Range"); asked != "bytes=0-3" && r.URL.Path == "/signed"+h.round {
			all = append(all, asked)
		}
	}
	return all
}

// cut sends the right headers and half of the body, then breaks the connection.
func cut(w http.ResponseWriter, r *http.Request, data []byte) {
	rec := httptest.NewRecorder()
	rec.Header().Set("Etag", `"`+sumHex(data)[:8]+`"`)
	http.ServeContent(rec, r, "", time.Time{}, bytes.NewReader(data))
	maps.Copy(w.Header(), rec.Header())
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes()[:rec.Body.Len()/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// look reports whether a request is the first look at a file.
func look(r *http.Request) bool { return r.Header.Get("Range") == "bytes=0-3" }

var theRef = Ref{repo: "ggml-org/SmolVLM-256M-Instruct-GGUF", file: "SmolVLM-256M-Instruct-Q8_0.gguf"}

// newPuller pulls in small chunks, without waiting.
func newPuller(t *testing.T, s Store) (*Puller, *events) {
	t.Helper()
	e := &events{}
	p, err := NewPuller(s, 4, e.add)
	if err != nil {
		t.Fatal(err)
	}
	p.chunk = 64 << 10
	p.pause = func(ctx context.Context, d time.Duration) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.pauses = append(e.pauses, d)
		return ctx.Err()
	}
	return p, e
}

// events are what a pull told.
type events struct {
	mu     sync.Mutex
	all    []Event
	pauses []time.Duration
}

func (e *events) add(event Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, event)
}

func (e *events) notes() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var notes []string
	for _, event := range e.all {
		notes = append(notes, event.Note)
	}
	return strings.Join(notes, "\n")
}
