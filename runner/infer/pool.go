// Package infer asks backends for answers, ahead of those who wait for them.
// Start reading at [Start]; conversation.go holds one sample from the first
// prompt to the last answer, lane.go one backend.
package infer

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Task is one sample of a case to answer.
type Task struct {
	Case  *spec.Case
	Index int    // of the sample
	Seed  uint32 // of the sample
}

// Answer is what came of a task: the turns, without verdicts, or a fault.
type Answer struct {
	Turns   []result.Turn
	Images  [][]check.Image // by turn: the images of the conversation so far
	Fault   *result.Fault
	Retries []result.Fault // faults that a later try overcame, or tried to
	Started time.Time
	Seconds float64 // from dispatch to the last token
}

// Options say how to answer.
type Options struct {
	// Open starts a backend. It is called once for each name that a task needs,
	// from several goroutines.
	Open func(ctx context.Context, name string) (sdk.Backend, error)
	// OnDemand answers a task when someone waits for it, rather than ahead.
	OnDemand bool
	// OnStart is called when a backend is asked, and OnEnd when it has answered,
	// from several goroutines; both may be nil.
	OnStart, OnEnd func(Task)
}

// Pool holds the answers to come. It is safe for concurrent use.
type Pool struct {
	options Options
	tasks   []Task
	futures []future
	mu      sync.Mutex // guards lanes, which grows by those of judges
	lanes   map[string]*lane
	images  *images
	ctx     context.Context
	cancel  context.CancelFunc
}

// future is an answer to come.
type future struct {
	done   chan struct{} // closed when answer is there
	answer Answer
	ok     bool // false: the pool was stopped first
}

// Start begins to answer. Tasks of one backend are asked in order, but those
// that show the same images follow each other, so that a backend can keep what
// it made of an image.
func Start(ctx context.Context, tasks []Task, o Options) *Pool {
	p := &Pool{options: o, tasks: tasks, futures: make([]future, len(tasks)), lanes: map[string]*lane{}, images: newImages()}
	p.ctx, p.cancel = context.WithCancel(ctx)
	for i, t := range tasks {
		p.futures[i].done = make(chan struct{})
		name := t.Case.Backend
		if p.lanes[name] == nil {
			p.lanes[name] = &lane{pool: p, name: name, ended: make(chan struct{})}
		}
		p.lanes[name].queue = append(p.lanes[name].queue, i)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lanes {
		l.queue = byImages(l.queue, tasks)
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
	if p.options.OnDemand {
		p.mu.Lock()
		l := p.lanes[p.tasks[task].Case.Backend]
		p.mu.Unlock()
		l.answer(task, anyPlace())
	}
	select {
	case <-f.done:
		a, ok = f.answer, f.ok
		f.answer = Answer{}
		return a, ok
	case <-ctx.Done():
	case <-p.ctx.Done():
	}
	return Answer{}, false
}

// Ask puts one request to a backend, which is started when no task has needed it.
func (p *Pool) Ask(ctx context.Context, name string, req sdk.Request) (sdk.Response, error) {
	p.mu.Lock()
	l := p.lanes[name]
	if l == nil {
		l = &lane{pool: p, name: name, ended: make(chan struct{})}
		close(l.ended) // it has no tasks
		p.lanes[name] = l
	}
	p.mu.Unlock()
	return l.request(ctx, req)
}

// Backends describes the backends that were started.
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
	for _, l := range p.lanes {
		l.close()
	}
}

// byImages keeps the order of first appearance, and brings tasks that show the
// same images together.
func byImages(queue []int, tasks []Task) []int {
	groups := map[string][]int{}
	var keys []string
	for _, i := range queue {
		key := imageKey(tasks[i].Case)
		if _, ok := groups[key]; !ok {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], i)
	}
	out := make([]int, 0, len(queue))
	for _, key := range keys {
		out = append(out, groups[key]...)
	}
	return slices.Clip(out)
}

func imageKey(c *spec.Case) string {
	var key strings.Builder
	for _, t := range c.Turns {
		for _, p := range t.Parts {
			if p.Image != nil {
				key.WriteString(p.Image.Path)
				key.WriteByte(0)
			}
		}
	}
	return key.String()
}
