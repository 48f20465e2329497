package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Whatever a server does, a pull ends with the right file or with a sentence.
func TestPull(t *testing.T) {
	data, other := gguf(1<<20+7, 1), gguf(1<<20+7, 2)
	type hook = func(w http.ResponseWriter, r *http.Request, n int) bool
	for name, c := range map[string]struct {
		hub  func(h *hub)
		odd  hook
		want string // in the error; "" is no error
		note string // in what was reported
	}{
		"all well": {},
		"connections break": {
			odd: func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n%3 == 1 {
					cut(w, r, data)
				}
				return false
			}, note: "broke",
		},
		"connections break all the time, and get further": {
			odd: func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if !look(r) {
					from := begin(r)
					answer(w, from, from+5000, len(data), "65536")
					_, _ = w.Write(data[from:min(from+5000, len(data))])
					return true
				}
				return false
			}, note: "ended early",
		},
		"sends less than it was asked for": {
			odd: func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n%2 == 1 {
					from := begin(r)
					end := min(from+10, len(data))
					answer(w, from, end, len(data), strconv.Itoa(end-from))
					_, _ = w.Write(data[from:end])
					return true
				}
				return false
			}, note: "ended early",
		},
		"the first look breaks": {
			odd: func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n == 0 {
					cut(w, r, data)
				}
				return false
			}, note: "broke",
		},
		"every connection breaks at once": {
			odd: func(_ http.ResponseWriter, r *http.Request, _ int) bool {
				if !look(r) {
					panic(http.ErrAbortHandler)
				}
				return false
			}, want: "gave up after 5 tries",
		},
		"no ranges": {
			odd: func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				_, _ = w.Write(data)
				return true
			},
		},
		"no ranges, no length": {
			odd: func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				_ = http.NewResponseController(w).Flush()
				_, _ = w.Write(data)
				return true
			},
		},
		"no ranges, and it breaks": {
			odd: func(w http.ResponseWriter, r *http.Request, n int) bool {
				r.Header.Del("Range")
				if n == 1 {
					cut(w, r, data)
				}
				_, _ = w.Write(data)
				return true
			}, note: "ended early",
		},
		"no ranges, and it breaks with more than there is": {
			odd: func(w http.ResponseWriter, _ *http.Request, n int) bool {
				_, _ = w.Write(data)
				if n == 1 {
					_, _ = w.Write(other)
					panic(http.ErrAbortHandler)
				}
				return true
			}, note: "sends more than the 1048583 bytes",
		},
		"no ranges, no length and no end": {
			odd: func(w http.ResponseWriter, r *http.Request, _ int) bool {
				endless(w, r, data)
				return true
			}, want: "sends more than the 1048583 bytes",
		},
		"nobody says how large it is": {
			hub: func(h *hub) { delete(h.linked, "X-Linked-Size") },
			odd: func(w http.ResponseWriter, r *http.Request, _ int) bool {
				endless(w, r, data)
				return true
			}, want: "does not say how large the file is; add its size",
		},
		"says that it has no end": {
			hub: func(h *hub) { delete(h.linked, "X-Linked-Size") },
			odd: func(w http.ResponseWriter, r *http.Request, _ int) bool {
				answer(w, begin(r), begin(r)+4, 1<<62, "4")
				_, _ = w.Write(data[:4])
				return true
			}, want: "more than a model can have",
		},
		"redirects to another scheme": {
			odd: func(w http.ResponseWriter, r *http.Request, _ int) bool {
				http.Redirect(w, r, "ftp://127.0.0.1/model.gguf", http.StatusFound)
				return true
			}, want: "it redirects from http to ftp",
		},
		"promises more than it sends": {
			odd: func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n == 2 {
					from := begin(r)
					answer(w, from, from+10, len(data), "65536")
					_, _ = w.Write(data[from : from+10])
					return true
				}
				return false
			}, note: "ended early",
		},
		"sends more than it was asked for": {
			odd: func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if look(r) {
					return false
				}
				from := begin(r)
				answer(w, from, len(data), len(data), "")
				_, _ = w.Write(data[from:])
				return true
			},
		},
		"sends other bytes than asked for": {
			odd: func(_ http.ResponseWriter, r *http.Request, n int) bool {
				if n == 3 {
					r.Header.Set("Range", "bytes=1-100")
					r.Header.Del("If-Range")
				}
				return false
			}, note: "sends other bytes",
		},
		"says another size in the middle": {
			odd: func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n == 3 {
					answer(w, begin(r), 10_000_000, 99_999_999, "")
					return true
				}
				return false
			}, note: "has changed on the server",
		},
		"the hub says another size": {
			hub:  func(h *hub) { h.linked["X-Linked-Size"] = "12" },
			want: "the hub says that it has 12 bytes, and 127.0.0.1",
		},
		"wrong bytes": {
			odd: func(w http.ResponseWriter, r *http.Request, _ int) bool {
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(other))
				return true
			}, want: "came with the wrong content: its SHA-256 is " + sumHex(other) + ", and should be " + sumHex(data),
		},
		"wrong bytes without ranges": {
			odd: func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				_, _ = w.Write(other)
				return true
			}, want: "came with the wrong content",
		},
		"always another file": {
			odd: func(w http.ResponseWriter, r *http.Request, n int) bool {
				w.Header().Set("Etag", `"`+strconv.Itoa(n)+`"`)
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
				return true
			}, note: "has changed on the server while it came; beginning anew", // in the end over one connection
		},
		"a web page":    {odd: page, want: "is a web page, not a GGUF file"},
		"another file":  {hub: func(h *hub) { h.data = []byte("PK\x03\x04"); delete(h.linked, "X-Linked-Size") }, want: `is no GGUF file: it begins with "PK\x03\x04"`},
		"an empty file": {hub: func(h *hub) { h.data = nil; delete(h.linked, "X-Linked-Size") }, want: "the file is empty"},
		"401":           {hub: func(h *hub) { h.status = 401 }, want: "HF_TOKEN gives no access (401 Unauthorized): accept its terms at"},
		"403":           {hub: func(h *hub) { h.status = 403 }, want: "(403 Forbidden)"},
		"404":           {hub: func(h *hub) { h.status = 404 }, want: "there is no such file (404 Not Found)"},
		"429 once":      {odd: status(429, 2), note: "429 Too Many Requests; trying again"},
		"500 twice":     {odd: status(500, 1, 2), note: "500 Internal Server Error; trying again"},
		"500 for ever":  {hub: func(h *hub) { h.status = 500 }, want: "answers 500 Internal Server Error; gave up after 5 tries"},
		"418":           {hub: func(h *hub) { h.status = 418 }, want: "418 I'm a teapot"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, data)
			h.odd = c.odd
			if c.hub != nil {
				c.hub(h)
			}
			s := Store{t.TempDir()}
			p, reported := newPuller(t, s)
			e, there, err := p.Pull(t.Context(), theRef)
			if !strings.Contains(reported.notes(), c.note) {
				t.Errorf("reported %q, want %q", reported.notes(), c.note)
			}
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
					t.Errorf("got error %v, want %q", err, c.want)
				}
				if _, err := s.Find(theRef); err == nil {
					t.Error("a file was taken")
				}
				return
			}
			if err != nil || there || e.SHA256 != sumHex(data) || !e.Published || e.Revision != "c0ffee" {
				t.Fatalf("got %+v, %v, %v", e, there, err)
			}
			if got, err := os.ReadFile(e.Path); err != nil || !bytes.Equal(got, data) {
				t.Errorf("the file is not right: %v", err)
			}
			if last := reported.all[len(reported.all)-1]; last.Done != int64(len(data)) {
				t.Errorf("the last that was reported is %+v", last)
			}
			wantFiles(t, s, e.Path, e.Path+recordSuffix)
		})
	}
}

