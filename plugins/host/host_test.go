package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/vlmspec/vlmspec/plugins/internal/wire"
	"github.com/vlmspec/vlmspec/plugins/python"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/plugin"
)

// The test binary is also every backend of these tests: what a process does
// follows from the name it is started by.
func TestMain(m *testing.M) {
	name, isBackend := strings.CutPrefix(filepath.Base(os.Args[0]), Prefix)
	if !isBackend {
		os.Exit(m.Run())
	}
	switch name {
	case "rubbish":
		fmt.Println("Loading model...")
		select {}
	case "silent":
		select {}
	case "frozen":
		freeze()
		plugin.Serve(&fake{})
	case "early":
		fmt.Fprintln(os.Stderr, "libcuda.so.1: cannot open shared object file")
		os.Exit(127)
	case "newer":
		goplugin.Serve(&goplugin.ServeConfig{
			HandshakeConfig:  wire.Handshake,
			VersionedPlugins: map[int]goplugin.PluginSet{7: {wire.Name: &wire.Plugin{Backend: &fake{}}}},
			GRPCServer:       func(o []grpc.ServerOption) *grpc.Server { return grpc.NewServer(o...) },
		})
	default:
		plugin.Serve(&fake{})
	}
}

// fake does what a prompt asks it to.
type fake struct {
	config    map[string]any
	helper    int          // PID of a process that was left behind
	now, peak atomic.Int32 // calls of "count"
}

func (f *fake) Configure(_ context.Context, config map[string]any) error {
	f.config = config
	switch config["mode"] {
	case "refuse":
		return sdk.Errorf(sdk.InvalidConfig, "model.gguf is truncated")
	case "crash":
		fmt.Fprintln(os.Stderr, "GGML_ASSERT failed while loading")
		os.Exit(3)
	case "freeze":
		freeze()
	case "helper":
		return f.help()
	case "slow":
		time.Sleep(3 * leastSilence / 2) // it answers all the while
	}
	return nil
}

func (f *fake) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{
		Name: "fake", Version: "1", PathKeys: []string{"model"}, Model: "fake", Device: "cpu",
		Details:      map[string]string{"pid": fmt.Sprint(os.Getpid()), "model": fmt.Sprint(f.config["model"]), "helper": fmt.Sprint(f.helper)},
		Capabilities: sdk.Capabilities{MaxImages: 3, Concurrency: 2, ContextTokens: 9, Seeds: true, LogProbs: true, JSONSchema: true, Streaming: true, Queues: f.config["mode"] == "queue"},
		ConfigSchema: []byte(`{"type": "object", "additionalProperties": false, "properties": {
			"model": {"type": "string"}, "mode": {"type": "string"}, "threads": {"type": "integer"}}}`),
	}, nil
}

func (f *fake) Generate(ctx context.Context, req sdk.Request, emit func(string)) (sdk.Response, error) {
	text := ""
	if n := len(req.Messages); n > 0 {
		text = req.Messages[n-1].Parts[0].Text
	}
	ok := sdk.Response{Text: fmt.Sprint(os.Getpid()), Finish: sdk.FinishStop}
	switch text {
	case "crash":
		fmt.Fprintln(os.Stderr, "GGML_ABORT: out of memory")
		os.Exit(134)
	case "hang":
		select {}
	case "wait":
		emit("waiting")
		<-ctx.Done()
		return sdk.Response{}, ctx.Err()
	case "queue":
		emit("queued")
		for range 3 {
			sdk.Begun(ctx)
		}
		emit("begun")
	case "panic":
		panic("index out of range")
	case "refuse":
		return sdk.Response{}, sdk.Errorf(sdk.InvalidRequest, "the prompt is too long")
	case "busy":
		return sdk.Response{}, sdk.Errorf(sdk.Unavailable, "try again")
	case "stream":
		for _, s := range []string{"a ", "red ", "circle"} {
			emit(s)
		}
		ok.Text = "a red circle"
	case "count":
		f.peak.Store(max(f.peak.Load(), f.now.Add(1)))
		time.Sleep(20 * time.Millisecond) // long enough for the other calls to arrive
		f.now.Add(-1)
		ok.Text = fmt.Sprint(f.peak.Load())
	case "lie":
		ok.Usage.OutputTokens = -1
	case "lie about sizes":
		ok.Images = []sdk.ImageShown{{Width: 1, Height: 1}}
	case "echo":
		img := req.Messages[0].Parts[1].Image
		ok.Text = fmt.Sprintf("%+v %s %s %s %d %dx%d", req.Params, req.Messages[0].Role, img.SHA256, img.Path, len(img.Bytes), img.Width, img.Height)
		ok.Finish, ok.LogProbs, ok.Reasoning, ok.Images = sdk.FinishLength, []float64{-0.5}, "hm", []sdk.ImageShown{{Width: 28, Height: 56}}
		ok.Usage = sdk.Usage{TextTokens: 1, ImageTokens: 2, OutputTokens: 3}
		ok.Timings = sdk.Timings{Preprocess: 1, Encode: 2, Prefill: 3, Decode: 4}
	}
	return ok, nil
}

