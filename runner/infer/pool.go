// Package infer asks backends for answers, ahead of those who wait for them.
// Start reading at [Start]; conversation.go holds one sample from the first
// prompt to the last answer, lane.go one backend, answers.go what the cache knows.
package infer

import (
	"context"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/cache"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Task is one sample of a case to answer.
type Task struct {
	Case  *spec.Case
	Index int  // of the sample
	Timed bool // a check reads how long the answer took: it is asked for anew
	Never bool // its answer is neither taken from the cache nor cached
	// Deferred is answered once somebody has asked for it with [Pool.Begin], or waits
	// for it.
	Deferred bool
	AdHoc    bool // [Start] did not know it
}

// Answer is the outcome of a task: the turns, without verdicts, or a fault.
type Answer struct {
	Turns   []result.Turn
	Images  [][]sdk.Image // by turn: the images of the conversation so far
	Fault   *result.Fault
	Retries []result.Fault // faults that a later try overcame, or tried to
	Started time.Time
	Seconds float64 // from dispatch to the last token
}

// Options say how to answer.
type Options struct {
	// Open starts a backend that a task needs. It is called from several
	// goroutines; again for a name when the backend had to make room for another.
	Open func(ctx context.Context, name string) (sdk.Backend, error)
	// OnDemand answers a task when someone waits for it, rather than ahead.
	OnDemand bool
	// OnStart is called when a backend is asked, and OnEnd when it has answered,
	// from several goroutines; both may be nil.
	OnStart func(Task)
	OnEnd   func(Task, *Answer)
	// Cache keeps answers between runs, and Fingerprints knows whose they are; both
	// may be nil.
	Cache        *cache.Store
	Fingerprints Fingerprints
	Fresh        bool // the cache is written, not read
	Offline      bool // what is not in the cache is the fault of its task
	Bounds       Bounds
}

// Pool holds the answers to come. It is safe for concurrent use.
type Pool struct {
	options Options
	tasks   []Task
	futures []future
	mu      sync.Mutex // guards lanes, which grows by those of judges
	lanes   map[string]*lane
	loading loading
	images  *images
	ahead   *ahead
	ctx     context.Context
	cancel  context.CancelFunc
}

// Start begins to answer. Tasks that show the same images follow each other, so
// that a backend can keep what it made of an image, those with the largest images
// first; else they are asked in order. Backends take turns in the order in which
// the tasks name them, where not all may be loaded at the same time.
func Start(ctx context.Context, tasks []Task, o Options) *Pool {
	p := &Pool{options: o, tasks: tasks, futures: make([]future, len(tasks)), lanes: map[string]*lane{}, images: newImages(o.Cache), ahead: newAhead()}
	p.loading.bounds, p.loading.uses, p.loading.apart = o.Bounds, map[*lane]int{}, map[*lane]bool{}
	p.ctx, p.cancel = context.WithCancel(ctx)
	context.AfterFunc(p.ctx, p.ahead.end)
	first := make(chan struct{})
	close(first)
	var order []*lane
	for i, t := range tasks {
		l := p.lanes[t.Case.Backend]
		if l == nil {
			l = &lane{pool: p, name: t.Case.Backend, ended: make(chan struct{}), admit: first, admitNext: make(chan struct{})}
			first = l.admitNext
			p.lanes[l.name] = l
			order = append(order, l)
		}
		if !t.Deferred {
			l.queue = append(l.queue, i)
		}
		l.limit(t.Case.Timeout)
	}
	for _, l := range order {
		if o.OnDemand {
			close(l.ended)
		} else {
			go l.run()
		}
	}
	return p
}

// Wait returns the answer of a task; ok is false when ctx or the pool ended
// first. The pool forgets the answer, so a task is waited for once.
func (p *Pool) Wait(ctx context.Context, task int) (a Answer, ok bool) {
	f := &p.futures[task]
	taken, waited := 1, p.ahead.wait()
	defer func() { waited(taken) }()
	if p.options.OnDemand || p.tasks[task].Deferred {
		taken = 0 // it is not answered ahead
		within, cancel := p.within(ctx)
		p.answerNow(within, task)
		cancel()
	}
	select {
	case <-f.done():
		return f.take()
	case <-ctx.Done():
	case <-p.ctx.Done():
	}
	return Answer{}, false
}

// Begin has a deferred task answered, without waiting for that.
func (p *Pool) Begin(task int) {
	if p.tasks[task].Deferred && !p.options.OnDemand {
		go p.answerNow(p.ctx, task)
	}
}

// answerNow answers a task, once, and waits until that is done.
func (p *Pool) answerNow(ctx context.Context, task int) {
	f := &p.futures[task]
	f.begun.Do(func() { p.lane(p.tasks[task].Case.Backend).answerNow(ctx, p.tasks[task], f) })
}

// Answer answers a task that [Start] did not know, by the rules of those that it
// did; ok is false when ctx or the pool ended first. OnStart and OnEnd are not called.
func (p *Pool) Answer(ctx context.Context, task Task) (a Answer, ok bool) {
	task.AdHoc = true
	l := p.lane(task.Case.Backend)
	l.limit(task.Case.Timeout)
	f := &future{}
	ctx, cancel := p.within(ctx)
	defer cancel()
	defer p.ahead.wait()(0)
	over := make(chan struct{})
	go func() {
		defer close(over)
		l.answerNow(ctx, task, f)
	}()
	select {
	case <-over:
		return f.take()
	case <-ctx.Done():
	}
	return Answer{}, false
}

// lane is that of a backend, which need have no tasks.
func (p *Pool) lane(name string) *lane {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[name]
	if l == nil {
		l = &lane{pool: p, name: name, ended: make(chan struct{})}
		close(l.ended)
		p.lanes[name] = l
	}
	return l
}

// within is a context that ends with ctx and with the pool.
func (p *Pool) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(p.ctx, cancel)
	if p.ctx.Err() != nil { // AfterFunc runs later
		cancel()
	}
	return ctx, func() {
		stop()
		cancel()
	}
}

// Backends describes the backends that have answered, be it in an earlier run.
func (p *Pool) Backends() map[string]sdk.Info {
	p.mu.Lock()
	defer p.mu.Unlock()
	infos := map[string]sdk.Info{}
	for name, l := range p.lanes {
		if info, ok := l.described(); ok {
			infos[name] = info
		}
	}
	return infos
}

// Close stops answering and closes the backends. Calls in flight are cancelled.
func (p *Pool) Close() {
	p.cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	var closing sync.WaitGroup
	for _, l := range p.lanes {
		closing.Go(l.close)
	}
	closing.Wait()
}