// begin is the first byte that a request asks for.
func begin(r *http.Request) int {
	from, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-")
	n, _ := strconv.Atoi(from)
	return n
}

// answer begins an answer with the bytes from from up to end of a file.
func answer(w http.ResponseWriter, from, end, size int, length string) {
	w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, end-1, size))
	if length != "" {
		w.Header().Set("Content-Length", length)
	}
	w.WriteHeader(http.StatusPartialContent)
}

func page(w http.ResponseWriter, _ *http.Request, _ int) bool {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<!doctype html><title>Log in</title>"))
	return true
}

func status(code int, at ...int) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, _ *http.Request, n int) bool {
		if slices.Contains(at, n) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(code)
		}
		return slices.Contains(at, n)
	}
}

// wantFiles checks that nothing else lies in the store.
func wantFiles(t *testing.T, s Store, want ...string) {
	t.Helper()
	var got []string
	_ = filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, _ error) error {
		if d.IsDir() && d.Name() == ".locks" {
			return fs.SkipDir
		}
		if !d.IsDir() {
			got = append(got, path)
		}
		return nil
	})
	if slices.Sort(want); !slices.Equal(got, want) {
		t.Errorf("the store has %v, want %v", got, want)
	}
}

// A file that is there is used without a request.
func TestPullOffline(t *testing.T) {
	h := newHub(t, gguf(1000, 1))
	s := Store{t.TempDir()}
	p, _ := newPuller(t, s)
	if _, _, err := p.Pull(t.Context(), theRef); err != nil {
		t.Fatal(err)
	}
	h.Close()
	h.files.Close()
	if _, there, err := p.Pull(t.Context(), theRef); err != nil || !there {
		t.Errorf("got %v, %v", there, err)
	}
}

