package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/backendtest"
)

// recording is what a real app has answered; testdata/record.py makes it.
type recording struct {
	Config json.RawMessage `json:"config"`
	Info   json.RawMessage `json:"info"`
	Calls  []call          `json:"calls"`
	Files  map[string]string
}

type call struct {
	Name    string
	FN      int
	Data    any
	EventID string `json:"event_id"`
	Stream  string
}

// fakeApp plays a recording, with faults.
type fakeApp struct {
	t      *testing.T
	prefix string
	recording

	mu        sync.Mutex
	sessions  map[string][]call // what a session has asked
	joins     int
	uploads   int
	full      int // joins that find the queue full
	cancelled chan string
	login     bool
	stream    func(w http.ResponseWriter, c call) // in place of what was recorded
}

func played(t *testing.T, version string) (*fakeApp, string) {
	t.Helper()
	data, err := os.ReadFile("testdata/recorded-" + version + ".json")
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeApp{t: t, sessions: map[string][]call{}, cancelled: make(chan string, 10)}
	if err := json.Unmarshal(data, &f.recording); err != nil {
		t.Fatal(err)
	}
	var c struct {
		Prefix string `json:"api_prefix"`
	}
	if err := json.Unmarshal(f.Config, &c); err != nil {
		t.Fatal(err)
	}
	f.prefix = c.Prefix
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return f, s.URL
}

func (f *fakeApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.login && r.URL.Path != "/login" {
		if c, err := r.Cookie("access-token-unsecure-x"); err != nil || c.Value != "yes" {
			http.Error(w, `{"detail":"Not authenticated"}`, http.StatusUnauthorized)
			return
		}
	}
	path, ok := strings.CutPrefix(r.URL.Path, f.prefix)
	if r.URL.Path == "/config" || r.URL.Path == "/login" {
		path, ok = r.URL.Path, true
	}
	switch {
	case !ok:
		http.Error(w, `{"detail":"Not Found"}`, http.StatusNotFound)
	case path == "/config":
		_, _ = w.Write(f.Config)
	case path == "/info":
		_, _ = w.Write(f.Info)
	case path == "/login":
		if r.FormValue("username") != "me" || r.FormValue("password") != "pw" {
			http.Error(w, `{"detail":"Incorrect credentials."}`, http.StatusBadRequest)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "access-token-x", Value: "yes", Secure: true})
		http.SetCookie(w, &http.Cookie{Name: "access-token-unsecure-x", Value: "yes"})
	case path == "/upload":
		f.upload(w, r)
	case path == "/queue/join":
		f.join(w, r)
	case path == "/queue/data":
		f.data(w, r)
	case path == "/cancel":
		body, _ := io.ReadAll(r.Body)
		f.cancelled <- string(body)
		_, _ = io.WriteString(w, `{"success": true}`)
	case strings.HasPrefix(path, "/file="):
		data, _ := base64.StdEncoding.DecodeString(f.Files[strings.TrimPrefix(path, "/file=")])
		_, _ = w.Write(data)
	default:
		http.Error(w, `{"detail":"Not Found"}`, http.StatusNotFound)
	}
}

func (f *fakeApp) upload(w http.ResponseWriter, r *http.Request) {
	file, _, err := r.FormFile("files")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	defer file.Close()
	f.uploads++
	_, _ = io.WriteString(w, `["/up/UPLOADED"]`)
}

