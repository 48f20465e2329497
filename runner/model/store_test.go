package model

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// pulled is a store with one file.
func pulled(t *testing.T) (Store, Entry) {
	t.Helper()
	newHub(t, gguf(5000, 1))
	s := Store{t.TempDir()}
	p, _ := newPuller(t, s)
	e, _, err := p.Pull(t.Context(), theRef)
	if err != nil {
		t.Fatal(err)
	}
	return s, e
}

// What verify finds wrong is kept: the file is not used, and pulled anew.
func TestVerify(t *testing.T) {
	flip := func(path string) error {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		data[100] ^= 1
		return os.WriteFile(path, data, 0o644)
	}
	for name, c := range map[string]struct {
		harm func(path string) error
		want string
	}{
		"one bit":  {flip, "its SHA-256 is "},
		"cut off":  {func(path string) error { return os.Truncate(path, 100) }, "it has 100 bytes, and 5000 were pulled"},
		"all gone": {func(path string) error { return os.Truncate(path, 0) }, "it has 0 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			s, e := pulled(t)
			if v, err := s.Verify(t.Context(), e); err != nil || v.State != Whole {
				t.Fatalf("got %+v, %v", v, err)
			}
			if err := c.harm(e.Path); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Find(theRef); (err == nil) != (name == "one bit") { // a wrong size is seen at once
				t.Errorf("before: %v", err)
			}
			v, err := s.Verify(t.Context(), e)
			if err != nil || v.State != Damaged || !strings.Contains(v.Damaged, c.want) {
				t.Errorf("got %+v, %v", v, err)
			}
			if _, err := s.Find(theRef); err == nil || !strings.Contains(err.Error(), "is damaged: "+c.want) {
				t.Errorf("found: %v", err)
			}
			p, _ := newPuller(t, s)
			if _, there, err := p.Pull(t.Context(), theRef); err != nil || there {
				t.Errorf("pulled: %v, %v", there, err)
			}
			if v, err := s.Find(theRef); err != nil || v.State != Whole {
				t.Errorf("found: %+v, %v", v, err)
			}
		})
	}
}

func TestVerifyStops(t *testing.T) {
	s, e := pulled(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Verify(ctx, e); err == nil {
		t.Error("it went on")
	}
	if v, err := s.Find(theRef); err != nil || v.State != Whole {
		t.Errorf("found: %+v, %v", v, err)
	}
}

func TestListAndRemove(t *testing.T) {
	s, e := pulled(t)
	_ = os.WriteFile(filepath.Join(s.dir, "notes.json"), []byte("[]"), 0o644) // somebody else's
	all, err := s.List()
	if err != nil || len(all) != 1 || !reflect.DeepEqual(all[0], e) {
		t.Fatalf("got %+v, %v, want %+v", all, err, e)
	}
	unlock, err := s.tryLock(e.Path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Remove(e); err == nil || !strings.Contains(err.Error(), "another process is pulling it") {
		t.Errorf("removed while it is pulled: %v", err)
	}
	unlock()
	freed, err := s.Remove(e)
	if err != nil || freed < 5000 {
		t.Errorf("got %d, %v", freed, err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "hf")); err == nil {
		t.Error("empty folders are left")
	}
	if all, err := s.List(); err != nil || len(all) != 0 {
		t.Errorf("got %v, %v", all, err)
	}
	if all, err := (Store{filepath.Join(s.dir, "nowhere")}).List(); err != nil || len(all) != 0 {
		t.Errorf("got %v, %v", all, err)
	}
}

// A file without a sound record is not used, since nobody knows what it is; it is
// listed and reported as damaged, and pulled anew.
func TestNoRecord(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(record string) error
		want string
	}{
		"none":        {os.Remove, "it has no record"},
		"empty":       {func(r string) error { return os.WriteFile(r, nil, 0o644) }, "its record is damaged"},
		"cut off":     {func(r string) error { return os.Truncate(r, 20) }, "its record is damaged"},
		"of no JSON":  {func(r string) error { return os.WriteFile(r, []byte("\x00\xff"), 0o644) }, "its record is damaged"},
		"of no sense": {func(r string) error { return os.WriteFile(r, []byte(`{"reference": 5}`), 0o644) }, "its record is damaged"},
		"of nothing":  {func(r string) error { return os.WriteFile(r, []byte("{}"), 0o644) }, "its record is damaged"},
		"a folder":    {func(r string) error { return errors.Join(os.Remove(r), os.Mkdir(r, 0o755)) }, "its record is damaged"},
		"too large":   {func(r string) error { return os.Truncate(r, 3<<20) }, "its record is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			s, e := pulled(t)
			if err := c.harm(e.Path + recordSuffix); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Find(theRef); err == nil || !strings.Contains(err.Error(), "is damaged: "+c.want) {
				t.Errorf("found: %v", err)
			}
			all, err := s.List()
			if err != nil || len(all) != 1 || all[0].Reference != theRef.String() || all[0].State != Damaged || all[0].Path != e.Path {
				t.Fatalf("listed: %+v, %v", all, err)
			}
			if v, err := s.Verify(t.Context(), all[0]); err != nil || v.State != Damaged || !strings.Contains(v.Damaged, c.want) {
				t.Errorf("verified: %+v, %v", v, err)
			}
			if name == "a folder" { // which is the user's to remove
				return
			}
			p, _ := newPuller(t, s)
			if _, there, err := p.Pull(t.Context(), theRef); err != nil || there {
				t.Errorf("pulled: %v, %v", there, err)
			}
			if v, err := s.Find(theRef); err != nil || v.State != Whole {
				t.Errorf("found: %+v, %v", v, err)
			}
		})
	}
}

