package infer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// shelf opens fake backends, and notes how many are open.
type shelf struct {
	mu     sync.Mutex
	open   int
	peak   int
	events []string
}

type onShelf struct {
	fake
	shelf *shelf
	name  string
}

func (s *shelf) get(_ context.Context, name string) (sdk.Backend, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	s.peak = max(s.peak, s.open)
	s.events = append(s.events, "+"+name)
	b := &onShelf{shelf: s, name: name}
	b.concurrency = 2
	b.answer = func(context.Context, sdk.Request) (string, error) { return name, nil }
	return b, nil
}

func (b *onShelf) Close() error {
	b.shelf.mu.Lock()
	defer b.shelf.mu.Unlock()
	b.shelf.open--
	b.shelf.events = append(b.shelf.events, "-"+b.name)
	return nil
}

func on(backend string, ids ...string) []Task {
	var all []Task
	for _, id := range ids {
		c := one(id)
		c.Backend = backend
		all = append(all, Task{Case: c})
	}
	return all
}

// matrix asks every backend about every case, as a matrix over backends does.
func matrix(cases int, backends ...string) []Task {
	var all []Task
	for i := range cases {
		for _, b := range backends {
			all = append(all, on(b, fmt.Sprint(i))...)
		}
	}
	return all
}

func TestNoMoreAreLoadedThanAllowed(t *testing.T) {
	bytes := func(name string) int64 { return map[string]int64{"small": 3, "large": 20}[name] + 1 }
	for name, test := range map[string]struct {
		bounds   Bounds
		backends []string
		peak     int
	}{
		"one at a time":                 {Bounds{Count: 1}, []string{"a", "b", "c"}, 1},
		"two at a time":                 {Bounds{Count: 2}, []string{"a", "b", "c", "d"}, 2},
		"room for two":                  {Bounds{Bytes: 8, Size: bytes}, []string{"small", "a", "large"}, 2},
		"no room for one, which is let": {Bounds{Bytes: 2, Size: bytes}, []string{"small", "large"}, 1},
		"sizes that are not known":      {Bounds{Bytes: 8}, []string{"a", "b", "c"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			var s shelf
			all := matrix(20, test.backends...)
			p := Start(t.Context(), all, Options{Open: s.get, Bounds: test.bounds})
			for i := range all {
				if a := wait(t, p, i); a.Fault != nil || a.Turns[0].Answer != all[i].Case.Backend {
					t.Fatalf("task %d: %+v", i, a)
				}
			}
			if len(p.Backends()) != len(test.backends) {
				t.Errorf("backends %v", p.Backends())
			}
			p.Close()
			if s.peak > test.peak || s.open != 0 {
				t.Errorf("%d were open at the same time, %d are now: %v", s.peak, s.open, s.events)
			}
		})
	}
}

// Backends take turns in the order in which the cases name them.
func TestTurnsAreInOrder(t *testing.T) {
	for range 20 {
		var s shelf
		all := matrix(3, "a", "b", "c")
		p := Start(t.Context(), all, Options{Open: s.get, Bounds: Bounds{Count: 1}})
		for i := range all {
			wait(t, p, i)
		}
		p.Close()
		if got := strings.Join(s.events, " "); got != "+a -a +b -b +c -c" {
			t.Fatal(got)
		}
	}
}

// A judge is asked between the backends of the cases, and opened again for it.
func TestJudgeTakesTurns(t *testing.T) {
	var s shelf
	all := matrix(10, "a", "b")
	p := Start(t.Context(), all, Options{Open: s.get, Bounds: Bounds{Count: 1}})
	for i := range all {
		wait(t, p, i)
		r, _, err := p.Ask(t.Context(), Request{Backend: "judge"})
		if err != nil || r.Text != "judge" {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	// A judge that also has cases.
	if r, _, err := p.Ask(t.Context(), Request{Backend: "a"}); err != nil || r.Text != "a" {
		t.Fatalf("%+v, %v", r, err)
	}
	p.Close()
	if s.peak != 1 || s.open != 0 || !slices.Contains(s.events, "+judge") {
		t.Errorf("%d were open at the same time, %d are now: %v", s.peak, s.open, s.events)
	}
}

func TestTurnsOnDemand(t *testing.T) {
	var s shelf
	all := matrix(4, "a", "b")
	p := Start(t.Context(), all, Options{Open: s.get, Bounds: Bounds{Count: 1}, OnDemand: true})
	var waits sync.WaitGroup
	for i := range all {
		waits.Go(func() { wait(t, p, i) })
	}
	waits.Wait()
	p.Close()
	if s.peak != 1 || s.open != 0 {
		t.Errorf("%d were open at the same time, %d are now", s.peak, s.open)
	}
}

// A backend that finds no room beside another is loaded once that one is done; one
// that finds none alone is the fault of its cases.
func TestBackendThatFindsNoRoom(t *testing.T) {
	var s shelf
	all := matrix(10, "a", "large", "b", "never")
	tries := map[string]int{}
	var once sync.Once
	another := make(chan struct{}) // closed when one of the small ones is loaded
	p := Start(t.Context(), all, Options{Open: func(ctx context.Context, name string) (sdk.Backend, error) {
		s.mu.Lock()
		tries[name]++
		first := tries[name] == 1
		others := s.open
		s.mu.Unlock()
		if name == "large" && first {
			<-another // else it is the first, and others are rightly loaded beside it
			others = 1
		}
		if name == "never" || name == "large" && others > 0 {
			return nil, sdk.Errorf(sdk.Unavailable, "%s needs 20 GiB of memory", name)
		}
		b, err := s.get(ctx, name)
		once.Do(func() { close(another) })
		return b, err
	}})
	for i := range all {
		a := wait(t, p, i)
		name := all[i].Case.Backend
		if name == "never" && (a.Fault == nil || a.Fault.Message != "never needs 20 GiB of memory") || name != "never" && (a.Fault != nil || a.Turns[0].Answer != name) {
			t.Fatalf("%s: %+v", name, a)
		}
	}
	if r, _, err := p.Ask(t.Context(), Request{Backend: "large"}); err != nil || r.Text != "large" {
		t.Errorf("%+v, %v", r, err)
	}
	p.Close()
	if s.open != 0 || tries["never"] > 2 {
		t.Errorf("%d are open, tries %v: %v", s.open, tries, s.events)
	}
	at := slices.Index(s.events, "+large")
	if at+1 < len(s.events) && s.events[at+1] != "-large" {
		t.Errorf("others were loaded beside it: %v", s.events)
	}
}

// Who waits for room does not wait beyond the end of the run.
func TestInterruptedWhileWaitingForRoom(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	under := make(chan struct{})
	f := &fake{answer: func(ctx context.Context, _ sdk.Request) (string, error) {
		close(under)
		<-ctx.Done()
		return "", ctx.Err()
	}}
	p := Start(ctx, matrix(1, "a", "b"), Options{
		Open:   func(context.Context, string) (sdk.Backend, error) { return f, nil },
		Bounds: Bounds{Count: 1},
	})
	<-under
	asked := make(chan error)
	go func() {
		_, _, err := p.Ask(ctx, Request{Backend: "judge"})
		asked <- err
	}()
	cancel()
	if err := <-asked; err == nil {
		t.Error("a judge was asked")
	}
	p.Close()
	if _, ok := p.Wait(context.Background(), 1); ok {
		t.Error("b was answered")
	}
}