// join finds the recorded call with the same data, the n-th such of a session for its n-th.
func (f *fakeApp) join(w http.ResponseWriter, r *http.Request) {
	f.joins++
	if f.full > 0 {
		f.full--
		http.Error(w, `{"detail":"Queue is full. Max size is 3 and size is 3."}`, http.StatusServiceUnavailable)
		return
	}
	var body struct {
		Data    any    `json:"data"`
		FN      int    `json:"fn_index"`
		Session string `json:"session_hash"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	sent, _ := json.Marshal(body.Data)
	for _, c := range f.Calls {
		if want, _ := json.Marshal(c.Data); c.FN == body.FN && string(want) == string(sent) {
			if c.Name == "count" && strings.HasPrefix(string(sent), `["b"`) && len(f.sessions[body.Session]) == 0 {
				continue // it was recorded as the second call of its session
			}
			f.sessions[body.Session] = append(f.sessions[body.Session], c)
			_, _ = fmt.Fprintf(w, `{"event_id": %q}`, c.EventID)
			return
		}
	}
	http.Error(w, fmt.Sprintf(`{"detail":"nobody recorded function %d with %s"}`, body.FN, strings.ReplaceAll(string(sent), `"`, "'")), http.StatusUnprocessableEntity)
}

func (f *fakeApp) data(w http.ResponseWriter, r *http.Request) {
	calls := f.sessions[r.URL.Query().Get("session_hash")]
	if len(calls) == 0 {
		http.Error(w, `{"detail":"Session not found"}`, http.StatusNotFound)
		return
	}
	last := calls[len(calls)-1]
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	if f.stream != nil {
		f.mu.Unlock() // the stream may take long
		defer f.mu.Lock()
		f.stream(w, last)
		return
	}
	_, _ = io.WriteString(w, last.Stream)
}

func configured(t *testing.T, config map[string]any) *backend {
	t.Helper()
	b := &backend{}
	if err := b.Configure(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	return b
}

func picture(t *testing.T) *sdk.Image {
	t.Helper()
	path, err := filepath.Abs("../../fixtures/shapes/red-circle.png")
	if err != nil {
		t.Fatal(err)
	}
	return &sdk.Image{Path: path, SHA256: "0123", MediaType: "image/png", Width: 64, Height: 64}
}

func spoken(role sdk.Role, text string, images ...*sdk.Image) sdk.Message {
	m := sdk.Message{Role: role}
	for _, i := range images {
		m.Parts = append(m.Parts, sdk.Part{Image: i})
	}
	m.Parts = append(m.Parts, sdk.Part{Text: text})
	return m
}

func asked(text string, images ...*sdk.Image) sdk.Request {
	return sdk.Request{Messages: []sdk.Message{spoken(sdk.User, text, images...)}}
}

var versions = []string{"4", "5", "6"}

// Every kind of result, of three versions of Gradio.
func TestResults(t *testing.T) {
	for _, version := range versions {
		look := "look"
		if version == "4" {
			look = "chat_1"
		}
		for _, c := range []struct {
			endpoint string
			config   map[string]any
			request  sdk.Request
			want     string
		}{
			{"describe", map[string]any{"inputs": map[string]any{"temperature": 0.25}}, asked("hi", picture(t)), "64x64 hi 0.25"},
			{"describe", nil, sdk.Request{Messages: asked("hi", picture(t)).Messages, Params: sdk.Params{Temperature: 0.25}}, "64x64 hi 0.25"},
			{"compare", nil, asked("p", picture(t), picture(t)), "64x64 64x64 p"},
			{"stream", nil, asked("one two"), "one two"},
			{"json", nil, asked("x"), `{"n":1,"said":"x"}`},
			{"label", nil, asked("x"), "cat"},
			{"number", nil, asked("x"), "7"},
			{"hide", nil, asked("x"), "x"},
			{"boxes", nil, asked("", picture(t)), `[{"label":"cat","box":[1,2,30,40]},{"label":"dog","box":[4,5,8,9]}]`}, // Gradio draws borders, which leave a box as small as the second
			{"gallery", nil, asked("", picture(t)), "first\nsecond"},
			{"all", nil, asked("p", picture(t)), "1 p"},
			{"chat", nil, asked("hello"), "hello after 0"},
			{look, nil, asked("hello", picture(t)), "hello with 1 after 0"},
		} {
			t.Run(version+" "+c.endpoint, func(t *testing.T) {
				_, url := played(t, version)
				config := map[string]any{"url": url + "/", "endpoint": "/" + c.endpoint}
				maps.Copy(config, c.config)
				r, err := configured(t, config).Generate(t.Context(), c.request, nil)
				if err != nil || r.Text != c.want {
					t.Errorf("%q, %v; expected %q", r.Text, err, c.want)
				}
			})
		}
	}
}

// The turns of a case share a session, and a session that is gone is had anew.
func TestTurns(t *testing.T) {
	for _, version := range versions {
		f, url := played(t, version)
		b := configured(t, map[string]any{"url": url, "endpoint": "count"})
		first, err := b.Generate(t.Context(), asked("a"), nil)
		if err != nil || first.Text != "a 1" {
			t.Fatalf("%s: %q, %v", version, first.Text, err)
		}
		second := sdk.Request{Messages: []sdk.Message{spoken(sdk.User, "a"), spoken(sdk.Assistant, "a 1"), spoken(sdk.User, "b")}}
		for i, joins := range []int{2, 4} { // the second time there is no session to go on with
			r, err := b.Generate(t.Context(), second, nil)
			if err != nil || r.Text != "b 2" || f.joins != joins {
				t.Errorf("%s, time %d: %q, %v, %d calls", version, i+1, r.Text, err, f.joins)
			}
		}
		second.Messages[1] = spoken(sdk.Assistant, "another answer")
		if _, err := b.Generate(t.Context(), second, nil); err == nil || !strings.Contains(err.Error(), `asked again, the app answers turn 1 with "a 1", and it was "another answer" before`) {
			t.Errorf("%s: %v", version, err)
		}
	}
}

func TestUploadsOnce(t *testing.T) {
	f, url := played(t, "5")
	b := configured(t, map[string]any{"url": url, "endpoint": "compare"})
	for range 3 {
		if _, err := b.Generate(t.Context(), asked("p", picture(t), picture(t)), nil); err != nil {
			t.Fatal(err)
		}
	}
	if f.uploads != 1 {
		t.Errorf("the image was sent %d times", f.uploads)
	}
}

func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		endpoint string
		request  sdk.Request
		kind     sdk.ErrorKind
		want     string
	}{
		"the app's own":      {"fail", asked("own"), sdk.Internal, "the app failed: too dark"},
		"without a word":     {"fail", asked("other"), sdk.Internal, "does not say why; its log does, or start it with launch(show_error=True)"},
		"an image too many":  {"describe", asked("hi", picture(t), picture(t)), sdk.InvalidRequest, "the prompt has 2 images, and endpoint /describe takes 1"},
		"no place for one":   {"stream", asked("hi", picture(t)), sdk.InvalidRequest, "the prompt has 1 images, and endpoint /stream takes 0"},
		"no place for text":  {"boxes", asked("hi", picture(t)), sdk.InvalidRequest, "endpoint /boxes has no parameter for a prompt"},
		"a system message":   {"stream", sdk.Request{Messages: []sdk.Message{spoken(sdk.System, "be brief"), spoken(sdk.User, "x")}}, sdk.InvalidRequest, "has no parameter for a system message"},
		"no conversation":    {"stream", sdk.Request{Messages: []sdk.Message{spoken(sdk.User, "a"), spoken(sdk.Assistant, "b"), spoken(sdk.User, "c")}}, sdk.InvalidRequest, "keeps no conversation"},
		"a missing image":    {"describe", asked("hi", &sdk.Image{Path: "/nowhere/a.png"}), sdk.InvalidRequest, "image /nowhere/a.png: "},
		"other data":         {"stream", asked("three"), sdk.Internal, "refuses /queue/join: 422 Unprocessable Entity: nobody recorded function 1 with ['three']"},
		"an answer at first": {"stream", sdk.Request{Messages: []sdk.Message{spoken(sdk.Assistant, "b")}}, sdk.InvalidRequest, "begins with an answer"},
	} {
		t.Run(name, func(t *testing.T) {
			_, url := played(t, "6")
			r, err := configured(t, map[string]any{"url": url, "endpoint": c.endpoint}).Generate(t.Context(), c.request, nil)
			if err == nil || sdk.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q, %v (%s); expected %s", r.Text, err, sdk.KindOf(err), c.want)
			}
		})
	}
}

