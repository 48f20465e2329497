package infer

import (
	"context"
	"sync"
	"time"
)

// slot takes a sample through a lane. A backend computes so many samples at
// once; one that waits in its own process is sent one sample more, so that it
// never waits for the next to arrive. The time of a sample runs from when the
// backend is free for it, or from when it says that it has begun.
type slot struct {
	lane   *lane
	ctx    context.Context // of the sample
	cancel context.CancelCauseFunc
	in     position
	inside bool           // the sample has its position behind it
	over   chan struct{}  // closed when the sample is over
	queue  sync.WaitGroup // waits for a free backend

	mu    sync.Mutex
	sends bool // holds a position in lane.senders
	holds bool // holds a position in lane.slots
	began time.Time
	timer *time.Timer
}

// position is where a sample stands in the order of its lane: it is sent once the
// one before was, or will never be.
type position struct {
	before <-chan struct{}
	after  chan struct{}
}

// anyPosition has nobody before it.
func anyPosition() position {
	before := make(chan struct{})
	close(before)
	return position{before, make(chan struct{})}
}

func (p position) next() position { return position{p.after, make(chan struct{})} }

func (l *lane) slot(ctx context.Context, in position) *slot {
	t := &slot{lane: l, in: in, over: make(chan struct{})}
	t.ctx, t.cancel = context.WithCancelCause(ctx)
	return t
}

// enter waits until the first turn may be sent; the time limit is the sample's.
// Where a backend queues, those before may have their whole time first.
func (t *slot) enter(limit time.Duration) error {
	if t.lane.queues() {
		limit = t.lane.patience()
	}
	select {
	case <-t.in.before:
	case <-t.ctx.Done():
		return t.ctx.Err()
	}
	select {
	case t.lane.senders <- struct{}{}:
		t.sends, t.inside = true, true // nobody else has the slot yet
		close(t.in.after)
	case <-t.ctx.Done():
		return t.ctx.Err()
	}
	select {
	case t.lane.slots <- struct{}{}:
		t.hold(limit)
		return nil
	default:
	}
	t.queue.Go(func() {
		select {
		case t.lane.slots <- struct{}{}:
			t.hold(limit)
		case <-t.over:
		}
	})
	return nil
}

// hold notes that the backend is free for the sample.
func (t *slot) hold(limit time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.holds = true
	if t.began.IsZero() {
		t.start(limit)
	}
}

// begin notes that a backend that queues has begun with the first turn.
func (t *slot) begin(limit time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.start(limit)
}

// computed takes a backend's word for how long it computed for the first turn:
// word that it has begun may come late.
func (t *slot) computed(busy time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if began := time.Now().Add(-busy); began.Before(t.began) {
		t.began = began
	}
}

// start starts the clock, again if it runs.
func (t *slot) start(limit time.Duration) {
	t.began = time.Now()
	if t.timer != nil {
		t.timer.Stop()
	}
	if limit > 0 {
		t.timer = time.AfterFunc(limit, func() { t.cancel(context.DeadlineExceeded) })
	}
}

// last lets the next sample be sent: the backend has begun with the last turn of
// this one, or it is over.
func (t *slot) last() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sends {
		t.sends = false
		<-t.lane.senders
	}
}

// since is how long a call has taken that was sent at a time.
func (t *slot) since(sent time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.began.After(sent) {
		sent = t.began
	}
	return time.Since(sent)
}

// leave ends the sample, and returns when it began, which is zero when it never did.
func (t *slot) leave() time.Time {
	if !t.inside {
		select {
		case <-t.in.before:
		case <-t.ctx.Done():
		}
		close(t.in.after)
	}
	close(t.over)
	t.queue.Wait()
	t.last()
	if t.holds {
		<-t.lane.slots
	}
	if t.timer != nil {
		t.timer.Stop()
	}
	t.cancel(nil)
	return t.began
}