func (f *fake) Close() error { return nil }

// A call to a backend that queues has begun when it says so, and once only.
func TestBegun(t *testing.T) {
	for mode, want := range map[string]string{"queue": "queued [begun] begun", "": "[begun] queued begun"} {
		b := open(t, Options{Config: map[string]any{"mode": mode}})
		var events []string
		note := func(event string) { events = append(events, event) }
		if _, err := b.generate(t.Context(), ask("queue"), func() { note("[begun]") }, note); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(events, " "); got != want {
			t.Errorf("mode %q: got %s, want %s", mode, got, want)
		}
	}
}

// program makes the test binary a backend of a name, and returns its place.
func program(t testing.TB, name string) []Place {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(exe, filepath.Join(dir, Prefix+name)); err != nil {
		t.Fatal(err)
	}
	return []Place{{dir, "test"}}
}

func open(t testing.TB, o Options) *Backend {
	t.Helper()
	o.Name = "tiny"
	if o.Plugin == "" {
		o.Plugin = "fake"
	}
	if o.Places == nil {
		o.Places = program(t, o.Plugin)
	}
	b, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func ask(text string, more ...sdk.Part) sdk.Request {
	return sdk.Request{ID: "case", Messages: []sdk.Message{{Role: sdk.User, Parts: append([]sdk.Part{{Text: text}}, more...)}}}
}

func TestGenerateCarriesEverything(t *testing.T) {
	b := open(t, Options{})
	for name, img := range map[string]*sdk.Image{
		"by path":    {SHA256: "ab", MediaType: "image/png", Width: 3, Height: 4, Path: "/a.png"},
		"by content": {SHA256: "ab", MediaType: "image/png", Width: 3, Height: 4, Bytes: make([]byte, 5<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			req := ask("echo", sdk.Part{Image: img})
			req.Params = sdk.Params{MaxTokens: 1, Temperature: 0.5, TopP: 0.6, TopK: 7, MinP: 0.8, RepeatPenalty: 1.1, Seed: 9, Stop: []string{"x"}, Extra: map[string]any{"k": "v"}}
			got, err := b.Generate(t.Context(), req, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("%+v user ab %s %d 3x4", req.Params, img.Path, len(img.Bytes))
			if got.Text != want {
				t.Errorf("the backend got\n%s, expected\n%s", got.Text, want)
			}
			if got.Finish != sdk.FinishLength || got.Usage != (sdk.Usage{TextTokens: 1, ImageTokens: 2, OutputTokens: 3}) ||
				got.Timings != (sdk.Timings{Preprocess: 1, Encode: 2, Prefill: 3, Decode: 4}) || len(got.LogProbs) != 1 || got.Reasoning != "hm" ||
				!slices.Equal(got.Images, []sdk.ImageShown{{Width: 28, Height: 56}}) {
				t.Errorf("the host got %+v", got)
			}
		})
	}
	info, err := b.Describe(t.Context())
	if err != nil || info.Capabilities != (sdk.Capabilities{MaxImages: 3, Concurrency: 2, ContextTokens: 9, Seeds: true, LogProbs: true, JSONSchema: true, Streaming: true}) {
		t.Errorf("Describe: %+v, %v", info, err)
	}
}

func TestGenerateStreams(t *testing.T) {
	var got []string
	resp, err := open(t, Options{}).Generate(t.Context(), ask("stream"), func(s string) { got = append(got, s) })
	if err != nil || resp.Text != "a red circle" || strings.Join(got, "|") != "a |red |circle" {
		t.Errorf("streamed %q, answered %q, %v", got, resp.Text, err)
	}
}

func TestErrorsKeepTheirMeaning(t *testing.T) {
	b := open(t, Options{})
	for text, want := range map[string]struct {
		kind sdk.ErrorKind
		text string
	}{
		"refuse": {sdk.InvalidRequest, "the prompt is too long"},
		"busy":   {sdk.Unavailable, "try again"},
		"panic":  {sdk.Internal, "the backend panicked in Generate: index out of range"},
		"lie":    {sdk.Internal, "the backend's answer has a negative number of tokens"},

		"lie about sizes": {sdk.Internal, "the backend's answer has the sizes of 1 images, where 0 were shown"},
	} {
		t.Run(text, func(t *testing.T) {
			_, err := b.Generate(t.Context(), ask(text), nil)
			if err == nil || sdk.KindOf(err) != want.kind || !strings.Contains(err.Error(), want.text) {
				t.Errorf("%v (%s), expected %s (%s)", err, sdk.KindOf(err), want.text, want.kind)
			}
		})
	}
	if b.Starts() != 1 {
		t.Errorf("%d processes were started, expected 1", b.Starts())
	}
}

func TestCrash(t *testing.T) {
	b := open(t, Options{})
	_, err := b.Generate(t.Context(), ask("crash"), nil)
	if sdk.KindOf(err) != sdk.Crashed || !strings.Contains(err.Error(), "backend tiny crashed: GGML_ABORT: out of memory") {
		t.Errorf("a crash is %v (%s)", err, sdk.KindOf(err))
	}
	if _, err := b.Generate(t.Context(), ask("hello"), nil); err != nil {
		t.Errorf("after a crash: %v", err)
	}
	if b.Starts() != 2 {
		t.Errorf("%d processes were started, expected 2", b.Starts())
	}
}

func TestCrashTakesCallsInFlightAlong(t *testing.T) {
	b := open(t, Options{})
	var calls sync.WaitGroup
	waiting := make(chan struct{})
	calls.Go(func() {
		_, err := b.Generate(t.Context(), ask("wait"), func(string) { close(waiting) })
		if sdk.KindOf(err) != sdk.Crashed {
			t.Errorf("the innocent call is %v", err)
		}
	})
	<-waiting
	if _, err := b.Generate(t.Context(), ask("crash"), nil); sdk.KindOf(err) != sdk.Crashed {
		t.Errorf("the crash is %v", err)
	}
	calls.Wait()
}

func TestCancel(t *testing.T) {
	b := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := b.Generate(ctx, ask("wait"), func(string) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call is %v", err)
	}
	if _, err := b.Generate(t.Context(), ask("hello"), nil); err != nil || b.Starts() != 1 {
		t.Errorf("the process was not kept: %v, %d started", err, b.Starts())
	}
}

func TestHangIsKilled(t *testing.T) {
	b := open(t, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := b.Generate(ctx, ask("hang"), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a hanging call is %v", err)
	}
	if _, err := b.Generate(t.Context(), ask("hello"), nil); err != nil || b.Starts() != 2 {
		t.Errorf("after the hang: %v, %d processes started, expected 2", err, b.Starts())
	}
}

// A process that is killed for one call has crashed for the others.
func TestHangTakesCallsInFlightAlong(t *testing.T) {
	b := open(t, Options{})
	var calls sync.WaitGroup
	waiting := make(chan struct{})
	calls.Go(func() {
		if _, err := b.Generate(t.Context(), ask("wait"), func(string) { close(waiting) }); sdk.KindOf(err) != sdk.Crashed {
			t.Errorf("the innocent call is %v (%s)", err, sdk.KindOf(err))
		}
	})
	<-waiting
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := b.Generate(ctx, ask("hang"), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the hanging call is %v", err)
	}
	calls.Wait()
}

func TestInvalidPrograms(t *testing.T) {
	for name, c := range map[string]struct {
		want string
		kind sdk.ErrorKind
	}{
		"rubbish": {`printed "Loading model..." before the handshake`, sdk.InvalidConfig},
		"silent":  {"did not say within the time limit that it listens", sdk.InvalidConfig},
		"early":   {"libcuda.so.1: cannot open shared object file", sdk.Crashed},
		"newer":   {"speaks version 7 of the backend protocol, and this vlmspec speaks 1", sdk.InvalidConfig},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{Name: "tiny", Plugin: name, Places: program(t, name)}
			if name == "silent" {
				o.StartTime = 100 * time.Millisecond
			}
			_, err := Open(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), c.want) || sdk.KindOf(err) != c.kind {
				t.Errorf("%v (%s), expected %q (%s)", err, sdk.KindOf(err), c.want, c.kind)
			}
		})
	}
}

