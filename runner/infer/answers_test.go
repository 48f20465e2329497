package infer

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/cache"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// known is a backend that is record as version, when that is not "".
type known struct {
	version string
	why     string
	seeds   bool
}

func (k known) fingerprint() Fingerprint {
	return Fingerprint{Info: sdk.Info{Name: "fake", Capabilities: sdk.Capabilities{Seeds: k.seeds}}, Digest: sha256.Sum256([]byte(k.version)), Why: k.why}
}

func (k known) Lookup(string) (Fingerprint, bool)                { return k.fingerprint(), k.version != "" }
func (k known) Record(string, sdk.Backend, sdk.Info) Fingerprint { return k.fingerprint() }

// session is a run with a cache in a folder.
type session struct {
	*Pool
	t      *testing.T
	store  *cache.Store
	asked  *fake
	opened atomic.Int64
}

func run(t *testing.T, dir string, f *fake, o Options, all []Task) *session {
	t.Helper()
	s := &session{t: t, asked: f}
	var err error
	if s.store, err = cache.Open(dir, 1<<20); err != nil {
		t.Fatal(err)
	}
	o.Cache = s.store
	o.Open = func(context.Context, string) (sdk.Backend, error) { s.opened.Add(1); return f, nil }
	s.Pool = Start(t.Context(), all, o)
	return s
}

// answers waits for every task: "red", "red*" from the cache, or the fault.
func (s *session) answers() string {
	s.t.Helper()
	var all []string
	for i := range s.tasks {
		a := wait(s.t, s.Pool, i)
		switch {
		case a.Fault != nil:
			all = append(all, a.Fault.Kind+": "+a.Fault.Message)
		default:
			for _, turn := range a.Turns {
				text := turn.Answer
				if turn.Cached {
					text += "*"
				}
				all = append(all, text)
			}
		}
	}
	s.Close()
	if err := s.store.Close(); err != nil {
		s.t.Fatal(err)
	}
	return strings.Join(all, ", ")
}

// counting answers with the number of the call, so that no two answers are alike.
func counting() *fake {
	n := 0
	f := &fake{}
	f.answer = func(context.Context, sdk.Request) (string, error) { n++; return fmt.Sprint("answer ", n), nil }
	return f
}

func talking(id string, prompts ...string) *spec.Case {
	c := one(id)
	for _, p := range prompts {
		c.Turns = append(c.Turns, spec.Turn{Parts: []spec.Part{{Text: p}}})
	}
	return c
}

func TestSecondRunAsksNobody(t *testing.T) {
	dir := t.TempDir()
	all := append(tasks(one("a", "red-circle.png"), talking("b", "more", "yet more")), Task{Case: one("c"), Index: 1})
	if got := run(t, dir, counting(), Options{Fingerprints: known{}}, all).answers(); got != "answer 1, answer 2, answer 3, answer 4, answer 5" {
		t.Fatalf("first %s", got)
	}
	s := run(t, dir, counting(), Options{Fingerprints: known{version: ""}}, all)
	if got := s.answers(); got != "answer 1*, answer 2*, answer 3*, answer 4*, answer 5*" || s.opened.Load() != 1 {
		t.Errorf("a backend that has to say what it is: %s, opened %d times", got, s.opened.Load())
	}
}

func TestBackendThatIsRememberedIsNotStarted(t *testing.T) {
	dir := t.TempDir()
	is := Options{Fingerprints: known{version: "1"}}
	all := tasks(one("a", "red-circle.png"), one("b"))
	run(t, dir, counting(), is, all).answers()
	s := run(t, dir, counting(), is, all)
	if got := s.answers(); got != "answer 1*, answer 2*" || s.opened.Load() != 0 || s.Backends()["b"].Name != "fake" {
		t.Errorf("%s, opened %d times, backends %v", got, s.opened.Load(), s.Backends())
	}
	a, ok := run(t, dir, counting(), is, all).Wait(t.Context(), 0)
	if turn := a.Turns[0]; !ok || turn.Timings.Total != 0 || turn.Timings.Decode != 0 || turn.Finish != "stop" || turn.Prompt != "<image>a" || len(a.Images[0]) != 1 ||
		len(turn.Shown) != 1 || turn.Shown[0].Width != 28 || turn.Shown[0].Height != 56 {
		t.Errorf("%+v", a)
	}
	// On demand the same.
	is.OnDemand = true
	s = run(t, dir, counting(), is, all)
	if got := s.answers(); got != "answer 1*, answer 2*" || s.opened.Load() != 0 {
		t.Errorf("on demand: %s, opened %d times", got, s.opened.Load())
	}
}