// The token is for the hub, and what is fetched is the commit it named.
func TestTokenStaysWithTheHub(t *testing.T) {
	h := newHub(t, gguf(200_000, 1))
	p, _ := newPuller(t, Store{t.TempDir()})
	if _, _, err := p.Pull(t.Context(), theRef); err != nil {
		t.Fatal(err)
	}
	for i, r := range h.hubSaw {
		if r.Header.Get("Authorization") != "Bearer hf_secret" {
			t.Errorf("request %d to the hub has no token", i)
		}
		if want := "/ggml-org/SmolVLM-256M-Instruct-GGUF/resolve/c0ffee/SmolVLM-256M-Instruct-Q8_0.gguf"; i > 0 && r.URL.Path != want {
			t.Errorf("got %s, want %s", r.URL.Path, want)
		}
	}
	if len(h.requests) < 4 {
		t.Errorf("%d requests for the file", len(h.requests))
	}
	for _, r := range h.requests {
		if len(r.Header["Authorization"]) > 0 || len(r.Header["Referer"]) > 0 {
			t.Errorf("the host of the files got %v", r.Header)
		}
	}
}

// A pull that is interrupted goes on where it was: no byte comes twice.
func TestResume(t *testing.T) {
	data := gguf(1<<20, 1)
	for name, c := range map[string]struct {
		between func(h *hub, s Store) // the two pulls
		again   bool                  // from the beginning
	}{
		"as it was":           {between: func(*hub, Store) {}},
		"by another commit":   {between: func(h *hub, _ Store) { h.linked["X-Repo-Commit"] = "decade" }},
		"another file":        {between: func(h *hub, _ Store) { h.become(gguf(1<<20, 3)) }, again: true},
		"another size":        {between: func(h *hub, _ Store) { h.become(gguf(1<<19, 3)) }, again: true},
		"the part is cut off": {between: func(_ *hub, s Store) { _ = os.Truncate(s.path(theRef)+partSuffix, 3) }, again: true},
		"the part is gone":    {between: func(_ *hub, s Store) { _ = os.Remove(s.path(theRef) + partSuffix) }, again: true},
		"the part is damaged": {between: func(_ *hub, s Store) {
			var p progress
			_ = readJSON(s.path(theRef)+stateSuffix, &p)
			k := slices.IndexFunc(p.Received, func(got int64) bool { return got > 4 })
			f, _ := os.OpenFile(s.path(theRef)+partSuffix, os.O_RDWR, 0)
			_, _ = f.WriteAt([]byte("XXXX"), int64(k)*p.Chunk)
			_ = f.Close()
		}, again: true},
		"the state is rubbish": {between: func(_ *hub, s Store) { _ = os.WriteFile(s.path(theRef)+stateSuffix, []byte("{"), 0o644) }, again: true},
		"the state lies": {between: func(_ *hub, s Store) {
			var p progress
			_ = readJSON(s.path(theRef)+stateSuffix, &p)
			p.Received[0] = 1 << 40
			_ = writeJSON(s.path(theRef)+stateSuffix, p)
		}, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, data)
			s := Store{t.TempDir()}
			p, _ := newPuller(t, s)
			ctx, cancel := context.WithCancel(t.Context())
			h.odd = func(_ http.ResponseWriter, r *http.Request, n int) bool {
				if n == 9 {
					cancel()
					<-r.Context().Done()
				}
				return false
			}
			_, _, err := p.Pull(ctx, theRef)
			if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "is kept: the same command goes on from there") {
				t.Fatalf("got %v", err)
			}
			e, err := s.Find(theRef)
			if err == nil || !strings.Contains(err.Error(), "has not come whole") || e.State != Partial || e.Have == 0 {
				t.Fatalf("got %+v, %v", e, err)
			}
			h.mu.Lock()
			c.between(h, s)
			h.mu.Unlock()
			h.mu.Lock()
			h.odd, h.round = nil, "2"
			h.mu.Unlock()
			p, reported := newPuller(t, s)
			if _, _, err := p.Pull(t.Context(), theRef); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(s.path(theRef)); err != nil || !bytes.Equal(got, h.data) {
				t.Errorf("the file is not right: %v", err)
			}
			var first int64
			reported.mu.Lock()
			first = reported.all[0].Done
			reported.mu.Unlock()
			asked := int64(0)
			for _, r := range h.ranges() {
				from, to, _ := strings.Cut(strings.TrimPrefix(r, "bytes="), "-")
				a, _ := strconv.ParseInt(from, 10, 64)
				b, _ := strconv.ParseInt(to, 10, 64)
				asked += b - a + 1
			}
			if all := int64(len(h.data)); !c.again && (asked != all-e.Have || first != e.Have) || c.again && asked < all {
				t.Errorf("had %d, asked for %d of %d; reported %d first", e.Have, asked, all, first)
			}
		})
	}
}

