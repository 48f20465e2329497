package host

import (
	"context"
	"fmt"
	"time"

	"github.com/vlmspec/vlmspec/plugins/internal/wire"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// SilenceTime is how long a process may show no sign of life while it starts,
// where [Options] say nothing.
const SilenceTime = 30 * time.Second

const leastSilence = 2 * time.Second

// silence is how long a process may show no sign of life.
func (o Options) silence() time.Duration {
	if o.Silence == 0 {
		return SilenceTime
	}
	return max(o.Silence, leastSilence)
}

// watched returns a context that ends, with the reason as its cause, when the
// process has shown no sign of life for too long: neither did it answer, nor has
// a process of its group computed anything. debugged is one that may stand at a
// breakpoint, which is not watched.
func (p *process) watched(ctx context.Context, o Options, debugged bool) (watched context.Context, stop func()) {
	watched, giveUp := context.WithCancelCause(ctx)
	if !debugged {
		go p.watch(watched, o, p.client, giveUp)
	}
	return watched, func() { giveUp(nil) }
}

// watch gives up a silent process; client is nil while it does not listen yet.
func (p *process) watch(ctx context.Context, o Options, client *wire.Client, giveUp context.CancelCauseFunc) {
	limit := o.silence()
	often := min(limit/8, time.Second/2)
	tick := time.NewTicker(often)
	defer tick.Stop()
	before, last := p.activity(client), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := p.activity(client)
		if now != before || answers(ctx, client, often) {
			before, last = now, time.Now()
		} else if time.Since(last) >= limit {
			giveUp(p.silent(o, limit))
			return
		}
	}
}

// activity changes while the process computes, as far as that is known.
func (p *process) activity(client *wire.Client) uint64 {
	if p.leader == nil {
		return 0
	}
	n, known := p.leader.Activity()
	if !known && client == nil { // its start has a limit of its own
		return uint64(time.Now().UnixNano())
	}
	return n
}

// answers reports whether a process answers within a time.
func answers(ctx context.Context, client *wire.Client, within time.Duration) bool {
	if client == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return client.Answers(ctx)
}

// silent says that the process was given up. One that somebody has stopped is as
// good as crashed: a fresh one may do better.
func (p *process) silent(o Options, limit time.Duration) error {
	e := &sdk.Error{Kind: sdk.Timeout, Err: p.output.lastWords()}
	e.Message = fmt.Sprintf("backend %s showed no sign of life for %s while it started: it neither answered nor computed anything", o.Name, limit)
	if p.leader != nil && p.leader.Stopped() {
		e.Kind = sdk.Crashed
		e.Message = fmt.Sprintf("backend %s was stopped by a signal while it started, for %s", o.Name, limit)
	}
	return e
}
