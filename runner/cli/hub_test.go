package cli

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// startHub gives a script a Hugging Face hub of its own, for HF_ENDPOINT, until
// `hub stop`. It has the files below hub/, owner/repo/file, and writes what it is
// asked for to hub.log. A file named slow-* ends half way the first time, and the
// connection stays; a repository named gated-* needs a token.
func startHub(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 1 && args[0] == "stop" {
		hubs.stop(ts.Getenv("HF_ENDPOINT"))
		return
	}
	h := &scriptHub{dir: ts.MkAbs("hub"), log: ts.MkAbs("hub.log"), slow: map[string]bool{}, end: make(chan struct{})}
	h.Server = httptest.NewServer(h)
	hubs.add(h)
	ts.Setenv("HF_ENDPOINT", h.URL)
	ts.Defer(func() { hubs.stop(h.URL) })
}

type scriptHub struct {
	*httptest.Server
	dir, log string
	end      chan struct{}

	mu   sync.Mutex
	slow map[string]bool // by file: has been slow
}

var hubForm = regexp.MustCompile(`^/([^/]+/[^/]+)/(resolve|content)/[^/]+/(.+)$`)

func (h *scriptHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := hubForm.FindStringSubmatch(r.URL.Path)
	if m == nil {
		http.NotFound(w, r)
		return
	}
	h.note("%s %s %s %s\n", r.Method, m[2], m[3], r.Header.Get("Range"))
	data, err := os.ReadFile(filepath.Join(h.dir, m[1], m[3]))
	switch sum := fmt.Sprintf("%x", sha256.Sum256(data)); {
	case strings.HasPrefix(filepath.Base(m[1]), "gated-") && r.Header.Get("Authorization") != "Bearer hf_right":
		w.WriteHeader(http.StatusUnauthorized)
	case err != nil:
		http.NotFound(w, r)
	case m[2] == "resolve":
		w.Header().Set("X-Linked-Etag", `"`+sum+`"`)
		w.Header().Set("X-Linked-Size", strconv.Itoa(len(data)))
		w.Header().Set("X-Repo-Commit", "c0ffee")
		http.Redirect(w, r, strings.Replace(r.URL.Path, "/resolve/", "/content/", 1), http.StatusFound)
	case strings.HasPrefix(m[3], "slow-") && r.Header.Get("Range") != "bytes=0-3" && h.first(m[3]):
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(data)-1, len(data)))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(data[:len(data)/2])
		_ = http.NewResponseController(w).Flush()
		<-h.end
	default:
		w.Header().Set("Etag", `"`+sum[:8]+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}
}

func (h *scriptHub) first(file string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.slow[file]
	h.slow[file] = true
	return !before
}

func (h *scriptHub) note(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f, err := os.OpenFile(h.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err == nil {
		fmt.Fprintf(f, format, args...)
		_ = f.Close()
	}
}

// running are the hubs of all scripts, by address.
type running struct {
	mu  sync.Mutex
	all map[string]*scriptHub
}

var hubs = running{all: map[string]*scriptHub{}}

func (r *running) add(h *scriptHub) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all[h.URL] = h
}

func (r *running) stop(url string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.all[url]; h != nil {
		delete(r.all, url)
		close(h.end)
		h.Close()
	}
}
