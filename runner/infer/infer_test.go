package infer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// fake answers with what a function says, and notes what it was asked.
type fake struct {
	concurrency int
	queues      bool
	answer      func(ctx context.Context, req sdk.Request) (string, error)

	mu     sync.Mutex
	asked  []sdk.Request
	now    int // calls under way
	peak   int // concurrent calls
	closed bool
}

func (f *fake) Configure(context.Context, map[string]any) error { return nil }
func (f *fake) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "fake", Capabilities: sdk.Capabilities{Concurrency: f.concurrency, MaxImages: 2, Queues: f.queues}}, nil
}

func (f *fake) Generate(ctx context.Context, req sdk.Request, _ func(string)) (sdk.Response, error) {
	f.mu.Lock()
	f.asked = append(f.asked, req)
	f.now++
	f.peak = max(f.peak, f.now)
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.now--
		f.mu.Unlock()
	}()
	text, err := "ok", error(nil)
	if f.answer != nil {
		text, err = f.answer(ctx, req)
	}
	r := sdk.Response{Text: text, Finish: sdk.FinishStop, Timings: sdk.Timings{Decode: time.Millisecond}}
	for _, m := range req.Messages {
		for _, p := range m.Parts {
			if p.Image != nil {
				r.Images = append(r.Images, sdk.ImageShown{Width: 28, Height: 56})
			}
		}
	}
	return r, err
}

func (f *fake) Close() error {
	f.closed = true
	return nil
}

func (f *fake) ids() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []string
	for _, r := range f.asked {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}

const shapes = "../../fixtures/shapes/"

// one is a case that shows images and asks once.
func one(id string, images ...string) *spec.Case {
	c := &spec.Case{ID: id, Backend: "b", Turns: []spec.Turn{{}}}
	for _, name := range images {
		path, _ := filepath.Abs(shapes + name)
		c.Turns[0].Parts = append(c.Turns[0].Parts, spec.Part{Image: &spec.Image{Path: path, Name: name, Pos: spec.Pos{File: "s.yaml", Line: 3}}})
	}
	c.Turns[0].Parts = append(c.Turns[0].Parts, spec.Part{Text: id})
	return c
}

func tasks(cases ...*spec.Case) []Task {
	var all []Task
	for _, c := range cases {
		c.Params.Seed = 7
		all = append(all, Task{Case: c})
	}
	return all
}

func start(t *testing.T, f *fake, all []Task) *Pool {
	t.Helper()
	p := Start(t.Context(), all, Options{Open: func(context.Context, string) (sdk.Backend, error) { return f, nil }})
	t.Cleanup(p.Close)
	return p
}

func wait(t *testing.T, p *Pool, i int) Answer {
	t.Helper()
	a, ok := p.Wait(t.Context(), i)
	if !ok {
		t.Fatalf("task %d was not answered", i)
	}
	return a
}

// Cases that show the same images follow each other, those of the largest images
// first; else the order is the specs'.
func TestOrder(t *testing.T) {
	f := &fake{}
	p := start(t, f, tasks(one("a", "red-circle.png"), one("b"), one("c", "blue-square.png"), one("d", "red-circle.png"), one("e"), one("f", "large-red-circle.png")))
	for i := range 6 {
		wait(t, p, i)
	}
	if got := f.ids(); got != "f a d c b e" {
		t.Errorf("asked %s", got)
	}
}

// Cases of one image are computed concurrently, on each of several backends.
func TestImagesStayTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var mu sync.Mutex
		asked := map[string]string{} // by backend and second
		var all []Task
		for i, name := range []string{"a", "b", "c", "d", "e", "f"} {
			for _, backend := range []string{"left", "right"} {
				c := one(name, []string{"red-circle.png", "blue-square.png"}[i%2])
				c.Backend = backend
				all = append(all, Task{Case: c})
			}
		}
		p := Start(t.Context(), all, Options{Open: func(_ context.Context, name string) (sdk.Backend, error) {
			return &fake{concurrency: 3, answer: func(_ context.Context, req sdk.Request) (string, error) {
				mu.Lock()
				at := fmt.Sprint(name, time.Since(begin).Round(time.Second))
				letters := []byte(asked[at] + req.ID)
				slices.Sort(letters)
				asked[at] = string(letters)
				mu.Unlock()
				time.Sleep(time.Second)
				return "ok", nil
			}}, nil
		}})
		for i := range all {
			wait(t, p, i)
		}
		p.Close()
		want := map[string]string{"left0s": "ace", "left1s": "bdf", "right0s": "ace", "right1s": "bdf"}
		if !maps.Equal(asked, want) {
			t.Errorf("asked %v", asked)
		}
	})
}