// Whatever determines an answer makes it another one.
func TestWhatAnAnswerDependsOn(t *testing.T) {
	base := func() Task { return tasks(one("a", "red-circle.png"))[0] }
	image := func(t *testing.T, name, like string) string {
		data, err := os.ReadFile(shapes + like)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, change := range map[string]func(*testing.T, *Task, *Options){
		"the prompt": func(_ *testing.T, task *Task, _ *Options) { task.Case.Turns[0].Parts[1].Text = "b" },
		"the image": func(t *testing.T, task *Task, _ *Options) {
			task.Case.Turns[0].Parts[0].Image.Path = image(t, "red-circle.png", "blue-square.png")
		},
		"its name": func(t *testing.T, task *Task, _ *Options) {
			task.Case.Turns[0].Parts[0].Image.Path = image(t, "other.png", "red-circle.png")
		},
		"the order":       func(_ *testing.T, task *Task, _ *Options) { p := task.Case.Turns[0].Parts; p[0], p[1] = p[1], p[0] },
		"the system":      func(_ *testing.T, task *Task, _ *Options) { task.Case.System = "Be brief." },
		"the seed":        func(_ *testing.T, task *Task, _ *Options) { task.Case.Params.Seed = 8 },
		"the sample":      func(_ *testing.T, task *Task, _ *Options) { task.Index = 1 },
		"most tokens":     func(_ *testing.T, task *Task, _ *Options) { task.Case.Params.MaxTokens = 9 },
		"a stop":          func(_ *testing.T, task *Task, _ *Options) { task.Case.Params.Stop = []string{"."} },
		"extra":           func(_ *testing.T, task *Task, _ *Options) { task.Case.Params.Extra = map[string]any{"grammar": "x"} },
		"the backend":     func(_ *testing.T, _ *Task, o *Options) { o.Fingerprints = known{version: "2"} },
		"cache: never":    func(_ *testing.T, task *Task, _ *Options) { task.Never = true },
		"a time checked":  func(_ *testing.T, task *Task, _ *Options) { task.Timed = true },
		"--no-cache":      func(_ *testing.T, _ *Task, o *Options) { o.Fresh = true },
		"no model digest": func(_ *testing.T, _ *Task, o *Options) { o.Fingerprints = known{version: "1", why: "no digest"} },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			is := Options{Fingerprints: known{version: "1"}}
			run(t, dir, counting(), is, []Task{base()}).answers()
			task, o := base(), is
			change(t, &task, &o)
			if got := run(t, dir, counting(), o, []Task{task}).answers(); got != "answer 1" {
				t.Errorf("answered %s", got)
			}
			if got := run(t, dir, counting(), is, []Task{base()}).answers(); got != "answer 1*" {
				t.Errorf("then %s", got)
			}
		})
	}
	t.Run("its path does not matter", func(t *testing.T) {
		dir := t.TempDir()
		is := Options{Fingerprints: known{version: "1"}}
		run(t, dir, counting(), is, []Task{base()}).answers()
		task := base()
		task.Case.ID = "another case"
		task.Case.Turns[0].Parts[0].Image.Path = image(t, "red-circle.png", "red-circle.png")
		if got := run(t, dir, counting(), is, []Task{task}).answers(); got != "answer 1*" {
			t.Errorf("answered %s", got)
		}
	})
}

// What cannot be had again is not cached: a sample without a seed, a fault, the
// first turns of a conversation that ended in one.
func TestWhatIsNotCached(t *testing.T) {
	sampled := one("a")
	sampled.Params.Temperature = 0.7
	for name, test := range map[string]struct {
		c     *spec.Case
		seeds bool
		fails int // which call does
		never bool
		want  string
	}{
		"a sample without a seed":    {c: sampled, want: "answer 1"},
		"a sample with a seed":       {c: sampled, seeds: true, want: "answer 1*"},
		"a fault":                    {c: one("a"), fails: 1, want: "answer 1"},
		"a fault in the second turn": {c: talking("a", "more"), fails: 2, want: "answer 1, answer 2"},
		"what the case never keeps":  {c: one("a"), never: true, want: "answer 1"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			is := Options{Fingerprints: known{version: "1", seeds: test.seeds}}
			n := 0
			f := &fake{answer: func(context.Context, sdk.Request) (string, error) {
				if n++; n == test.fails {
					return "", sdk.Errorf(sdk.Internal, "no")
				}
				return fmt.Sprint("answer ", n), nil
			}}
			task := Task{Case: test.c, Never: test.never}
			run(t, dir, f, is, []Task{task}).answers()
			if got := run(t, dir, counting(), is, []Task{task}).answers(); got != test.want {
				t.Errorf("answered %s", got)
			}
		})
	}
}

// A conversation is taken from the cache whole or not at all.
func TestConversationThatGoesOnOtherwise(t *testing.T) {
	dir := t.TempDir()
	is := Options{Fingerprints: known{version: "1"}}
	run(t, dir, counting(), is, tasks(talking("a", "more"))).answers()
	if got := run(t, dir, counting(), is, tasks(talking("a", "else"))).answers(); got != "answer 1, answer 2" {
		t.Errorf("answered %s", got)
	}
}