func TestConfig(t *testing.T) {
	for name, test := range map[string]struct {
		config map[string]any
		want   string
	}{
		"unknown key": {map[string]any{"modle": "x"}, `config: unknown key "modle"; the backend takes mode, model, threads`},
		"wrong type":  {map[string]any{"threads": "many"}, "config: threads: got string, want integer"},
		"refused":     {map[string]any{"mode": "refuse"}, "model.gguf is truncated"},
		"crash":       {map[string]any{"mode": "crash"}, "backend tiny crashed: GGML_ASSERT failed while loading"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(t.Context(), Options{Name: "tiny", Plugin: "fake", Places: program(t, "fake"), Config: test.config})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, expected %q", err, test.want)
			}
		})
	}
	info, err := open(t, Options{Config: map[string]any{"model": "models/a.gguf"}, Dir: "/project"}).Describe(t.Context())
	if err != nil || info.Details["model"] != filepath.FromSlash("/project/models/a.gguf") {
		t.Errorf("a relative path became %q, %v", info.Details["model"], err)
	}
}

func TestAttach(t *testing.T) {
	owner := open(t, Options{})
	a, err := owner.Attachment()
	if err != nil {
		t.Fatal(err)
	}
	guest := open(t, Options{Attach: Attachments{"tiny": a}, Places: []Place{}})
	mine, err1 := owner.Generate(t.Context(), ask("hello"), nil)
	theirs, err2 := guest.Generate(t.Context(), ask("hello"), nil)
	if err1 != nil || err2 != nil || mine.Text != theirs.Text {
		t.Errorf("owner's process is %q (%v), guest's is %q (%v)", mine.Text, err1, theirs.Text, err2)
	}
	if err := guest.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Generate(t.Context(), ask("hello"), nil); err != nil || owner.Starts() != 1 {
		t.Errorf("the guest ended the owner's process: %v", err)
	}
}