// An app that breaks off, floods or talks rubbish costs its case.
func TestStreams(t *testing.T) {
	for name, c := range map[string]struct {
		send func(http.ResponseWriter, call)
		kind sdk.ErrorKind
		want string
	}{
		"cut off": {func(w http.ResponseWriter, c call) {
			head, _, _ := strings.Cut(c.Stream, `data: {"msg": "process_completed"`)
			if head == c.Stream {
				head, _, _ = strings.Cut(c.Stream, `data: {"msg":"process_completed"`)
			}
			_, _ = io.WriteString(w, head)
		}, sdk.Unavailable, "broke off before its answer was whole: unexpected EOF"},
		"closed": {func(w http.ResponseWriter, _ call) {
			_, _ = io.WriteString(w, `data: {"msg": "close_stream", "event_id": null}`+"\n\n")
		}, sdk.Unavailable, "ended the session before its answer"},
		"of another call": {func(w http.ResponseWriter, c call) {
			_, _ = io.WriteString(w, strings.ReplaceAll(c.Stream, c.EventID, "another"))
		}, sdk.Unavailable, "ended the session before its answer"},
		"unexpected error": {func(w http.ResponseWriter, _ call) {
			_, _ = io.WriteString(w, `data: {"msg": "unexpected_error", "event_id": null, "message": "404: Session not found."}`+"\n\n")
		}, sdk.Internal, "the app failed: 404: Session not found."},
		"no JSON": {func(w http.ResponseWriter, _ call) { _, _ = io.WriteString(w, "data: what?\n\n") }, sdk.Internal, `an event that is no JSON: "what?"`},
		"a page": {func(w http.ResponseWriter, _ call) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>Welcome</html>")
		}, sdk.Internal, `"<html>Welcome</html>" (text/html); expected a stream of events`},
		"a line without end": {func(w http.ResponseWriter, _ call) {
			piece := []byte(strings.Repeat("x", 1<<20))
			for range maxBody>>20 + 2 {
				_, _ = w.Write(piece)
			}
		}, sdk.Unavailable, "token too long"},
		"no results": {func(w http.ResponseWriter, c call) {
			_, _ = fmt.Fprintf(w, "data: {\"msg\": \"process_completed\", \"event_id\": %q, \"success\": true, \"output\": {\"data\": []}}\n\n", c.EventID)
		}, sdk.Internal, "the app gave 0 results, and endpoint /stream says that it gives 1"},
	} {
		t.Run(name, func(t *testing.T) {
			f, url := played(t, "5")
			f.stream = c.send
			r, err := configured(t, map[string]any{"url": url, "endpoint": "stream"}).Generate(t.Context(), asked("one two"), nil)
			if err == nil || sdk.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q, %v (%s); expected %s (%s)", r.Text, err, sdk.KindOf(err), c.want, c.kind)
			}
		})
	}
}

