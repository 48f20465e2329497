package runner

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/cache"
	"github.com/vlmspec/vlmspec/runner/infer"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// answers is the answer cache of a run; nil is none.
type answers struct {
	store *cache.Store
	ids   *identities
	warn  func(problem string)
}

// readCache begins to read the cache of a project, which takes as long as to read
// the specs, and returns what waits for it; nil when there is to be none.
func readCache(o Options, p *spec.Project) func() (*cache.Store, error) {
	if !o.Cache || o.Backends != nil || p.CacheMB == 0 {
		return nil
	}
	read := sync.OnceValues(func() (*cache.Store, error) { return cache.Open(runs.Open(p.State).CacheDir(), int64(p.CacheMB)<<20) })
	go func() { _, _ = read() }()
	return read
}

// useCache makes a pool take answers from the cache and keep them there. A cache
// that cannot be used is no reason not to run.
func (s *Session) useCache(o *infer.Options) *answers {
	if s.cache == nil {
		return nil
	}
	a := &answers{warn: s.options.Warn}
	if a.warn == nil {
		a.warn = func(string) {}
	}
	var err error
	if a.store, err = s.cache(); err != nil {
		a.warn(fmt.Sprintf("answers are neither cached nor taken from the cache: %v", err))
		return nil
	}
	if n := a.store.Damaged(); n > 0 {
		a.warn(fmt.Sprintf("damaged records are dropped from the answer cache (%d); what they held is computed again", n))
	}
	a.ids = newIdentities(s.Project, a.store)
	o.Cache, o.Identities = a.store, a.ids
	o.Secrets = s.secrets()
	slices.Sort(o.Secrets)
	o.Secrets = slices.Compact(o.Secrets)
	open := o.Open
	o.Open = func(ctx context.Context, name string) (sdk.Backend, error) {
		a.ids.Opening(name)
		return open(ctx, name)
	}
	return a
}

// close keeps what was learnt.
func (a *answers) close(interrupted bool) {
	if a == nil {
		return
	}
	a.ids.Close(interrupted)
	if err := a.store.Close(); err != nil {
		a.warn(fmt.Sprintf("not every answer was cached: %v", err))
	}
}

// modelShare is the memory that a model takes, over the size of its files: what
// it computes with comes to it.
const modelShare = 1.2

// bounds lets as many backends be loaded at once as vlmspec.yaml says, or as fit
// in the memory that is free, as far as the sizes of their files tell.
func (s *Session) bounds() infer.Bounds {
	if os.Getenv(host.AttachEnv) != "" {
		return infer.Bounds{} // they are loaded
	}
	if s.Project.MaxLoaded > 0 {
		return infer.Bounds{Count: s.Project.MaxLoaded}
	}
	return infer.Bounds{Bytes: freeMemory() / 10 * 9, Size: func(name string) int64 {
		files, _ := filesOf(s.Project.Backends[name])
		total := int64(0)
		for _, f := range files {
			if stamp, err := cache.StampOf(f); err == nil {
				total += stamp.Size
			}
		}
		return int64(float64(total) * modelShare)
	}}
}
