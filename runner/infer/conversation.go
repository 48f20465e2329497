package infer

import (
	"context"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// converse holds one sample: its turns one after another, each with the history.
// The answers are cached once the whole sample has come to its end.
func (l *lane) converse(ctx context.Context, task Task, in position) (a Answer) {
	a.Started = time.Now()
	c := task.Case
	t := l.slot(ctx, in)
	defer func() {
		if began := t.leave(); !began.IsZero() {
			a.Started = began
		}
		a.Seconds = time.Since(a.Started).Seconds()
	}()
	if err := l.fits(c); err != nil {
		a.Fault = faultOf(err, c.Timeout)
		return a
	}
	talk := l.pool.talk(task, &a)
	var writes cacheWrites
	for i := range c.Turns {
		err := talk.ask(i)
		var r sdk.Response
		var took time.Duration
		if err == nil {
			r, took, err = l.ask(t, c, i, talk.req)
		}
		if err != nil {
			a.Fault = faultOf(err, c.Timeout)
			return a
		}
		writes.add(l, task, talk.req, r)
		talk.said(r).Timings = timings(r.Timings, took)
	}
	writes.put(l.pool.options.Cache)
	return a
}

// ask sends a turn of a case, and says how long the answer took.
func (l *lane) ask(t *slot, c *spec.Case, turn int, req sdk.Request) (sdk.Response, time.Duration, error) {
	if turn == 0 {
		if err := l.ready(t.ctx); err != nil {
			return sdk.Response{}, 0, err
		}
		if err := t.enter(c.Timeout); err != nil {
			return sdk.Response{}, 0, err
		}
	}
	begun := func() {
		if turn == 0 && l.queues() {
			t.begin(c.Timeout)
		}
		if turn == len(c.Turns)-1 {
			t.last()
		}
	}
	sent := time.Now()
	r, err := l.generate(t.ctx, req, begun)
	if turn == 0 && l.queues() {
		t.computed(busy(r.Timings))
	}
	if t.ctx.Err() != nil {
		err = context.Cause(t.ctx)
	}
	return r, t.since(sent), err
}

// ready has the backend run again where its process is gone: how long it loads is
// not the time of a sample.
func (l *lane) ready(ctx context.Context) error {
	if b, ok := l.backend.(Restarting); ok {
		return b.Ready(ctx)
	}
	return nil
}

// queues reports whether calls wait in the backend, which says when it begins.
func (l *lane) queues() bool {
	_, ahead := l.backend.(Ahead)
	return ahead && l.info.Capabilities.Queues
}

func (l *lane) generate(ctx context.Context, req sdk.Request, begun func()) (sdk.Response, error) {
	if b, ok := l.backend.(Ahead); ok {
		return b.GenerateAhead(ctx, req, begun)
	}
	return l.backend.Generate(ctx, req, nil)
}

// timings of a call that took so long in all.
func timings(t sdk.Timings, took time.Duration) result.Timings {
	seconds := result.Timings{
		Preprocess: t.Preprocess.Seconds(), Encode: t.Encode.Seconds(), Prefill: t.Prefill.Seconds(), Decode: t.Decode.Seconds(),
		Total: took.Seconds(),
	}
	if busy(t) > 0 {
		seconds.Queue = max(took-busy(t), 0).Seconds()
	}
	return seconds
}

// busy is what the backend computed for a call.
func busy(t sdk.Timings) time.Duration { return t.Preprocess + t.Encode + t.Prefill + t.Decode }

// fits refuses a case that needs more than the backend has.
func (l *lane) fits(c *spec.Case) error {
	limit, n := l.info.Capabilities.MaxImages, 0
	for _, t := range c.Turns {
		for _, p := range t.Parts {
			if p.Image != nil {
				n++
			}
		}
	}
	if limit > 0 && n > limit {
		return sdk.Errorf(sdk.InvalidRequest, "the case shows %d images, and backend %s takes at most %d", n, l.name, limit)
	}
	return nil
}