// What lies in a store can be told by where it lies.
func TestReferenceOf(t *testing.T) {
	for _, text := range []string{"hf:a/b/c.gguf", "hf:a/b/folder/c.gguf", "hf:a/b/c.gguf@v1", "hf:a/b/c.gguf@refs/pr/1", "https://host/c.gguf", "https://host/a/c.gguf"} {
		r, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := referenceOf(r.place()); got != text {
			t.Errorf("%s lies at %s, which is reported as %q", text, r.place(), got)
		}
	}
	if got := referenceOf("stray.gguf"); got != "" {
		t.Errorf("a stray file is %q", got)
	}
}

// An address without a pin is trusted as it comes, and its sum kept; one with a
// pin has to be what it says.
func TestAddress(t *testing.T) {
	data := gguf(200_000, 1)
	h := newHub(t, data)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(h.serveFile))
	secure.EnableHTTP2 = true
	secure.StartTLS()
	defer secure.Close()
	insecure := httptest.NewTLSServer(http.RedirectHandler(h.files.URL+"/f.gguf", http.StatusFound))
	defer insecure.Close()
	for name, c := range map[string]struct{ text, want string }{
		"https":                   {secure.URL + "/f.gguf", ""},
		"pinned":                  {secure.URL + "/f.gguf#sha256=" + sumHex(data), ""},
		"http, pinned":            {h.files.URL + "/f.gguf#sha256=" + sumHex(data), ""},
		"pinned to another":       {h.files.URL + "/f.gguf#sha256=" + sumHex(nil), "wrong content"},
		"from https to http":      {insecure.URL + "/f.gguf", "it redirects from https to http"},
		"nothing that can be met": {"https://127.0.0.1:1/f.gguf", "no connection to 127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := Store{t.TempDir()}
			p, _ := newPuller(t, s)
			trustAll(p)
			r, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			e, _, err := p.Pull(t.Context(), r)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || e.SHA256 != sumHex(data) || e.Published != (r.sum != "") {
				t.Errorf("got %+v, %v", e, err)
			}
		})
	}
	for _, r := range h.requests {
		if len(r.Header["Authorization"]) > 0 {
			t.Error("another host got the token")
		}
		if r.ProtoMajor != 1 {
			t.Errorf("several ranges share a connection of %s", r.Proto)
		}
	}
}

// Without a sum, the server's word is what tells one file from another.
func TestResumeAddress(t *testing.T) {
	data := gguf(500_000, 1)
	for name, c := range map[string]struct {
		between func(h *hub, part string)
		again   bool
	}{
		"as it was":           {func(*hub, string) {}, false},
		"another file":        {func(h *hub, _ string) { h.data = gguf(500_000, 2) }, true},
		"the part is cut off": {func(_ *hub, part string) { _ = os.Truncate(part, 3) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, data)
			secure := httptest.NewTLSServer(http.HandlerFunc(h.serveFile))
			defer secure.Close()
			r, err := Parse(secure.URL + "/f.gguf")
			if err != nil {
				t.Fatal(err)
			}
			s := Store{t.TempDir()}
			pull := func(ctx context.Context) (Entry, *events, error) {
				p, reported := newPuller(t, s)
				trustAll(p)
				e, _, err := p.Pull(ctx, r)
				return e, reported, err
			}
			ctx, cancel := context.WithCancel(t.Context())
			h.odd = func(_ http.ResponseWriter, r *http.Request, n int) bool {
				if n == 7 {
					cancel()
					<-r.Context().Done()
				}
				return false
			}
			if _, _, err := pull(ctx); err == nil {
				t.Fatal("it was not interrupted")
			}
			h.mu.Lock()
			h.odd = nil
			c.between(h, s.path(r)+partSuffix)
			h.mu.Unlock()
			e, reported, err := pull(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(e.Path); err != nil || sumHex(got) != sumHex(h.data) || e.SHA256 != sumHex(h.data) {
				t.Errorf("the file is not right: %v", err)
			}
			if anew := reported.all[0].Done == 0; anew != c.again {
				t.Errorf("began with %+v", reported.all[0])
			}
		})
	}
}

