package main

import (
	"container/list"
	"context"
	"sync"
	"time"
)

const (
	firstCalls = 4                // that are sent to a server of which nothing is known yet
	slower     = 2.0              // times the usual time to the first token: no more calls are added
	leastWait  = time.Second      // after a server said that it is busy, and not for how long
	mostWait   = 20 * time.Second // of those waits, which double
)

// limiter bounds the calls under way: one more for each round of answers while the time
// to the first token holds, half of them when the server says that it is busy (additive
// increase, multiplicative decrease, as TCP does). It is safe for concurrent use.
type limiter struct {
	now func() time.Time

	mu       sync.Mutex
	most     float64 // that the config allows
	limit    float64
	busy     int        // under way
	waiting  *list.List // of chan struct{}, first come first served
	until    time.Time  // nothing is sent before
	cut      time.Time  // when the limit was last halved
	backoff  time.Duration
	usual    float64 // seconds to the first token: the average of many
	lately   float64 // the same of few
	doubling bool    // the server has not shown a limit yet
}

func newLimiter(most int) *limiter {
	return &limiter{now: time.Now, most: float64(most), limit: float64(min(most, firstCalls)), waiting: list.New(), doubling: true}
}

// enter waits for leave to send a call.
func (l *limiter) enter(ctx context.Context) error {
	for {
		l.mu.Lock()
		wait := l.until.Sub(l.now())
		if wait <= 0 && float64(l.busy) < l.limit && l.waiting.Len() == 0 {
			l.busy++
			l.mu.Unlock()
			return nil
		}
		if wait > 0 {
			l.mu.Unlock()
			if err := sleep(ctx, wait); err != nil {
				return err
			}
			continue
		}
		turn := make(chan struct{})
		el := l.waiting.PushBack(turn)
		l.mu.Unlock()
		select {
		case <-turn:
			return nil
		case <-ctx.Done():
			l.giveUp(el, turn)
			return ctx.Err()
		}
	}
}

// giveUp takes a call out of the queue, or passes on the leave that it has got.
func (l *limiter) giveUp(el *list.Element, turn chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-turn:
		l.busy--
		l.admit()
	default:
		l.waiting.Remove(el)
	}
}

// answered ends a call that was answered, whose first token took so long.
func (l *limiter) answered(first time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	full := float64(l.busy) >= l.limit-1
	l.busy--
	l.backoff = 0
	seconds := first.Seconds()
	if l.usual == 0 {
		l.usual, l.lately = seconds, seconds
	}
	l.usual += (seconds - l.usual) / 64
	l.lately += (seconds - l.lately) / 8
	const least = 0.005 // seconds: what the way there takes says nothing of the server
	if full && l.lately < max(slower*l.usual, least) {
		if l.doubling {
			l.limit++
		} else {
			l.limit += 1 / l.limit
		}
		l.limit = min(l.limit, l.most)
	}
	l.admit()
}

// failed ends a call that brought no answer for other reasons than a busy server.
func (l *limiter) failed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy--
	l.admit()
}

// refused ends a call that was sent at a time, to a busy server, which may say how long
// to wait. It returns how long nothing is sent.
func (l *limiter) refused(sent time.Time, wait time.Duration, said bool) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy--
	now := l.now()
	if sent.After(l.cut) { // those of one round count once
		l.limit, l.cut, l.doubling = max(l.limit/2, 1), now, false
		l.backoff = min(max(2*l.backoff, leastWait), mostWait)
	}
	if !said {
		wait = l.backoff
	}
	if until := now.Add(wait); until.After(l.until) {
		l.until = until
	}
	if l.waiting.Len() > 0 {
		time.AfterFunc(wait, l.wake)
	}
	return wait
}

func (l *limiter) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.admit()
}

// admit gives leave to those who wait, as far as the limit goes.
func (l *limiter) admit() {
	if l.now().Before(l.until) {
		return // wake comes
	}
	for float64(l.busy) < l.limit && l.waiting.Len() > 0 {
		l.busy++
		close(l.waiting.Remove(l.waiting.Front()).(chan struct{}))
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