// Part of a run comes from the cache, and the backend is started for the rest.
func TestHitsAmongMisses(t *testing.T) {
	dir := t.TempDir()
	is := Options{Fingerprints: known{version: "1"}}
	run(t, dir, counting(), is, tasks(one("b"), one("d"))).answers()
	s := run(t, dir, counting(), is, tasks(one("a"), one("b"), one("c"), one("d")))
	if got := s.answers(); got != "answer 1, answer 1*, answer 2, answer 2*" || s.asked.ids() != "a c" || s.opened.Load() != 1 {
		t.Errorf("%s; asked %s", got, s.asked.ids())
	}
}

func TestOffline(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, counting(), Options{Fingerprints: known{version: "1"}}, tasks(one("a"))).answers()
	timed := tasks(one("a"))[0]
	timed.Timed = true
	all := append(tasks(one("a"), one("b"), one("c", "missing.png")), timed)
	s := run(t, dir, counting(), Options{Fingerprints: known{version: "1"}, Offline: true}, all)
	want := "answer 1*, " +
		"not_cached: --offline asks no backend, and no answer to it is cached; run it without --offline, " +
		"invalid_request: s.yaml:3: missing.png: there is no such file, " +
		"not_cached: --offline asks no backend, and the case checks how long the answer takes, which has to be measured; run it without --offline"
	if got := s.answers(); got != want || s.opened.Load() != 0 {
		t.Errorf("got %s", got)
	}
	s = run(t, dir, counting(), Options{Fingerprints: known{}, Offline: true}, tasks(one("a")))
	if got := s.answers(); !strings.Contains(got, "backend b has not answered yet, or its program, config or model is another now") || s.opened.Load() != 0 {
		t.Errorf("got %s", got)
	}
	if _, _, err := Start(t.Context(), nil, Options{Offline: true}).Ask(t.Context(), Request{Backend: "judge"}); err == nil || !strings.Contains(err.Error(), "--offline asks no backend, and there is no cache") {
		t.Errorf("got %v", err)
	}
}

// Judges are answered from the cache by the same rules.
func TestAskFromTheCache(t *testing.T) {
	dir := t.TempDir()
	is := Options{Fingerprints: known{version: "1"}}
	req := sdk.Request{Messages: []sdk.Message{{Role: sdk.User, Parts: []sdk.Part{{Text: "grade this"}}}}}
	ask := func(never bool) string {
		s := run(t, dir, counting(), is, nil)
		r, cached, err := s.Ask(t.Context(), Request{Backend: "judge", Request: req, Never: never})
		s.answers()
		return fmt.Sprint(r.Text, " ", cached, " ", err)
	}
	if first, never, second := ask(false), ask(true), ask(false); first != "answer 1 false <nil>" || never != first || second != "answer 1 true <nil>" {
		t.Errorf("first %s, never %s, second %s", first, never, second)
	}
}

// An image that has not been written to is not read again; one that has is.
func TestImagesAreRemembered(t *testing.T) {
	dir, path := t.TempDir(), filepath.Join(t.TempDir(), "a.png")
	copied := func(name string) {
		data, err := os.ReadFile(shapes + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	look := func() string {
		store, err := cache.Open(dir, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		img, err := newImages(store).look(path)
		if err != nil {
			t.Fatal(err)
		}
		return img.SHA256
	}
	copied("red-circle.png")
	stamp, err := cache.StampOf(path)
	if err != nil {
		t.Fatal(err)
	}
	was, err := json.Marshal(lookedAt{stamp, sdk.Image{Path: path, SHA256: "as it was"}})
	if err != nil {
		t.Fatal(err)
	}
	store, err := cache.Open(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	store.Put(imageKey(path), was)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if got := look(); got != "as it was" {
		t.Errorf("it was read: %s", got)
	}
	copied("red-circle.png")
	if got := look(); len(got) != 64 {
		t.Errorf("got %s", got)
	}
}

// A record that is none of ours is no answer.
func TestRecordOfAnotherKind(t *testing.T) {
	dir := t.TempDir()
	is := known{version: "1"}
	store, err := cache.Open(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	req := sdk.Request{Messages: []sdk.Message{{Role: sdk.User, Parts: []sdk.Part{{Text: "a"}}}}, Params: sdk.Params{Seed: 7}}
	key, _ := keyOf(is.fingerprint(), req, 0)
	store.Put(key, []byte("[1]"))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if got := run(t, dir, counting(), Options{Fingerprints: is}, tasks(one("a"))).answers(); got != "answer 1" {
		t.Errorf("answered %s", got)
	}
}