func TestConcurrency(t *testing.T) {
	for _, n := range []int{0, 1, 3} {
		var calls sync.WaitGroup
		calls.Add(max(n, 1))
		f := &fake{concurrency: n, answer: func(context.Context, sdk.Request) (string, error) {
			calls.Done() // hangs unless as many calls are under way as there may be
			calls.Wait()
			return "ok", nil
		}}
		var cases []*spec.Case
		for i := range max(n, 1) {
			cases = append(cases, one(fmt.Sprint(i)))
		}
		p := start(t, f, tasks(cases...))
		for i := range cases {
			wait(t, p, i)
		}
		if f.peak != max(n, 1) {
			t.Errorf("%d concurrent calls with Concurrency %d", f.peak, n)
		}
	}
}

// Turns are asked with the history, the seed and the system prompt.
func TestConversation(t *testing.T) {
	f := &fake{answer: func(_ context.Context, req sdk.Request) (string, error) {
		return fmt.Sprint("answer ", len(req.Messages)), nil
	}}
	c := one("first", "red-circle.png")
	c.System = "Be brief."
	c.Turns = append(c.Turns, spec.Turn{Parts: []spec.Part{{Text: "second"}}})
	a := wait(t, start(t, f, tasks(c)), 0)
	if a.Fault != nil || len(a.Turns) != 2 || a.Turns[0].Prompt != "<image>first" || a.Turns[1].Answer != "answer 4" {
		t.Fatalf("got %+v", a)
	}
	last := f.asked[1]
	var roles []string
	for _, m := range last.Messages {
		roles = append(roles, string(m.Role))
	}
	if got := strings.Join(roles, " "); got != "system user assistant user" || last.Params.Seed != 7 {
		t.Errorf("roles %s, seed %d", got, last.Params.Seed)
	}
	if img := last.Messages[1].Parts[0].Image; img == nil || img.Width != 64 || len(img.SHA256) != 64 || img.Bytes != nil {
		t.Errorf("image %+v", img)
	}
	if len(a.Images) != 2 || len(a.Images[1]) != 1 || a.Images[1][0].SHA256 != last.Messages[1].Parts[0].Image.SHA256 {
		t.Errorf("images %+v", a.Images)
	}
}

// What is no fault of the case is tried again; an answer and a timeout are not.
func TestRetries(t *testing.T) {
	crash, busy := &sdk.Error{Kind: sdk.Crashed, Message: "crashed"}, sdk.Errorf(sdk.Unavailable, "busy")
	for name, c := range map[string]struct {
		errs  []error // of the tries; then it answers
		fault sdk.ErrorKind
		tries int
	}{
		"a crash, then an answer":         {[]error{crash}, "", 2},
		"two crashes":                     {[]error{crash, crash}, sdk.Crashed, 2},
		"busy three times":                {[]error{busy, busy, busy}, "", 4},
		"always busy":                     {[]error{busy, busy, busy, busy}, sdk.Unavailable, 4},
		"a request that is wrong":         {[]error{sdk.Errorf(sdk.InvalidRequest, "no")}, sdk.InvalidRequest, 1},
		"an error without a kind":         {[]error{errors.New("what?")}, sdk.Internal, 1},
		"a time limit that has gone by":   {[]error{context.DeadlineExceeded}, sdk.Timeout, 1},
		"a crash after it was busy a bit": {[]error{busy, crash}, sdk.Crashed, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				f := &fake{answer: func(context.Context, sdk.Request) (string, error) {
					tries++
					if tries <= len(c.errs) {
						return "", c.errs[tries-1]
					}
					return "ok", nil
				}}
				a := wait(t, start(t, f, tasks(one("a"))), 0)
				kind := sdk.ErrorKind("")
				if a.Fault != nil {
					kind = sdk.ErrorKind(a.Fault.Kind)
				}
				if kind != c.fault || tries != c.tries || len(a.Retries) != c.tries-1 {
					t.Errorf("%d tries, fault %+v, retries %+v", tries, a.Fault, a.Retries)
				}
			})
		})
	}
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(ctx context.Context, _ sdk.Request) (string, error) {
			<-ctx.Done()
			return "", errors.New("the connection was closed")
		}}
		c := one("a")
		c.Timeout = 3 * time.Second
		a := wait(t, start(t, f, tasks(c)), 0)
		if a.Fault == nil || a.Fault.Kind != string(sdk.Timeout) || a.Fault.Message != "no whole answer within 3s; raise timeout if the model needs longer" {
			t.Errorf("got %+v", a.Fault)
		}
		if a.Seconds != 3 || len(a.Turns) != 1 {
			t.Errorf("%v s, turns %+v", a.Seconds, a.Turns)
		}
	})
}

