package infer

import (
	"context"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Waits between tries when a backend is unavailable.
var backoff = []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second}

// retry calls once until nothing is wrong, and returns the faults before the last
// try. What may be no fault of who asks is tried again, alone: once after a crash,
// three times while the backend is unavailable. A wrong answer never is.
func (l *lane) retry(ctx context.Context, once func() *result.Fault) (before []result.Fault) {
	l.calls.RLock()
	fault := once()
	l.calls.RUnlock()
	for tries := 1; fault != nil && worthAnotherTry(ctx, fault, tries); tries++ {
		before = append(before, *fault)
		l.calls.Lock()
		fault = once()
		l.calls.Unlock()
	}
	return before
}

func worthAnotherTry(ctx context.Context, f *result.Fault, tries int) bool {
	switch sdk.ErrorKind(f.Kind) {
	case sdk.Crashed:
		return tries == 1 && ctx.Err() == nil
	case sdk.Unavailable:
		if tries > len(backoff) {
			return false
		}
		select {
		case <-time.After(backoff[tries-1]):
			return true
		case <-ctx.Done():
		}
	}
	return false
}