// become puts another file at the same place.
func (h *hub) become(data []byte) {
	h.data = data
	h.linked["X-Linked-Etag"] = `"` + sumHex(data) + `"`
	h.linked["X-Linked-Size"] = strconv.Itoa(len(data))
}

// Two concurrent pulls of one file: one fetches, the other waits and finds it.
func TestConcurrentPulls(t *testing.T) {
	h := newHub(t, gguf(300_000, 1))
	s := Store{t.TempDir()}
	arrived := make(chan struct{})
	release := make(chan struct{})
	h.odd = func(_ http.ResponseWriter, _ *http.Request, n int) bool {
		if n == 0 {
			close(arrived)
			<-release
		}
		return false
	}
	var wg sync.WaitGroup
	var found [2]bool
	pull := func(i int, report func(Event)) {
		p, _ := newPuller(t, s)
		p.report = report
		_, there, err := p.Pull(t.Context(), theRef)
		if err != nil {
			t.Error(err)
		}
		found[i] = there
	}
	wg.Go(func() { pull(0, nil) })
	<-arrived
	var once sync.Once
	wg.Go(func() {
		pull(1, func(e Event) {
			if strings.Contains(e.Note, "another process is pulling") {
				once.Do(func() { close(release) })
			}
		})
	})
	wg.Wait()
	if found != [2]bool{false, true} {
		t.Errorf("found %v", found)
	}
	if n := len(h.ranges()); n != 5 {
		t.Errorf("%d ranges were fetched", n)
	}
}

// A connection that says nothing any more is given up, and another made.
func TestStall(t *testing.T) {
	h := newHub(t, gguf(100_000, 1))
	h.odd = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n != 1 {
			return false
		}
		answer(w, begin(r), 100, 100_000, "")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done() // until the other side goes
		return true
	}
	p, reported := newPuller(t, Store{t.TempDir()})
	p.stall = 20 * time.Millisecond
	if _, _, err := p.Pull(t.Context(), theRef); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(reported.notes(), "nothing came any more") {
		t.Errorf("reported %q", reported.notes())
	}
}