func TestFullQueue(t *testing.T) {
	f, url := played(t, "5")
	f.full = 2
	r, err := configured(t, map[string]any{"url": url, "endpoint": "stream"}).Generate(t.Context(), asked("one two"), nil)
	if err != nil || r.Text != "one two" || f.joins != 3 {
		t.Errorf("%q, %v, %d tries", r.Text, err, f.joins)
	}
	f.full = 1000
	_, err = configured(t, map[string]any{"url": url, "endpoint": "stream", "max_wait": 0.1}).Generate(t.Context(), asked("one two"), nil)
	if sdk.KindOf(err) != sdk.Unavailable || !strings.Contains(err.Error(), "had no place in its queue for 100ms: the queue is full: 503 Service Unavailable: Queue is full. Max size is 3") {
		t.Errorf("%v (%s)", err, sdk.KindOf(err))
	}
}

// Who gives up a call says so to the app.
func TestCancel(t *testing.T) {
	f, url := played(t, "5")
	ctx, cancel := context.WithCancel(t.Context())
	held := make(chan struct{})
	t.Cleanup(func() { close(held) })
	f.stream = func(w http.ResponseWriter, _ call) {
		w.(http.Flusher).Flush()
		cancel()
		<-held
	}
	_, err := configured(t, map[string]any{"url": url, "endpoint": "stream"}).Generate(ctx, asked("one two"), nil)
	if err == nil || ctx.Err() == nil {
		t.Errorf("it answered, %v", err)
	}
	select {
	case body := <-f.cancelled:
		if !strings.Contains(body, `"event_id"`) || !strings.Contains(body, `"session_hash"`) {
			t.Errorf("it was told %s", body)
		}
	case <-time.After(10 * time.Second):
		t.Error("the app was not told")
	}
}

