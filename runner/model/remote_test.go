package model

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

func TestRefused(t *testing.T) {
	hubRef, address := theRef, Ref{address: "https://a.org/f.gguf"}
	for name, c := range map[string]struct {
		ref     Ref
		token   string
		status  int
		headers map[string]string
		want    string
	}{
		"no repository":       {hubRef, "", 404, map[string]string{"X-Error-Code": "RepoNotFound"}, "the hub has no repository ggml-org/SmolVLM-256M-Instruct-GGUF"},
		"no revision":         {Ref{repo: "o/r", file: "f.gguf", revision: "v9"}, "", 404, map[string]string{"X-Error-Code": "RevisionNotFound"}, "o/r has no revision v9"},
		"no file":             {hubRef, "", 404, map[string]string{"X-Error-Code": "EntryNotFound"}, "there is no such file"},
		"gone":                {address, "", 410, nil, "there is no such file"},
		"gated":               {hubRef, "", 401, nil, "gated, private or not there"},
		"a wrong token":       {hubRef, "hf_x", 403, nil, "HF_TOKEN gives no access"},
		"an address, refused": {address, "hf_x", 403, nil, "the server does not give it to everybody"},
		"no ranges left":      {address, "", 416, nil, "the file is empty"},
		"busy":                {address, "", 503, map[string]string{"Retry-After": "3"}, "h.org answers 503"},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			for k, v := range c.headers {
				h.Set(k, v)
			}
			r := &remote{endpoint: "https://huggingface.co", token: c.token}
			err := r.refused(c.ref, &http.Response{
				StatusCode: c.status, Status: http.StatusText(c.status), Header: h,
				Request: &http.Request{URL: &url.URL{Host: "h.org"}},
			})
			c.want = strings.ReplaceAll(c.want, "503", "Service Unavailable")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
			if again, ok := errors.AsType[transient](err); ok != (c.status == 503) || ok && again.after != 3*time.Second {
				t.Errorf("trying again: %v", ok)
			}
		})
	}
}

func TestFailedConnection(t *testing.T) {
	signed := &url.Error{Op: "Get", URL: "https://cdn.org/?signature=secret", Err: errors.New("connection reset by peer")}
	if err := failedConnection("cdn.org", signed); err.Error() != "no connection to cdn.org: connection reset by peer" || !errors.As(err, new(transient)) {
		t.Errorf("got %v", err)
	}
	err := failedConnection("huggingface.co", &net.DNSError{Err: "no such host", Name: "huggingface.co", IsNotFound: true})
	if errors.As(err, new(transient)) || !strings.HasPrefix(err.Error(), "no host huggingface.co is found: is there a network") {
		t.Errorf("got %v", err)
	}
}

func TestRedirectsWithoutEnd(t *testing.T) {
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.URL, http.StatusFound)
	}))
	defer s.Close()
	r, err := newRemote(s.URL, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.look(t.Context(), theRef); err == nil || !strings.Contains(err.Error(), "redirects without end") {
		t.Errorf("got %v", err)
	}
}

func TestPause(t *testing.T) {
	if err := pause(t.Context(), time.Nanosecond); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := pause(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if d := retryAfter(time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)); d < 80*time.Second || d > 90*time.Second {
		t.Errorf("a date is %v away", d)
	}
}

func TestWriteError(t *testing.T) {
	tr := &transfer{source: source{ref: theRef}, path: "/models/f.gguf"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{os.ErrPermission, "no permission to write in /models"},
		{errors.New("input/output error"), "input/output error"},
	} {
		if err := tr.writeError(c.err); !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v", err)
		}
	}
}
