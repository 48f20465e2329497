package main

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// One call more a round while the server answers as usual, half of them when it is busy.
func TestLimiterRisesAndHalves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(32)
		round := func(n int, first time.Duration) {
			for range n {
				if err := l.enter(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			for range n {
				l.answered(first)
			}
		}
		for range 40 {
			round(int(l.limit), 50*time.Millisecond)
		}
		if l.limit != 32 {
			t.Errorf("after 40 rounds there may be %v calls", l.limit)
		}
		for range 32 {
			_ = l.enter(t.Context())
		}
		sent := time.Now()
		time.Sleep(time.Millisecond)
		for range 32 { // all of one round
			l.refused(sent, 0, true)
		}
		if l.limit != 16 {
			t.Errorf("after a busy server there may be %v calls", l.limit)
		}
		for range 8 {
			round(int(l.limit), time.Second)
		}
		if l.limit > 17 {
			t.Errorf("while the server is slow there are %v calls", l.limit)
		}
	})
}

// Nobody is sent while the server wants to be left alone, and all are then.
func TestLimiterWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(2)
		began := time.Now()
		_, _ = l.enter(t.Context()), l.enter(t.Context())
		time.Sleep(time.Millisecond)
		var calls sync.WaitGroup
		for range 5 {
			calls.Go(func() {
				if err := l.enter(t.Context()); err != nil {
					t.Error(err)
				}
				if time.Since(began) < 7*time.Second {
					t.Errorf("sent after %s", time.Since(began))
				}
				l.answered(time.Millisecond)
			})
		}
		synctest.Wait()
		l.refused(began, 7*time.Second, true)
		l.failed()
		calls.Wait()
		if l.busy != 0 || l.waiting.Len() != 0 {
			t.Errorf("%d busy, %d waiting", l.busy, l.waiting.Len())
		}
	})
}

// Waits of which the server says nothing double, up to a bound.
func TestLimiterBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(1)
		last := time.Duration(0)
		for range 10 {
			if err := l.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
			sent := time.Now()
			time.Sleep(time.Millisecond)
			wait := l.refused(sent.Add(time.Microsecond), 0, false)
			if wait < last || wait > mostWait {
				t.Errorf("waits %s after %s", wait, last)
			}
			last = wait
		}
		if last != mostWait {
			t.Errorf("waits %s at last", last)
		}
	})
}

func TestLimiterGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(1)
		_ = l.enter(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if l.enter(ctx) == nil {
			t.Error("it was sent")
		}
		l.failed()
		if err := l.enter(t.Context()); err != nil || l.busy != 1 {
			t.Errorf("%v, %d busy", err, l.busy)
		}
	})
}

// A server that takes two calls at a time and refuses the others has all answered.
func TestBusyServer(t *testing.T) {
	var busy atomic.Int32
	l := newLoopback(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		if busy.Add(1) > 2 {
			busy.Add(-1)
			w.Header().Set("Retry-After-Ms", "5")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		time.Sleep(2 * time.Millisecond)
		events(w, chunks("red", "stop")...)
		busy.Add(-1)
	})
	s := configured(t, l.config())
	var calls sync.WaitGroup
	for range 60 {
		calls.Go(func() {
			if r, err := ask(t, s); err != nil || r.Text != "red" {
				t.Errorf("%q, %v", r.Text, err)
			}
		})
	}
	calls.Wait()
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name, value string
		want        time.Duration
		ok          bool
	}{
		{"Retry-After", "3", 3 * time.Second, true},
		{"Retry-After", "0.5", 500 * time.Millisecond, true},
		{"Retry-After", "Thu, 26 Nov 2026 10:00:30 GMT", 30 * time.Second, true},
		{"Retry-After", "Thu, 26 Nov 2020 10:00:30 GMT", 0, true},
		{"Retry-After-Ms", "250", 250 * time.Millisecond, true},
		{"Retry-After", "-3", 0, false},
		{"Retry-After", "soon", 0, false},
		{"X", "1", 0, false},
	} {
		got, ok := retryAfter(http.Header{test.name: {test.value}}, now)
		if got != test.want || ok != test.ok {
			t.Errorf("%s: %s: %s, %v", test.name, test.value, got, ok)
		}
	}
}
