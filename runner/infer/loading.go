package infer

import (
	"context"
	"slices"
	"sync"
)

// Bounds say how many backends may be loaded at the same time; the zero value does not
// bound them.
type Bounds struct {
	Count int                     // backends; 0 is no bound
	Bytes int64                   // of memory for them; 0 is no bound
	Size  func(name string) int64 // bytes that a backend needs, 0 when not known; nil knows none
}

// loading lets lanes take turns, where their backends do not fit in memory
// together. A backend that nobody uses is closed when another one waits for its
// room, and opened again when it is needed again. Who waits longest comes first.
type loading struct {
	bounds Bounds

	mu      sync.Mutex
	loaded  []*lane // in the order of their last use
	uses    map[*lane]int
	apart   map[*lane]bool // those that have no room beside others
	waiting []waiter
}

type waiter struct {
	lane *lane
	come chan struct{}
}

// enter waits until a lane may be loaded, and holds it there until leave.
func (g *loading) enter(ctx context.Context, l *lane) error { return g.wait(ctx, g.enqueue(l)) }

// enqueue puts a lane into the queue of those that wait.
func (g *loading) enqueue(l *lane) waiter {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := waiter{l, make(chan struct{})}
	if slices.Contains(g.loaded, l) {
		g.use(w)
	} else {
		g.waiting = append(g.waiting, w)
		g.admit()
	}
	return w
}

func (g *loading) wait(ctx context.Context, w waiter) error {
	select {
	case <-w.come:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-w.come: // just then
		g.release(w.lane)
	default:
		g.waiting = slices.DeleteFunc(g.waiting, func(other waiter) bool { return other == w })
		g.admit()
	}
	return ctx.Err()
}

// alone waits until a lane that has entered may be loaded with no other beside
// it. evicted is false when it is.
func (g *loading) alone(ctx context.Context, l *lane) (evicted bool, err error) {
	g.mu.Lock()
	others := without(g.loaded, l)
	if len(others) == 0 {
		g.mu.Unlock()
		return false, nil
	}
	g.apart[l], g.loaded = true, others
	g.uses[l]--
	g.mu.Unlock()
	if err = g.wait(ctx, g.enqueue(l)); err != nil {
		g.mu.Lock()
		g.uses[l]++ // who has entered leaves
		g.mu.Unlock()
	}
	return true, err
}

func without(lanes []*lane, l *lane) []*lane {
	return slices.DeleteFunc(slices.Clone(lanes), func(other *lane) bool { return other == l })
}

func (g *loading) leave(l *lane) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.release(l)
}

func (g *loading) release(l *lane) {
	g.uses[l]--
	g.admit()
}

func (g *loading) use(w waiter) {
	g.loaded = append(without(g.loaded, w.lane), w.lane)
	g.uses[w.lane]++
	close(w.come)
}

// admit lets in who waits, as far as there is room or can be made.
func (g *loading) admit() {
	for len(g.waiting) > 0 {
		w := g.waiting[0]
		for !slices.Contains(g.loaded, w.lane) && !g.fits(w.lane) {
			idle := slices.IndexFunc(g.loaded, func(l *lane) bool { return g.uses[l] == 0 })
			if idle < 0 {
				return
			}
			g.loaded[idle].unload()
			g.loaded = slices.Delete(g.loaded, idle, idle+1)
		}
		g.waiting = g.waiting[1:]
		g.use(w)
	}
}

// fits reports whether there is room beside what is loaded. Alone every backend
// is let in: it knows better whether it fits.
func (g *loading) fits(l *lane) bool {
	if len(g.loaded) == 0 {
		return true
	}
	if g.apart[l] || slices.ContainsFunc(g.loaded, func(other *lane) bool { return g.apart[other] }) {
		return false
	}
	if g.bounds.Count > 0 && len(g.loaded) >= g.bounds.Count {
		return false
	}
	if g.bounds.Bytes == 0 || g.bounds.Size == nil {
		return true
	}
	sum := g.bounds.Size(l.name)
	for _, other := range g.loaded {
		sum += g.bounds.Size(other.name)
	}
	return sum <= g.bounds.Bytes
}