// A backend never sees more concurrent calls than it says it takes.
func TestConcurrentCalls(t *testing.T) {
	b := open(t, Options{})
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if r, err := b.Generate(t.Context(), ask("count"), nil); err != nil || r.Text > "2" {
				t.Errorf("%s concurrent calls, %v", r.Text, err)
			}
		})
	}
	calls.Wait()
}

// Nobody without the certificate can talk to a backend.
func TestStrangersAreRefused(t *testing.T) {
	a, err := open(t, Options{}).Attachment()
	if err != nil {
		t.Fatal(err)
	}
	own, err := wire.NewCredential()
	if err != nil {
		t.Fatal(err)
	}
	for name, credential := range map[string]wire.Credential{"none": "", "another": own} {
		stranger := a
		stranger.TLS = credential
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if b, err := Open(ctx, Options{Name: "tiny", Attach: Attachments{"tiny": stranger}}); err == nil {
			_ = b.Close()
			t.Errorf("certificate %s: the backend answered", name)
		}
	}
	for _, broken := range []wire.Credential{"x", "!.!", "AAAA.AAAA"} {
		a.TLS = broken
		if _, err := Open(t.Context(), Options{Name: "tiny", Attach: Attachments{"tiny": a}}); err == nil || !strings.Contains(err.Error(), "read the TLS credential") {
			t.Errorf("%s: %v", broken, err)
		}
	}
	info, err := os.Stat(filepath.Dir(a.Address))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder is %v: %v", info.Mode(), err)
	}
}