func TestLogin(t *testing.T) {
	f, url := played(t, "5")
	f.login = true
	r, err := configured(t, map[string]any{"url": url, "endpoint": "stream", "user": "me", "password": "pw"}).Generate(t.Context(), asked("one two"), nil)
	if err != nil || r.Text != "one two" {
		t.Errorf("%q, %v", r.Text, err)
	}
	for name, c := range map[string]struct {
		config map[string]any
		want   string
	}{
		"none":  {map[string]any{}, "wants a login: give user and password"},
		"wrong": {map[string]any{"user": "me", "password": "wp"}, `refuses the login of user "me": 400 Bad Request: Incorrect credentials.`},
		"half":  {map[string]any{"user": "me"}, "a login needs both user and password"},
	} {
		c.config["url"] = url
		err := (&backend{}).Configure(t.Context(), c.config)
		if err == nil || sdk.KindOf(err) != sdk.InvalidConfig || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "wp") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConfig(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }))
	t.Cleanup(page.Close)
	missing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(missing.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	_, url := played(t, "5")
	for name, c := range map[string]struct {
		config map[string]any
		kind   sdk.ErrorKind
		want   string
	}{
		"no endpoint":        {map[string]any{}, sdk.InvalidConfig, "has several endpoints, /all, /boxes,"},
		"unknown endpoint":   {map[string]any{"endpoint": "/nothing"}, sdk.InvalidConfig, "has no endpoint /nothing; it has /all, /boxes,"},
		"unknown input":      {map[string]any{"endpoint": "describe", "inputs": map[string]any{"size": 1.0}}, sdk.InvalidConfig, `has no parameter "size"; it has image, prompt, temperature`},
		"input without use":  {map[string]any{"endpoint": "file"}, sdk.InvalidConfig, "has no default; give it with `inputs: {"},
		"unknown output":     {map[string]any{"endpoint": "describe", "output": "score"}, sdk.InvalidConfig, `has no result score; it has "answer", numbered from 0`},
		"no address":         {map[string]any{"url": "localhost"}, sdk.InvalidConfig, "url is no http or https address"},
		"a password in it":   {map[string]any{"url": "http://a:b@localhost"}, sdk.InvalidConfig, "has a user or password in it"},
		"a page":             {map[string]any{"url": page.URL}, sdk.InvalidConfig, `answers /config with "<html>"`},
		"something else":     {map[string]any{"url": missing.URL}, sdk.InvalidConfig, "has no /config; is it the address of a Gradio app?"},
		"nobody":             {map[string]any{"url": gone.URL}, sdk.Unavailable, "cannot be reached: dial tcp"},
		"a name without DNS": {map[string]any{"url": "http://no-such-host.invalid"}, sdk.Unavailable, "cannot be reached: dial tcp"},
	} {
		if c.config["url"] == nil {
			c.config["url"] = url
		}
		err := (&backend{}).Configure(t.Context(), c.config)
		if err == nil || sdk.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v (%s); expected %s", name, err, sdk.KindOf(err), c.want)
		}
	}
	c, err := readConfig(map[string]any{"url": "https://huggingface.co/spaces/Some-One/My.Space"})
	if err != nil || c.URL != "https://some-one-my-space.hf.space" {
		t.Errorf("%s, %v", c.URL, err)
	}
}