// A server says how long to wait, within reason.
func TestRetryAfter(t *testing.T) {
	h := newHub(t, gguf(1000, 1))
	h.odd = status(429, 0)
	p, reported := newPuller(t, Store{t.TempDir()})
	if _, _, err := p.Pull(t.Context(), theRef); err != nil {
		t.Fatal(err)
	}
	if len(reported.pauses) != 1 || reported.pauses[0] != 7*time.Second {
		t.Errorf("paused %v", reported.pauses)
	}
	if d := backoff(1, time.Hour); d != time.Minute {
		t.Errorf("waits %v for an hour", d)
	}
	if d := backoff(4, 0); d < 4*time.Second || d > 8*time.Second {
		t.Errorf("waits %v the fourth time", d)
	}
}

// A full disk is reported before, and when it comes unforeseen.
func TestFullDisk(t *testing.T) {
	newHub(t, gguf(100_000, 1))
	s := Store{t.TempDir()}
	p, _ := newPuller(t, s)
	p.free = func(string) (int64, error) { return 5000, nil }
	_, _, err := p.Pull(t.Context(), theRef)
	if err == nil || !strings.Contains(err.Error(), "100.0 kB are to come, and there is room for 5.0 kB in "+s.dir) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Find(theRef); err == nil {
		t.Error("a file was taken")
	}
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	tr := &transfer{Puller: p, source: source{ref: theRef}, path: s.path(theRef), part: full, progress: progress{Received: []int64{0}}}
	defer full.Close()
	body := &http.Response{Body: io.NopCloser(strings.NewReader("GGUF"))}
	if _, err = tr.copy(body, func() {}, 0, 0, 4); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("got %v", err)
	}
}

// Nothing is written through what somebody has put in place of a part.
func TestPartInPlaceOfWhichIsSomethingElse(t *testing.T) {
	for name, put := range map[string]func(victim, part string) error{
		"a link":       os.Symlink,
		"a hard link":  os.Link,
		"a named pipe": func(_, part string) error { return syscall.Mkfifo(part, 0o600) },
		"a folder":     func(_, part string) error { return os.Mkdir(part, 0o700) },
	} {
		for _, suffix := range []string{"", partSuffix, stateSuffix, recordSuffix} {
			t.Run(name+" at "+suffix, func(t *testing.T) {
				newHub(t, gguf(100_000, 1))
				s := Store{t.TempDir()}
				victim, path := filepath.Join(t.TempDir(), "victim"), s.path(theRef)
				mustDo(t, os.WriteFile(victim, []byte("mine"), 0o644), os.MkdirAll(filepath.Dir(path), 0o755), put(victim, path+suffix))
				p, _ := newPuller(t, s)
				_, _, err := p.Pull(t.Context(), theRef)
				if err != nil && name != "a folder" { // which holds no record
					t.Error(err)
				}
				if data, err := os.ReadFile(victim); err != nil || string(data) != "mine" {
					t.Errorf("somebody else's file is %q, %v", data, err)
				}
			})
		}
	}
}

