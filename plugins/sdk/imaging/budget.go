package imaging

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/vlmspec/vlmspec/plugins/sdk/machine"
)

// budget bounds the memory that decoded pixels take in this process. Who decodes
// takes a lease first, in the order of asking, and asks for no second one while it
// holds it, so nobody waits for each other in a circle.
type budget struct {
	size int64 // bytes
	room *semaphore.Weighted

	mu            sync.Mutex
	used, garbage int64 // leased; given back, and perhaps not collected yet
}

// unknownBudget is used where free memory is not known.
const unknownBudget = 2 << 30

// pixels is the budget of this process.
var pixels = sync.OnceValue(func() *budget {
	if free := machine.FreeMemory(); free > 0 {
		return newBudget(free / 4)
	}
	return newBudget(unknownBudget)
})

func newBudget(size int64) *budget {
	return &budget{size: size, room: semaphore.NewWeighted(size)}
}

// lease waits until n bytes may be taken, or ctx is done. What exceeds the whole
// budget goes alone.
func (b *budget) lease(ctx context.Context, n int64) (*lease, error) {
	n = min(n, b.size)
	if err := b.room.Acquire(ctx, n); err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.used += n
	full := b.used+b.garbage > b.size
	if full {
		b.garbage = 0
	}
	b.mu.Unlock()
	if full {
		runtime.GC() // else the collector may wait until the heap is twice as large
	}
	return &lease{b, n}, nil
}

// lease is a share of the budget. It is not safe for concurrent use.
type lease struct {
	*budget
	n int64
}

// shrink gives back all but some bytes.
func (l *lease) shrink(to int64) {
	back := l.n - min(to, l.n)
	l.mu.Lock()
	l.used, l.garbage = l.used-back, l.garbage+back
	l.mu.Unlock()
	l.n -= back
	l.room.Release(back)
}

func (l *lease) end() { l.shrink(0) }