// What fills a place is decided by names and components.
func TestSources(t *testing.T) {
	text := func(name string) parameter { return parameter{Name: name, Component: "textbox"} }
	for name, c := range map[string]struct {
		inputs []parameter
		given  map[string]any
		want   string
	}{
		"one text":               {[]parameter{text("x")}, nil, "$prompt"},
		"several texts":          {[]parameter{text("style"), text("question")}, nil, "endpoint /x wants style (textbox), which has no default; give it with `inputs: {style: ...}` in config"},
		"several texts, one set": {[]parameter{text("style"), text("question")}, map[string]any{"style": "plain"}, "plain $prompt"},
		"system":                 {[]parameter{text("system_prompt"), text("message")}, nil, "$system $prompt"},
		"within a text":          {[]parameter{text("x")}, map[string]any{"x": "Q: $prompt"}, "Q: $prompt"},
		"seed":                   {[]parameter{text("x"), {Name: "seed", Component: "number"}}, nil, "$prompt $seed"},
		"two unclear texts":      {[]parameter{text("a"), text("b")}, nil, "several parameters for text, a, b; say which is the prompt with `inputs: {a: $prompt}`"},
		"multimodal":             {[]parameter{{Name: "m", Component: "multimodaltextbox"}, {Name: "k", Component: "slider", HasDefault: true, Default: 3}}, nil, "$message 3"},
	} {
		e := &endpoint{name: "x", inputs: c.inputs}
		found, err := sources(e, c.given)
		var got []string
		for _, s := range found {
			if s.word != "" {
				got = append(got, s.word)
			} else {
				got = append(got, fmt.Sprint(s.value))
			}
		}
		if err != nil {
			got = []string{err.Error()}
		}
		if actual := strings.Join(got, " "); actual != c.want && (err == nil || !strings.Contains(actual, c.want)) {
			t.Errorf("%s: %s; expected %s", name, actual, c.want)
		}
	}
}

// The last thing that an assistant said, of all the forms that chats have had.
func TestSaid(t *testing.T) {
	for name, c := range map[string]struct{ value, want string }{
		"pairs":    {`[["hi", "first"], ["again", "second"]]`, "second"},
		"messages": {`[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}]`, "a\nb"},
		"parts":    {`[{"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]`, "a\nb"},
		"thoughts": {`[{"role": "assistant", "content": "hm", "metadata": {"title": "Thinking"}}, {"role": "assistant", "content": "b", "metadata": {"title": null}}]`, "b"},
		"no reply": {`[{"role": "assistant", "content": "a"}, {"role": "user", "content": "hi"}]`, ""},
		"nothing":  {`[]`, ""},
	} {
		var v any
		if err := json.Unmarshal([]byte(c.value), &v); err != nil {
			t.Fatal(err)
		}
		if got := lastSaid(v); got != c.want {
			t.Errorf("%s: %q, expected %q", name, got, c.want)
		}
	}
}

func TestConformance(t *testing.T) {
	f, url := played(t, "6")
	f.Calls = slices.DeleteFunc(f.Calls, func(c call) bool { return c.Name != "describe" })
	config := map[string]any{"url": url, "endpoint": "describe", "inputs": map[string]any{"temperature": 0.25}}
	backendtest.Run(t, &backend{}, backendtest.Options{Config: config, Prompt: "hi"})
}
