package sdk

import "context"

type begunKey struct{}

// WithBegun returns a context for [Backend.Generate] with which [Begun] calls f.
func WithBegun(ctx context.Context, f func()) context.Context {
	return context.WithValue(ctx, begunKey{}, f)
}

// Begun is called by a backend that queues, with the context of a Generate call,
// when it begins to compute for that call: the time limit of a case runs from
// then, and not while others are computed. It may be called from any goroutine
// and more than once; only the first time counts.
func Begun(ctx context.Context) {
	if f, ok := ctx.Value(begunKey{}).(func()); ok {
		f()
	}
}
