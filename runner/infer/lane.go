package infer

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

	longest time.Duration // time limit of a task
	endless bool          // a task has none

	admit     <-chan struct{} // closed when the lane before waits for room, or needs none
	admitNext chan struct{}   // the same, of this one

	mu        sync.Mutex  // guards what follows, until slots
	backend   sdk.Backend // nil while it is not loaded
	err       error       // of opening, which is tried once
	info      sdk.Info    // once described
	known     bool        // info is
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
	if l.endless {
		return 0
	}
	return l.longest * time.Duration(cap(l.slots))
}

// run answers the queue: from the cache as far as that goes, and then, as many
// concurrent tasks as the backend takes, by the backend.
func (l *lane) run() {
	defer close(l.ended)
	rest := l.queue
	for len(rest) > 0 && l.settle(rest[0]) {
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
				l.answer(q.task, q.in)
			}
		})
	}
	in := anyPosition()
	for _, i := range <-ordered {
		if l.settle(i) {
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

// settle fulfils the future of a task for which no backend is needed.
func (l *lane) settle(i int) bool {
	if l.pool.ctx.Err() != nil {
		return false
	}
	o := &l.pool.options
	if o.Cache == nil && !o.Offline {
		return false
	}
	a, ok := l.lookup(l.pool.tasks[i])
	if ok {
		f := &l.pool.futures[i]
		f.answer, f.ok = a, true
		close(f.done)
	}
	return ok
}

// answerNow answers one task whatever else is in the queue.
func (l *lane) answerNow(i int) {
	if l.settle(i) || l.pool.loading.enter(l.pool.ctx, l) != nil {
		return
	}
	defer l.pool.loading.leave(l)
	_ = l.open()
	l.answer(i, anyPosition())
}

// answer fulfils the future of a task by asking the backend.
func (l *lane) answer(i int, in position) {
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
		l.pool.options.OnEnd(task, &f.answer)
	}
	f.ok = l.pool.ctx.Err() == nil || f.answer.Fault == nil
}

// Waits between tries when a backend is unavailable.
var backoff = []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second}

// try answers a task. What may be no fault of the case is tried again: once
// after a crash, three times while the backend is unavailable. A wrong answer
// never is.
func (l *lane) try(task Task, in position) Answer {
	if l.err != nil {
		return Answer{Started: time.Now(), Fault: faultOf(l.err, 0)}
	}
	// Whoever waits for an earlier sample must not hold calls: a sample that is to
	// be tried again would wait for it, and the earlier one for that.
	select {
	case <-in.before:
	case <-l.pool.ctx.Done(): // converse reports it
	}
	l.calls.RLock()
	a := l.converse(task, in)
	l.calls.RUnlock()
	for tries := 1; a.Fault != nil && l.worthAnotherTry(a.Fault, tries); tries++ {
		before := append(a.Retries, *a.Fault)
		l.calls.Lock()
		a = l.converse(task, anyPosition())
		l.calls.Unlock()
		a.Retries = before
	}
	return a
}

// request puts one request to the backend, between its tasks. It is answered
// from the cache where that is allowed.
func (l *lane) request(ctx context.Context, req sdk.Request, never bool) (r sdk.Response, cached bool, err error) {
	if err := l.pool.ctx.Err(); err != nil {
		return r, false, err
	}
	task := Task{Never: never}
	id, why := l.cacheable(req.Params, task)
	if why == "" {
		if r, ok := l.cached(id, l.able(req), 0); ok {
			return r, true, nil
		}
		why = "no answer to it is cached"
	}
	if l.pool.options.Offline {
		return r, false, errors.New(offline(why).Message)
	}
	if err := l.pool.loading.enter(ctx, l); err != nil {
		return r, false, err
	}
	defer l.pool.loading.leave(l)
	if err := l.open(); err != nil {
		return r, false, err
	}
	req = l.able(req)
	l.calls.RLock()
	defer l.calls.RUnlock()
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-ctx.Done():
		return r, false, ctx.Err()
	}
	if r, err = l.backend.Generate(ctx, req, nil); err == nil {
		var writes cacheWrites
		writes.add(l, task, req, r)
		writes.put(l.pool.options.Cache)
	}
	return r, false, err
}

// able leaves out of a request the schema of the answer where the backend, which is
// known, cannot hold to one.
func (l *lane) able(req sdk.Request) sdk.Request {
	if info, _ := l.described(); !info.Capabilities.JSONSchema && req.Params.Extra[sdk.JSONSchemaParam] != nil {
		req.Params.Extra = maps.Clone(req.Params.Extra)
		if delete(req.Params.Extra, sdk.JSONSchemaParam); len(req.Params.Extra) == 0 {
			req.Params.Extra = nil
		}
	}
	return req
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