// After a crash the same program must come back.
func TestProgramThatChanged(t *testing.T) {
	places := program(t, "fake")
	b := open(t, Options{Places: places})
	_, _ = b.Generate(t.Context(), ask("crash"), nil)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(places[0].Dir, Prefix+"fake")
	if err := errors.Join(os.Remove(path), os.WriteFile(path, append(data, 0), 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Generate(t.Context(), ask("hello"), nil); err == nil || !strings.Contains(err.Error(), "has changed since it was first started") {
		t.Errorf("got %v", err)
	}
}

func TestParseAttach(t *testing.T) {
	a, err := ParseAttach(`{"llamacpp": {"pid": 1, "network": "unix", "address": "/tmp/x", "version": 1}}`)
	if err != nil || a["llamacpp"].PID != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := ParseAttach("yes"); err == nil || !strings.Contains(err.Error(), AttachEnv) {
		t.Errorf("rubbish is %v", err)
	}
	_, err = Open(t.Context(), Options{Name: "tiny", Attach: Attachments{"tiny": {Network: "carrier pigeon"}}})
	if err == nil || !strings.Contains(err.Error(), "carrier pigeon") {
		t.Errorf("an unknown network is %v", err)
	}
	_, err = Open(t.Context(), Options{Name: "tiny", Attach: Attachments{"tiny": {Network: "unix", Address: "/x", Version: 9}}})
	if err == nil || !strings.Contains(err.Error(), "speaks version 9") {
		t.Errorf("another version is %v", err)
	}
}

func TestDiscover(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	write := func(dir, name string, mode os.FileMode) string {
		path := filepath.Join(dir, Prefix+name)
		if err := os.WriteFile(path, nil, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a := write(first, "a", 0o700)
	write(second, "a", 0o700)
	write(second, "b", 0o600)
	var got bytes.Buffer
	places := []Place{{first, "one"}, {second, "two"}, {first, "again"}}
	for _, f := range Discover(places) {
		if f.Name == python.Name {
			continue // built in, with whatever Python there is
		}
		fmt.Fprintf(&got, "%s %s %s\n", f.Name, f.Origin, f.Unused)
	}
	want := "a one \na two hidden by " + a + "\nb two is not executable; chmod +x makes it so\n"
	if got.String() != want {
		t.Errorf("found\n%s, expected\n%s", got.String(), want)
	}
	if _, err := Find("b", places); err == nil || !strings.Contains(err.Error(), "is not executable") {
		t.Errorf("Find b: %v", err)
	}
	if _, err := Find("c", places); err == nil || !strings.Contains(err.Error(), "there is no program vlmspec-backend-c") || !strings.Contains(err.Error(), "found: a") {
		t.Errorf("Find c: %v", err)
	}
}

func TestPlaces(t *testing.T) {
	env := map[string]string{"VLMSPEC_PLUGIN_PATH": "/opt/plugins", "PATH": "/usr/bin:relative:/bin"}
	var got []string
	for _, p := range Places("/project", func(name string) string { return env[name] })[1:] {
		got = append(got, p.Dir)
	}
	if strings.Join(got, " ") != "/project/.vlmspec/plugins /opt/plugins /usr/bin /bin" {
		t.Errorf("places are %q", got)
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	backend := open(b, Options{})
	for b.Loop() {
		if _, err := backend.Generate(b.Context(), ask("hello"), nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	places := program(b, "fake")
	for b.Loop() {
		backend, err := Open(b.Context(), Options{Name: "tiny", Plugin: "fake", Places: places})
		if err != nil {
			b.Fatal(err)
		}
		_ = backend.Close()
	}
}
