package runner

import (
	"context"
	"fmt"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/backend"
	"github.com/vlmspec/vlmspec/runner/cache"
	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/infer"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// AnswerCache waits for the cache of a project to be read.
type AnswerCache func() (*cache.Store, error)

// ReadCache begins to read the cache of a project, which takes as long as to read
// the specs; nil when the project has none.
func ReadCache(p *spec.Project) AnswerCache {
	if p.CacheMB == 0 {
		return nil
	}
	read := sync.OnceValues(func() (*cache.Store, error) {
		store := runs.Open(p.State)
		if err := store.Guard(store.CacheDir()); err != nil {
			return nil, err
		}
		return cache.Open(store.CacheDir(), int64(p.CacheMB)<<20)
	})
	go func() { _, _ = read() }()
	return read
}

// answers is the answer cache of a run; nil is none.
type answers struct {
	store        *cache.Store
	fingerprints *backend.Fingerprints
	warn         func(format string, args ...any)
}

// useCache makes a pool take answers from the cache and store them there. A cache
// that cannot be used is no reason not to run.
func (e *Execution) useCache(o *infer.Options) *answers {
	if e.options.Cache == nil {
		return nil
	}
	a := &answers{warn: e.warn}
	var err error
	if a.store, err = e.options.Cache(); err != nil {
		a.warn("answers are neither cached nor taken from the cache: %v", err)
		return nil
	}
	if n := a.store.Damaged(); n > 0 {
		a.warn("damaged records are dropped from the answer cache (%d); what they held is computed again", n)
	}
	a.fingerprints = backend.NewFingerprints(e.plan.Project, a.store, e.options.Running)
	a.fingerprints.Offline = o.Offline
	o.Cache, o.Fingerprints = a.store, a.fingerprints
	if e.secrets != nil {
		a.store.Refuse = func(value []byte) bool { return e.secrets.In(string(value)) }
	}
	open := o.Open
	o.Open = func(ctx context.Context, name string) (sdk.Backend, error) {
		a.fingerprints.Opening(name)
		return open(ctx, name)
	}
	return a
}

// close keeps what was recorded. Where the project is read-only nobody expects
// that, and the run has said so.
func (a *answers) close(interrupted, readOnly bool) {
	if a == nil {
		return
	}
	a.fingerprints.Close(interrupted)
	if err := a.store.Close(); err != nil && (!readOnly || !runs.ReadOnly(err)) {
		a.warn("not every answer was cached: %v", err)
	}
}

// warn sends a sentence.
func (e *Execution) warn(format string, args ...any) {
	e.send(event.Warning{Message: fmt.Sprintf(format, args...)})
}
