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

	once    sync.Once
	backend sdk.Backend
	info    sdk.Info
	err     error
	opened  chan struct{} // closed when backend, info and err are set
	mu      sync.Mutex    // guards opened

	// slots bounds the samples that the backend computes at once, senders those
	// that have a turn after the one under way.
	slots, senders chan struct{}

	// calls is held for reading by calls, and for writing by a call that is
	// tried again after a crash: alone, so that it cannot take others down and
	// nobody else is blamed.
	calls sync.RWMutex
}

// start opens the backend, once.
func (l *lane) start() {
	l.once.Do(func() {
		l.backend, l.err = l.pool.options.Open(l.pool.ctx, l.name)
		if l.err == nil {
			l.info, l.err = l.backend.Describe(l.pool.ctx)
		}
		n := max(l.info.Capabilities.Concurrency, 1)
		l.slots, l.senders = make(chan struct{}, n), make(chan struct{}, n)
		l.mu.Lock()
		l.opened = make(chan struct{})
		close(l.opened)
		l.mu.Unlock()
	})
}

// described returns what the backend says of itself, once it is open.
func (l *lane) described() (sdk.Info, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.info, l.opened != nil && l.err == nil
}

// Ahead is a backend that may be sent one call more than it computes at once,
// from when it has begun with the one before.
type Ahead interface {
	GenerateAhead(ctx context.Context, req sdk.Request, begun func()) (sdk.Response, error)
}

// workers is how many samples are under way at once.
func (l *lane) workers() int {
	n := cap(l.slots)
	if _, ok := l.backend.(Ahead); ok {
		n++
	}
	return min(n, len(l.queue))
}

// run answers the queue, as many tasks at once as the backend takes.
func (l *lane) run() {
	defer close(l.ended)
	l.start()
	type queued struct {
		task int
		in   place
	}
	tasks := make(chan queued)
	var workers sync.WaitGroup
	for range l.workers() {
		workers.Go(func() {
			for q := range tasks {
				l.answer(q.task, q.in)
			}
		})
	}
	in := anyPlace()
	for _, i := range l.queue {
		select {
		case tasks <- queued{i, in}:
		case <-l.pool.ctx.Done():
		}
		in = in.next()
	}
	close(tasks)
	workers.Wait()
}

// answer fulfils the future of a task.
func (l *lane) answer(i int, in place) {
	l.start()
	f := &l.pool.futures[i]
	defer close(f.done)
	if l.pool.ctx.Err() != nil {
		return
	}
	task := l.pool.tasks[i]
	if l.pool.options.OnStart != nil {
		l.pool.options.OnStart(task)
	}
	f.answer = l.try(task, in)
	if l.pool.options.OnEnd != nil {
		l.pool.options.OnEnd(task)
	}
	f.ok = l.pool.ctx.Err() == nil || f.answer.Fault == nil
}

// Waits between tries when a backend is unavailable.
var backoff = []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second}

// try answers a task. What may be no fault of the case is tried again: once
// after a crash, three times while the backend is unavailable. A wrong answer
// never is.
func (l *lane) try(task Task, in place) Answer {
	if l.err != nil {
		return Answer{Started: time.Now(), Fault: faultOf(l.err, 0)}
	}
	// Whoever waits for an earlier sample must not hold calls: a sample that is to
	// be tried again would wait for it, and the earlier one for that.
	select {
	case <-in.before:
	case <-l.pool.ctx.Done(): // converse tells
	}
	l.calls.RLock()
	a := l.converse(task, in)
	l.calls.RUnlock()
	for tries := 1; a.Fault != nil && l.worthAnotherTry(a.Fault, tries); tries++ {
		before := append(a.Retries, *a.Fault)
		l.calls.Lock()
		a = l.converse(task, anyPlace())
		l.calls.Unlock()
		a.Retries = before
	}
	return a
}

// request puts one request to the backend, between its tasks.
func (l *lane) request(ctx context.Context, req sdk.Request) (sdk.Response, error) {
	if err := l.pool.ctx.Err(); err != nil {
		return sdk.Response{}, err
	}
	if l.start(); l.err != nil {
		return sdk.Response{}, l.err
	}
	l.calls.RLock()
	defer l.calls.RUnlock()
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-ctx.Done():
		return sdk.Response{}, ctx.Err()
	}
	return l.backend.Generate(ctx, req, nil)
}

func (l *lane) worthAnotherTry(f *result.Fault, tries int) bool {
	switch sdk.ErrorKind(f.Kind) {
	case sdk.Crashed:
		return tries == 1 && l.pool.ctx.Err() == nil
	case sdk.Unavailable:
		if tries > len(backoff) {
			return false
		}
		select {
		case <-time.After(backoff[tries-1]):
			return true
		case <-l.pool.ctx.Done():
		}
	}
	return false
}

func (l *lane) close() {
	<-l.ended
	// On demand, a call may still be under way; it is cancelled by now.
	l.calls.Lock()
	defer l.calls.Unlock()
	l.once.Do(func() {}) // never opened: stays so
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