// A bad image, or too many, is the fault of its case.
// restarting is a backend that takes its time to start again.
type restarting struct {
	fake
	start func(ctx context.Context) error
}

func (r *restarting) Ready(ctx context.Context) error { return r.start(ctx) }

// How long a backend takes to start again is not the time of a sample; what keeps
// it from starting is the fault of one.
func TestRestartIsNoTimeOfASample(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, d := one("c"), one("d")
		c.Timeout, d.Timeout = time.Second, time.Second
		starts := 0
		b := &restarting{start: func(context.Context) error {
			if starts++; starts == 1 {
				time.Sleep(time.Minute)
				return nil
			}
			return sdk.Errorf(sdk.Timeout, "it showed no sign of life")
		}}
		p := Start(t.Context(), tasks(c, d), Options{Open: func(context.Context, string) (sdk.Backend, error) { return b, nil }})
		defer p.Close()
		if a := wait(t, p, 0); a.Fault != nil || len(a.Turns) != 1 || a.Seconds > 1 {
			t.Errorf("the first sample: %+v, %v s", a.Fault, a.Seconds)
		}
		if a := wait(t, p, 1); a.Fault == nil || a.Fault.Message != "it showed no sign of life" {
			t.Errorf("the second sample: %+v", a.Fault)
		}
	})
}

func TestImagesThatCannotBeShown(t *testing.T) {
	f := &fake{}
	p := start(t, f, tasks(one("missing", "missing.png"), one("many", "red-circle.png", "red-circle.png", "blue-square.png"), one("good", "red-circle.png")))
	for i, want := range []string{"s.yaml:3: missing.png: there is no such file", "the case shows 3 images, and backend b takes at most 2", ""} {
		a := wait(t, p, i)
		if want == "" && a.Fault != nil || want != "" && (a.Fault == nil || a.Fault.Message != want || a.Fault.Kind != string(sdk.InvalidRequest)) {
			t.Errorf("task %d: %+v", i, a.Fault)
		}
	}
	if got := f.ids(); got != "good" {
		t.Errorf("asked %s", got)
	}
}

func TestBackendThatDoesNotOpen(t *testing.T) {
	p := Start(t.Context(), tasks(one("a")), Options{Open: func(context.Context, string) (sdk.Backend, error) {
		return nil, sdk.Errorf(sdk.InvalidConfig, "no such plugin")
	}})
	defer p.Close()
	if a := wait(t, p, 0); a.Fault == nil || a.Fault.Message != "no such plugin" || len(p.Backends()) != 0 {
		t.Errorf("got %+v", a)
	}
}

// On demand nothing is asked ahead, and a backend that is not needed not started.
func TestOnDemand(t *testing.T) {
	f := &fake{}
	opened := 0
	open := func(context.Context, string) (sdk.Backend, error) { opened++; return f, nil }
	p := Start(t.Context(), tasks(one("a"), one("b"), one("c")), Options{OnDemand: true, Open: open})
	if opened != 0 {
		t.Error("the backend was started before anybody waited")
	}
	wait(t, p, 1)
	if got := f.ids(); got != "b" || opened != 1 {
		t.Errorf("asked %s, opened %d times", got, opened)
	}
	p.Close()
	if !f.closed {
		t.Error("the backend was not closed")
	}
}

// An interrupt ends the calls under way; nobody waits for the rest.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	under := make(chan struct{})
	f := &fake{answer: func(ctx context.Context, _ sdk.Request) (string, error) {
		close(under)
		<-ctx.Done()
		return "", ctx.Err()
	}}
	p := Start(ctx, tasks(one("a"), one("b")), Options{Open: func(context.Context, string) (sdk.Backend, error) { return f, nil }})
	<-under
	cancel()
	for i := range 2 {
		if _, ok := p.Wait(context.Background(), i); ok {
			t.Errorf("task %d was answered", i)
		}
	}
	p.Close()
	if !f.closed || f.ids() != "a" {
		t.Errorf("closed %v, asked %s", f.closed, f.ids())
	}
}