func trustAll(p *Puller) {
	p.remote.client.Transport.(*withToken).RoundTripper.(*http.Transport).TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
}

func TestResolve(t *testing.T) {
	s, e := pulled(t)
	t.Setenv("VLMSPEC_MODELS", s.Dir())
	other := known["smolvlm-256m"].MMProj
	p, _ := newPuller(t, s)
	mmproj, _, err := p.Pull(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	type m = map[string]any
	for name, c := range map[string]struct {
		plugin       string
		config, want m
		err          string
	}{
		"nothing to resolve": {"llamacpp", m{"model": "m.gguf", "threads": 2}, m{"model": "m.gguf", "threads": 2}, ""},
		"no config":          {"llamacpp", nil, nil, ""},
		"a reference":        {"llamacpp", m{"model": theRef.String()}, m{"model": e.Path}, ""},
		"deeper":             {"other", m{"lora": []any{m{"path": theRef.String(), "scale": 1.5}}}, m{"lora": []any{m{"path": e.Path, "scale": 1.5}}}, ""},
		"a short name":       {"llamacpp", m{"model": "smolvlm-256m"}, m{"model": e.Path, "mmproj": mmproj.Path}, ""},
		"with an own mmproj": {"llamacpp", m{"model": "smolvlm-256m", "mmproj": "p.gguf"}, m{"model": e.Path, "mmproj": "p.gguf"}, ""},
		"only the mmproj":    {"llamacpp", m{"model": "m.gguf", "mmproj": "smolvlm-256m"}, m{"model": "m.gguf", "mmproj": mmproj.Path}, ""},
		"a name elsewhere":   {"openai", m{"model": "smolvlm-256m"}, m{"model": "smolvlm-256m"}, ""},
		"an API":             {"openai", m{"url": "https://a.org/v1"}, m{"url": "https://a.org/v1"}, ""},
		"a missing file":     {"llamacpp", m{"model": "hf:o/r/f.gguf"}, nil, "hf:o/r/f.gguf is not on this machine; pull it with: vlmspec models pull hf:o/r/f.gguf"},
		"a missing pair":     {"llamacpp", m{"model": "smolvlm-500m"}, nil, "pull it with: vlmspec models pull smolvlm-500m"},
		"a missing part":     {"llamacpp", m{"model": "https://a.org/f-00001-of-00002.gguf?v=1"}, nil, "pull it with: vlmspec models pull 'https://a.org/f-00001-of-00002.gguf?v=1'"},
		"no file":            {"llamacpp", m{"model": "hf:o/r"}, nil, "names no file of a repository"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Resolve(spec.Backend{Plugin: c.plugin, Config: c.config})
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, %v, want %v", got, err, c.want)
			}
		})
	}
}

func TestRefs(t *testing.T) {
	refs, err := Refs(spec.Backend{Plugin: "llamacpp", Config: map[string]any{"model": "smolvlm-256m", "lora": []any{map[string]any{"path": "hf:o/r/l.gguf"}}}})
	if err != nil || len(refs) != 3 {
		t.Errorf("got %v, %v", refs, err)
	}
	if _, err := Refs(spec.Backend{Config: map[string]any{"model": "hf:o/r"}}); err == nil {
		t.Error("a wrong reference is taken")
	}
}

func TestOpen(t *testing.T) {
	t.Setenv("VLMSPEC_MODELS", "")
	t.Setenv("XDG_CACHE_HOME", "/cache")
	t.Setenv("HOME", "/home/me")
	if s, err := Open(); err != nil || !strings.HasSuffix(s.Dir(), filepath.Join("vlmspec", "models")) {
		t.Errorf("got %v, %v", s, err)
	}
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if _, err := Open(); err == nil || !strings.Contains(err.Error(), "set VLMSPEC_MODELS") {
		t.Errorf("got %v", err)
	}
}
