package infer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
)

// lane is the way to one backend.
type lane struct {
	pool  *Pool
	name  string
	queue []int // tasks
	ended chan struct{}

	admit     <-chan struct{} // closed when the lane before waits for room, or needs none
	admitNext chan struct{}   // the same, of this one

	mu        sync.Mutex    // guards what follows, until slots
	longest   time.Duration // time limit of a task
	endless   bool          // a task has none
	backend   sdk.Backend   // nil while it is not loaded
	err       error         // of opening, which is tried once
	info      sdk.Info      // once described
	known     bool          // info is
	id        *Fingerprint
	lookedUp  bool             // id was looked for in what was recorded
	recording chan Fingerprint // of the backend that was started; nil once it is in id

	// slots bounds the samples that the backend computes concurrently, senders those
	// that have a turn after the one under way.
	slots, senders chan struct{}

	// calls is held for reading by calls, and for writing by a call that is
	// tried again after a crash: alone, so that it cannot take others down and
	// nobody else is blamed.
	calls sync.RWMutex
}

// Ahead is a backend that may be sent one call more than its concurrency,
// from when it has begun with the one before.
type Ahead interface {
	GenerateAhead(ctx context.Context, req sdk.Request, begun func()) (sdk.Response, error)
}

// Restarting is a backend whose process may end, and that starts it again.
type Restarting interface {
	// Ready returns once a process runs.
	Ready(ctx context.Context) error
}

// workers is how many of so many samples are under way concurrently.
func (l *lane) workers(samples int) int {
	n := max(cap(l.slots), 1) // one fails with the reason why the backend did not open
	if _, ok := l.backend.(Ahead); ok {
		n++
	}
	return min(n, samples)
}

// patience is how long a sample may wait in a backend that queues: as long as all
// others, concurrently, may take; 0 for ever.
func (l *lane) patience() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.endless {
		return 0
	}
	return l.longest * time.Duration(cap(l.slots))
}

// limit notes the time limit of a task.
func (l *lane) limit(limit time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.longest, l.endless = max(l.longest, limit), l.endless || limit == 0
}

// run answers the queue: from the cache as far as that goes, and then, as many
// concurrent tasks as the backend takes, by the backend.
func (l *lane) run() {
	defer close(l.ended)
	rest := l.queue
	for len(rest) > 0 && l.settleAhead(rest[0]) {
		rest = rest[1:]
	}
	<-l.admit // which comes: all lanes run
	if len(rest) == 0 {
		close(l.admitNext)
		return
	}
	waiter := l.pool.loading.enqueue(l)
	close(l.admitNext)
	if l.pool.loading.wait(l.pool.ctx, waiter) != nil {
		return
	}
	defer l.pool.loading.leave(l)
	ordered := make(chan []int, 1)
	go func() { ordered <- costliestFirst(byImages(rest, l.pool.tasks), l.pool.tasks) }()
	_ = l.open() // an error is that of every task
	type queued struct {
		task int
		in   position
	}
	tasks := make(chan queued)
	var workers sync.WaitGroup
	for range l.workers(len(rest)) {
		workers.Go(func() {
			for q := range tasks {
				l.answer(l.pool.ctx, l.pool.tasks[q.task], &l.pool.futures[q.task], q.in)
			}
		})
	}
	in := anyPosition()
	for _, i := range <-ordered {
		if l.settleAhead(i) {
			continue
		}
		select {
		case tasks <- queued{i, in}:
		case <-l.pool.ctx.Done():
		}
		in = in.next()
	}
	close(tasks)
	workers.Wait()
}

// settleAhead is settle for a task that nobody may wait for yet.
func (l *lane) settleAhead(i int) bool {
	l.pool.ahead.room()
	return l.settle(l.pool.tasks[i], &l.pool.futures[i])
}

// settle fulfils a future for which no backend is needed.
func (l *lane) settle(task Task, f *future) bool {
	if l.pool.ctx.Err() != nil {
		return false
	}
	o := &l.pool.options
	if o.Cache == nil && !o.Offline {
		return false
	}
	a, ok := l.lookup(task)
	if ok {
		f.fulfil(&a, true)
	}
	return ok
}

// answerNow answers one task whatever else is in the queue. The future stays open
// when ctx ends before the backend can be asked.
func (l *lane) answerNow(ctx context.Context, task Task, f *future) {
	if l.settle(task, f) || l.pool.loading.enter(ctx, l) != nil {
		return
	}
	defer l.pool.loading.leave(l)
	_ = l.open()
	if !l.settle(task, f) { // now that the backend is known
		l.answer(ctx, task, f, anyPosition())
	}
}

// answer fulfils a future by asking the backend.
func (l *lane) answer(ctx context.Context, task Task, f *future, in position) {
	if ctx.Err() != nil {
		f.fulfil(nil, false)
		return
	}
	if l.pool.options.OnStart != nil && !task.AdHoc {
		l.pool.options.OnStart(task)
	}
	a := l.try(ctx, task, in)
	if l.pool.options.OnEnd != nil && !task.AdHoc {
		l.pool.options.OnEnd(task, &a)
	}
	f.fulfil(&a, ctx.Err() == nil || a.Fault == nil)
}

// try answers a task.
func (l *lane) try(ctx context.Context, task Task, in position) (a Answer) {
	if l.err != nil {
		return Answer{Started: time.Now(), Fault: faultOf(l.err, 0)}
	}
	// Whoever waits for an earlier sample must not hold calls: a sample that is to
	// be tried again would wait for it, and the earlier one for that.
	select {
	case <-in.before:
	case <-ctx.Done(): // converse reports it
	}
	before := l.retry(ctx, func() *result.Fault {
		a = l.converse(ctx, task, in)
		in = anyPosition()
		return a.Fault
	})
	a.Retries = before
	return a
}

func (l *lane) close() {
	<-l.ended
	// On demand, a call may still be under way; it is cancelled by now.
	l.calls.Lock()
	defer l.calls.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recorded()
	if l.backend != nil {
		_ = l.backend.Close()
	}
}

// faultOf makes a fault of an error; limit is the case's time limit.
func faultOf(err error, limit time.Duration) *result.Fault {
	if errors.Is(err, context.DeadlineExceeded) {
		return &result.Fault{Kind: string(sdk.Timeout), Message: fmt.Sprintf("no whole answer within %s; raise timeout if the model needs longer", limit)}
	}
	f := &result.Fault{Kind: string(sdk.KindOf(err)), Message: err.Error()}
	var e *sdk.Error
	if errors.As(err, &e) && e.Err != nil && (e.Kind == sdk.Crashed || e.Kind == sdk.InvalidConfig) {
		f.Message, f.Stderr = e.Message, e.Err.Error()
	}
	return f
}