func TestStartAndEndAreReported(t *testing.T) {
	var mu sync.Mutex
	var reported []string
	note := func(what string) func(Task) {
		return func(task Task) {
			mu.Lock()
			defer mu.Unlock()
			reported = append(reported, what+" "+task.Case.ID)
		}
	}
	f := &fake{}
	p := Start(t.Context(), tasks(one("a"), one("b")), Options{
		Open:    func(context.Context, string) (sdk.Backend, error) { return f, nil },
		OnStart: note("start"), OnEnd: func(task Task, _ *Answer) { note("end")(task) },
	})
	wait(t, p, 0)
	wait(t, p, 1)
	p.Close()
	if want := []string{"start a", "end a", "start b", "end b"}; !slices.Equal(reported, want) {
		t.Errorf("reported %v", reported)
	}
}

// queueing is a backend in a process: it takes calls ahead, and computes one at
// a time for three seconds.
type queueing struct {
	fake
	computing chan struct{}
	sent      int
	maxSent   int
}

func (q *queueing) GenerateAhead(ctx context.Context, req sdk.Request, begun func()) (sdk.Response, error) {
	q.mu.Lock()
	q.sent++
	q.maxSent = max(q.maxSent, q.sent)
	q.mu.Unlock()
	defer func() {
		q.mu.Lock()
		q.sent--
		q.mu.Unlock()
	}()
	q.computing <- struct{}{}
	defer func() { <-q.computing }()
	begun()
	select {
	case <-time.After(3 * time.Second):
		return q.Generate(ctx, req, nil)
	case <-ctx.Done():
		return sdk.Response{}, ctx.Err()
	}
}

// A sample that was sent ahead has its whole time once the one before is over.
func TestAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queueing{computing: make(chan struct{}, 1)}
		var cases []*spec.Case
		for i := range 4 {
			c := one(fmt.Sprint(i))
			c.Timeout = 4 * time.Second
			cases = append(cases, c)
		}
		p := Start(t.Context(), tasks(cases...), Options{Open: func(context.Context, string) (sdk.Backend, error) { return q, nil }})
		defer p.Close()
		for i := range cases {
			a := wait(t, p, i)
			if a.Fault != nil || a.Seconds != 3 || a.Turns[0].Timings.Total != 3 {
				t.Errorf("task %d: %+v, %v s, %v", i, a.Fault, a.Seconds, a.Turns[0].Timings)
			}
		}
		if got := q.ids(); q.maxSent != 2 || got != "0 1 2 3" {
			t.Errorf("%d calls were sent concurrently; asked %s", q.maxSent, got)
		}
	})
}

// Calls that wait for each other in the backend have their whole time each, from
// when it begins with them.
func TestQueues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queueing{computing: make(chan struct{}, 1)}
		q.concurrency, q.queues = 3, true
		var cases []*spec.Case
		for i := range 5 {
			c := one(fmt.Sprint(i))
			c.Timeout = 4 * time.Second
			cases = append(cases, c)
		}
		cases[4].Timeout = 2 * time.Second
		p := Start(t.Context(), tasks(cases...), Options{Open: func(context.Context, string) (sdk.Backend, error) { return q, nil }})
		defer p.Close()
		for i := range cases {
			a := wait(t, p, i)
			if i < 4 && (a.Fault != nil || a.Seconds != 3 || a.Turns[0].Timings.Total != 3) {
				t.Errorf("task %d: %+v, %v s, %v", i, a.Fault, a.Seconds, a.Turns[0].Timings)
			}
			if i == 4 && (a.Fault == nil || a.Fault.Kind != string(sdk.Timeout) || a.Seconds != 2) {
				t.Errorf("a time limit was not kept: %+v, %v s", a.Fault, a.Seconds)
			}
		}
		if q.maxSent != 4 {
			t.Errorf("%d calls were sent concurrently", q.maxSent)
		}
	})
}

// late is a backend that queues, whose word that it has begun comes at the end.
type late struct{ fake }

func (l *late) GenerateAhead(ctx context.Context, req sdk.Request, begun func()) (sdk.Response, error) {
	time.Sleep(5 * time.Second)
	begun()
	r, err := l.Generate(ctx, req, nil)
	r.Timings = sdk.Timings{Encode: time.Second, Decode: 2 * time.Second}
	return r, err
}

// The time of a sample is no less than the backend says it has computed for it.
func TestBegunComesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &late{fake{queues: true}}
		p := Start(t.Context(), tasks(one("a")), Options{Open: func(context.Context, string) (sdk.Backend, error) { return l, nil }})
		defer p.Close()
		if a := wait(t, p, 0); a.Seconds != 3 || a.Turns[0].Timings.Total != 3 || a.Turns[0].Timings.Queue != 0 {
			t.Errorf("%v s, %+v", a.Seconds, a.Turns[0].Timings)
		}
	})
}

