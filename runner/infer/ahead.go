package infer

import "sync"

// maxAhead is how many answers are made before anybody has taken the first of them:
// little memory in a run of any size, and more than a judge looks at in a second.
const maxAhead = 16 << 10

// ahead keeps the answers that nobody has taken yet few, as long as nobody waits:
// who waits may want any of those to come, or a backend that is loaded after them.
type ahead struct {
	mu      sync.Mutex
	changed sync.Cond
	untaken int
	waiting int
	ended   bool
}

func newAhead() *ahead {
	a := &ahead{}
	a.changed.L = &a.mu
	return a
}

// room waits until one more answer may be made, and counts it. It does not wait
// once the pool has ended.
func (a *ahead) room() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.untaken >= maxAhead && a.waiting == 0 && !a.ended {
		a.changed.Wait()
	}
	a.untaken++
}

// wait notes that somebody waits for the pool, until the function it returns is
// called with how many answers that one took.
func (a *ahead) wait() (done func(taken int)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waiting++
	a.changed.Broadcast()
	return func(taken int) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.waiting--
		a.untaken -= taken
		a.changed.Broadcast()
	}
}

// end lets everybody go.
func (a *ahead) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
	a.changed.Broadcast()
}
