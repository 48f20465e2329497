package infer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// adHoc is a task that no pool knew when it began, with a time limit.
func adHoc(id string, limit time.Duration) Task {
	c := one(id)
	c.Timeout = limit
	return Task{Case: c}
}

// asking asks a backend both ways in which one is asked beside the tasks of a run,
// and returns the answer, or what is wrong.
var asking = map[string]func(ctx context.Context, p *Pool, limit time.Duration) string{
	"a task": func(ctx context.Context, p *Pool, limit time.Duration) string {
		a, ok := p.Answer(ctx, adHoc("new", limit))
		switch {
		case !ok:
			return "ended"
		case a.Fault != nil:
			return a.Fault.Kind + ": " + a.Fault.Message
		}
		return fmt.Sprintf("%s after %d", a.Turns[0].Answer, len(a.Retries))
	},
	"a request": func(ctx context.Context, p *Pool, limit time.Duration) string {
		r, _, err := p.Ask(ctx, Request{Backend: "b", Timeout: limit, Request: sdk.Request{ID: "new"}})
		switch {
		case ctx.Err() != nil || p.ctx.Err() != nil:
			return "ended"
		case err != nil:
			return string(sdk.KindOf(err)) + ": " + err.Error()
		}
		return r.Text + " after " + fmt.Sprint(strings.Count(r.Text, "again"))
	},
}

func TestWhatIsAskedBesideTheTasks(t *testing.T) {
	crash := sdk.Errorf(sdk.Crashed, "the backend crashed")
	tests := map[string]struct {
		answers []any // of one call after another; a duration is how long the answer takes
		limit   time.Duration
		want    string
		calls   int
	}{
		"answers":                  {[]any{"red"}, 0, "red after 0", 1},
		"slow, and within":         {[]any{time.Second}, 2 * time.Second, "slow after 0", 1},
		"too slow":                 {[]any{3 * time.Second}, 2 * time.Second, "timeout: no whole answer within 2s; raise timeout if the model needs longer", 1},
		"crashes once":             {[]any{crash, "again"}, 0, "again after 1", 2},
		"crashes twice":            {[]any{crash, crash}, 0, "crashed: the backend crashed", 2},
		"too slow after a crash":   {[]any{crash, 3 * time.Second}, 2 * time.Second, "timeout: no whole answer within 2s; raise timeout if the model needs longer", 2},
		"unavailable":              {[]any{sdk.Errorf(sdk.Unavailable, "busy"), sdk.Errorf(sdk.Unavailable, "busy"), "again and again"}, 0, "again and again after 2", 3},
		"a fault is not tried":     {[]any{sdk.Errorf(sdk.InvalidRequest, "no")}, 0, "invalid_request: no", 1},
		"nor is what nobody knows": {[]any{errors.New("what")}, 0, string(sdk.KindOf(errors.New("what"))) + ": what", 1},
	}
	for how, ask := range asking {
		for name, test := range tests {
			t.Run(how+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					calls := 0
					f := &fake{answer: func(ctx context.Context, _ sdk.Request) (string, error) {
						calls++
						switch a := test.answers[min(calls, len(test.answers))-1].(type) {
						case error:
							return "", a
						case time.Duration:
							select {
							case <-time.After(a):
								return "slow", nil
							case <-ctx.Done():
								return "", ctx.Err()
							}
						default:
							return a.(string), nil
						}
					}}
					p := start(t, f, nil)
					if got := ask(t.Context(), p, test.limit); got != test.want || calls != test.calls {
						t.Errorf("%q after %d calls, want %q after %d", got, calls, test.want, test.calls)
					}
					p.Close()
				})
			})
		}
	}
}

// Whoever asks may leave, and so does everybody when the pool ends; the call is
// cancelled.
func TestLeavingBesideTheTasks(t *testing.T) {
	for how, ask := range asking {
		for _, who := range []string{"asker", "pool"} {
			t.Run(how+"/"+who, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cancelled := make(chan struct{})
					f := &fake{answer: func(ctx context.Context, _ sdk.Request) (string, error) {
						<-ctx.Done()
						close(cancelled)
						return "", ctx.Err()
					}}
					p := start(t, f, nil)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					end := cancel
					if who == "pool" {
						end = p.cancel
					}
					time.AfterFunc(time.Second, end)
					if got := ask(ctx, p, time.Minute); got != "ended" {
						t.Errorf("got %q", got)
					}
					<-cancelled
					p.Close()
				})
			})
		}
	}
}

// They keep to the concurrency of the backend together with the tasks of the run,
// and one that is tried again after a crash is alone.
func TestConcurrencyBesideTheTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{concurrency: 2, answer: func(context.Context, sdk.Request) (string, error) {
			time.Sleep(time.Second)
			return "ok", nil
		}}
		p := start(t, f, tasks(one("a"), one("b"), one("c"), one("d")))
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if a, ok := p.Answer(t.Context(), adHoc("new", time.Minute)); !ok || a.Fault != nil {
					t.Errorf("%v %+v", ok, a.Fault)
				}
			})
		}
		for i := range 4 {
			wait(t, p, i)
		}
		all.Wait()
		if f.peak != 2 {
			t.Errorf("%d concurrent calls", f.peak)
		}
		p.Close()
	})
}

// What an earlier run or call has answered is served from the cache, also where the
// backend has to say first what it is; what may not be cached never is.
func TestCacheBesideTheTasks(t *testing.T) {
	dir := t.TempDir()
	timed, never, seeded := adHoc("q", 0), adHoc("q", 0), adHoc("q", 0)
	timed.Timed, never.Never = true, true
	seeded.Case.Params.Seed = 8
	for i, test := range []struct {
		what string
		o    Options
		task Task
		want string
	}{
		{"first", Options{Fingerprints: known{version: "1"}}, adHoc("q", 0), "answer 1 false 1"},
		{"again", Options{Fingerprints: known{version: "1"}}, adHoc("q", 0), "answer 1 true 0"},
		{"of a backend that has to be asked", Options{Fingerprints: known{}}, adHoc("q", 0), "answer 1 false 1"},
		{"of it again", Options{Fingerprints: known{}}, adHoc("q", 0), "answer 1 true 1"},
		{"fresh", Options{Fingerprints: known{version: "1"}, Fresh: true}, adHoc("q", 0), "answer 1 false 1"},
		{"another prompt", Options{Fingerprints: known{version: "1"}}, adHoc("other", 0), "answer 1 false 1"},
		{"another seed", Options{Fingerprints: known{version: "1"}}, seeded, "answer 1 false 1"},
		{"timed", Options{Fingerprints: known{version: "1"}}, timed, "answer 1 false 1"},
		{"never", Options{Fingerprints: known{version: "1"}}, never, "answer 1 false 1"},
		{"offline", Options{Fingerprints: known{version: "1"}, Offline: true}, adHoc("q", 0), "answer 1 true 0"},
		{"offline, another", Options{Fingerprints: known{version: "1"}, Offline: true}, adHoc("unheard of", 0), "not_cached 0"},
	} {
		s := run(t, dir, counting(), test.o, nil)
		a, ok := s.Answer(t.Context(), test.task)
		s.answers()
		got := fmt.Sprint(ok)
		if a.Fault != nil {
			got = fmt.Sprint(a.Fault.Kind, " ", s.opened.Load())
		} else if ok {
			got = fmt.Sprint(a.Turns[0].Answer, " ", a.Turns[0].Cached, " ", s.opened.Load())
		}
		if got != test.want {
			t.Errorf("%d, %s: %s, want %s", i, test.what, got, test.want)
		}
	}
}