// A backend that crashes while it starts is started again, but not for ever.
func TestCrashWhileOpening(t *testing.T) {
	for crashes, want := range map[int]string{2: "", 3: "crashed"} {
		opened := 0
		p := Start(t.Context(), tasks(one("a"), one("b")), Options{Open: func(context.Context, string) (sdk.Backend, error) {
			if opened++; opened <= crashes {
				return nil, &sdk.Error{Kind: sdk.Crashed, Message: "crashed"}
			}
			return &fake{}, nil
		}})
		for i := range 2 {
			if a := wait(t, p, i); (a.Fault == nil) != (want == "") || a.Fault != nil && a.Fault.Message != want {
				t.Errorf("%d crashes: %+v", crashes, a.Fault)
			}
		}
		if p.Close(); opened != 3 {
			t.Errorf("opened %d times", opened)
		}
	}
}

// Nothing is sent between the turns of a sample.
func TestAheadWaitsForTheLastTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queueing{computing: make(chan struct{}, 1)}
		talk := one("a")
		talk.Turns = append(talk.Turns, spec.Turn{Parts: []spec.Part{{Text: "more"}}})
		talk.Timeout = 7 * time.Second
		p := Start(t.Context(), tasks(talk, one("b")), Options{Open: func(context.Context, string) (sdk.Backend, error) { return q, nil }})
		defer p.Close()
		first, second := wait(t, p, 0), wait(t, p, 1)
		if got := q.ids(); got != "a a b" || first.Fault != nil || first.Seconds != 6 || second.Seconds != 3 {
			t.Errorf("asked %s; %+v, %v s, %v s", got, first.Fault, first.Seconds, second.Seconds)
		}
	})
}

// A judge is a backend that no case needs; it is asked between the cases of one that does.
func TestAsk(t *testing.T) {
	f, other := &fake{}, &fake{}
	opened := map[string]int{}
	p := Start(t.Context(), tasks(one("a")), Options{Open: func(_ context.Context, name string) (sdk.Backend, error) {
		opened[name]++
		if name == "broken" {
			return nil, sdk.Errorf(sdk.InvalidConfig, "no such plugin")
		}
		return map[string]*fake{"b": f, "judge": other}[name], nil
	}})
	wait(t, p, 0)
	for _, name := range []string{"b", "judge", "judge"} {
		if r, _, err := p.Ask(t.Context(), Request{Backend: name, Request: sdk.Request{ID: "judge a"}}); err != nil || r.Text != "ok" {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	if _, _, err := p.Ask(t.Context(), Request{Backend: "broken"}); err == nil || err.Error() != "no such plugin" {
		t.Errorf("got %v", err)
	}
	if len(p.Backends()) != 2 || opened["judge"] != 1 {
		t.Errorf("backends %v, opened %v", p.Backends(), opened)
	}
	p.Close()
	if _, _, err := p.Ask(context.Background(), Request{Backend: "late"}); err == nil || !other.closed {
		t.Errorf("asked after the end: %v", err)
	}
}

// crashing is a backend in a process that takes several calls, and goes down
// with every third call and whatever else is under way.
type crashing struct {
	fake
	n atomic.Int64
}

func (c *crashing) GenerateAhead(ctx context.Context, req sdk.Request, begun func()) (sdk.Response, error) {
	begun()
	if c.n.Add(1)%3 == 0 {
		return sdk.Response{}, &sdk.Error{Kind: sdk.Crashed, Message: "crashed"}
	}
	return c.Generate(ctx, req, nil)
}

// However calls and crashes fall, every task gets its answer or its fault.
func TestCrashesBlockNobody(t *testing.T) {
	for range 20 {
		c := &crashing{fake: fake{concurrency: 3}}
		var cases []*spec.Case
		for i := range 200 {
			cases = append(cases, one(fmt.Sprint(i)))
		}
		p := Start(t.Context(), tasks(cases...), Options{Open: func(context.Context, string) (sdk.Backend, error) { return c, nil }})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		for i := range cases {
			if a, ok := p.Wait(ctx, i); !ok {
				t.Fatalf("task %d was not answered", i)
			} else if a.Fault != nil && len(a.Retries) != 1 {
				t.Fatalf("task %d: %+v after %d tries", i, a.Fault, len(a.Retries)+1)
			}
		}
		cancel()
		p.Close()
	}
}