// A lock that is something else keeps nobody waiting.
func TestLockInPlaceOfWhichIsSomethingElse(t *testing.T) {
	newHub(t, gguf(1000, 1))
	s := Store{t.TempDir()}
	l, err := s.lockFor(s.path(theRef))
	if err != nil {
		t.Fatal(err)
	}
	victim := filepath.Join(t.TempDir(), "victim")
	for _, put := range []func() error{
		func() error { return os.Symlink(victim, l.Path()) },
		func() error { return syscall.Mkfifo(l.Path(), 0o600) },
	} {
		_ = os.Remove(l.Path())
		mustDo(t, put())
		p, _ := newPuller(t, s)
		e, _, err := p.Pull(t.Context(), theRef)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Remove(e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Lstat(victim); err == nil {
		t.Error("a file was made through a link")
	}
}

// A part of an earlier pull is not gone on with through a link either.
func TestPartThatBecameALink(t *testing.T) {
	data := gguf(1<<20, 1)
	h := newHub(t, data)
	var fixed atomic.Bool
	h.odd = func(_ http.ResponseWriter, _ *http.Request, n int) bool {
		if n > 2 && !fixed.Load() {
			panic(http.ErrAbortHandler)
		}
		return false
	}
	s := Store{t.TempDir()}
	p, _ := newPuller(t, s)
	if _, _, err := p.Pull(t.Context(), theRef); err == nil {
		t.Fatal("the pull was to be interrupted")
	}
	fixed.Store(true)
	part, victim := s.path(theRef)+partSuffix, filepath.Join(t.TempDir(), "victim")
	mustDo(t, os.Rename(part, victim), os.Symlink(victim, part))
	before, err := os.ReadFile(victim)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Pull(t.Context(), theRef); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(victim); err != nil || !bytes.Equal(before, after) {
		t.Errorf("it was written through the link: %v", err)
	}
}

func mustDo(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// endless sends what begins as a file, and never ends; how long it is it does not say.
func endless(w http.ResponseWriter, r *http.Request, data []byte) {
	for r.Context().Err() == nil {
		_, _ = w.Write(data)
		_ = http.NewResponseController(w).Flush()
	}
}

// A server that begins an answer and says no more is given up at every step.
func TestSilentServer(t *testing.T) {
	h := newHub(t, gguf(100_000, 1))
	h.odd = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return true
	}
	p, reported := newPuller(t, Store{t.TempDir()})
	p.stall = 50 * time.Millisecond
	_, _, err := p.Pull(t.Context(), theRef)
	if err == nil || !strings.Contains(err.Error(), "gave up after 5 tries") {
		t.Errorf("got %v; reported %q", err, reported.notes())
	}
}

// A connection over which a byte comes now and then is given up, too.
func TestTrickle(t *testing.T) {
	h := newHub(t, gguf(100_000, 1))
	h.odd = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if look(r) {
			return false
		}
		answer(w, begin(r), 100_000, 100_000, "")
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte{1})
			_ = http.NewResponseController(w).Flush()
			time.Sleep(2 * time.Millisecond)
		}
		return true
	}
	p, reported := newPuller(t, Store{t.TempDir()})
	p.stall = 50 * time.Millisecond
	_, _, err := p.Pull(t.Context(), theRef)
	if err == nil || !strings.Contains(err.Error(), "next to nothing came any more; gave up after 5 tries") {
		t.Errorf("got %v; reported %q", err, reported.notes())
	}
}

// A pinned size lets a server be silent about it; another size is refused.
func TestPinnedSize(t *testing.T) {
	data := gguf(100_000, 1)
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = http.NewResponseController(w).Flush() // no length
		_, _ = w.Write(data)
	}))
	defer silent.Close()
	for fragment, want := range map[string]string{
		"&size=100000": "",
		"&size=99999":  "sends more than the 99999 bytes",
		"&size=100001": "ended early",
		"":             "does not say how large the file is; add its size, #size=BYTES, to the address",
	} {
		ref, err := Parse(silent.URL + "/model.gguf#sha256=" + sumHex(data) + fragment)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Parse(ref.String()); err != nil || again != ref {
			t.Errorf("%s is read again as %s, %v", ref, again, err)
		}
		p, _ := newPuller(t, Store{t.TempDir()})
		_, _, err = p.Pull(t.Context(), ref)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", fragment, err)
		}
	}
	for _, fragment := range []string{"size=0", "size=-1", "size=1e9", "size=99999999999999999999", "size=", "sha1=00"} {
		if _, err := Parse("https://host/model.gguf#" + fragment); err == nil {
			t.Errorf("#%s was taken", fragment)
		}
	}
}

// No network and no hub are reported as such.
func TestNoConnection(t *testing.T) {
	h := newHub(t, nil)
	p, reported := newPuller(t, Store{t.TempDir()})
	h.Close()
	_, _, err := p.Pull(t.Context(), theRef)
	if err == nil || !strings.Contains(err.Error(), "no connection to 127.0.0.1: ") || !strings.Contains(err.Error(), "gave up after 5 tries") || len(reported.pauses) != 4 {
		t.Errorf("got %v after %v", err, reported.pauses)
	}
	t.Setenv("HF_ENDPOINT", "huggingface.co")
	if _, err := NewPuller(Store{}, 1, nil); err == nil || !strings.Contains(err.Error(), "HF_ENDPOINT") {
		t.Errorf("got %v", err)
	}
}
