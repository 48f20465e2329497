package infer

import "sync"

// future is an answer to come. It is small, since there is one for each sample of
// a run: it has a channel only when somebody waits for it.
type future struct {
	begun  sync.Once // of what is answered on demand
	mu     sync.Mutex
	wait   chan struct{} // closed when fulfilled; nil when nobody has waited before
	over   bool          // fulfilled
	answer *Answer
	ok     bool // false: the pool was stopped first
}

// done is closed when the answer is there.
func (f *future) done() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.wait == nil {
		f.wait = make(chan struct{})
		if f.over {
			close(f.wait)
		}
	}
	return f.wait
}

// fulfil gives whoever waits the answer; nil is none.
func (f *future) fulfil(a *Answer, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer, f.ok, f.over = a, ok, true
	if f.wait != nil {
		close(f.wait)
	}
}

// take returns the answer, which is there, and forgets it.
func (f *future) take() (a Answer, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.answer != nil {
		a, f.answer = *f.answer, nil
	}
	f.wait = nil
	return a, f.ok
}
