package infer

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Request is what is asked beside the tasks, such as by a judge.
type Request struct {
	sdk.Request
	Backend string
	Never   bool          // its answer is neither taken from the cache nor cached
	Timeout time.Duration // from when the backend is free for it; 0 is none
}

// Ask puts one request to a backend, which is started when no task has needed it.
// It is answered from the cache where that is allowed, and tried again as a task is.
func (p *Pool) Ask(ctx context.Context, req Request) (r sdk.Response, cached bool, err error) {
	ctx, cancel := p.within(ctx)
	defer cancel()
	defer p.ahead.wait()(0)
	return p.lane(req.Backend).request(ctx, req)
}

func (l *lane) request(ctx context.Context, req Request) (r sdk.Response, cached bool, err error) {
	if err := ctx.Err(); err != nil {
		return r, false, err
	}
	task := Task{Never: req.Never}
	id, why := l.cacheable(req.Params, task)
	if why == "" {
		if r, ok := l.cached(id, l.able(req.Request), 0); ok {
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
	able := l.able(req.Request)
	l.retry(ctx, func() *result.Fault {
		if r, err = l.generateOne(ctx, able, req.Timeout); err != nil {
			return faultOf(err, req.Timeout)
		}
		return nil
	})
	switch {
	case errors.Is(err, errTooSlow):
		err = sdk.Errorf(sdk.Timeout, "%s", faultOf(err, req.Timeout).Message)
	case err == nil:
		var writes cacheWrites
		writes.add(l, task, able, r)
		writes.put(l.pool.options.Cache)
	}
	return r, false, err
}

// errTooSlow ends a request at its own time limit.
var errTooSlow = context.DeadlineExceeded

// generateOne asks once the backend is free.
func (l *lane) generateOne(ctx context.Context, req sdk.Request, limit time.Duration) (sdk.Response, error) {
	if err := l.ready(ctx); err != nil {
		return sdk.Response{}, err
	}
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-ctx.Done():
		return sdk.Response{}, ctx.Err()
	}
	limited, cancel := ctx, context.CancelFunc(func() {})
	if limit > 0 {
		limited, cancel = context.WithTimeout(ctx, limit)
	}
	defer cancel()
	r, err := l.backend.Generate(limited, req, nil)
	if limited.Err() != nil {
		err = limited.Err()
	}
	return r, err
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
