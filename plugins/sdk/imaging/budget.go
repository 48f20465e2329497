package imaging

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/vlmspec/vlmspec/plugins/sdk"
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

// MemoryEnv names the environment variable that says how many MiB decoded images
// may take in a process.
const MemoryEnv = "VLMSPEC_IMAGE_MEMORY"

// pixels is the budget of this process.
var pixels = sync.OnceValues(func() (*budget, error) {
	size, err := budgetSize(os.Getenv(MemoryEnv), machine.FreeMemory())
	if err != nil {
		return nil, err
	}
	return newBudget(size), nil
})

// budgetSize is what the environment says in MiB, else a quarter of the memory that
// is free, which is 0 where it is not known.
func budgetSize(env string, free int64) (int64, error) {
	const unknown = 2 << 30
	switch mib, err := strconv.ParseInt(env, 10, 32); {
	case env == "" && free == 0:
		return unknown, nil
	case env == "":
		return max(free/4, 1), nil
	case err != nil || mib < 1:
		return 0, sdk.Errorf(sdk.InvalidConfig, "%s is %q; expected how many MiB decoded images may take, such as 2048", MemoryEnv, env)
	default:
		return mib << 20, nil
	}
}

// take waits for a share of the budget of this process.
func take(ctx context.Context, n int64) (*lease, error) {
	b, err := pixels()
	if err != nil {
		return nil, err
	}
	return b.lease(ctx, n)
}

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
