package watch

import (
	"context"
	"encoding/json"
	"reflect"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/runner/backend"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// backends keeps backends running between the runs of a watch. It is safe for
// concurrent use: a run that waits for a model makes the next one wait, too.
type backends struct {
	mu   sync.Mutex
	warm map[string]*warm
}

// warm is a backend that runs, and how it was configured.
type warm struct {
	config  spec.Backend
	backend *host.Backend
}

// attach has backends run, and says how to attach to them, as host.AttachEnv
// holds it. Those that are stale or configured otherwise start again. One that
// does not start is left to the run, which reports why.
func (b *backends) attach(ctx context.Context, p *spec.Project, names []string, stale map[string]bool, say func(string)) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, kept := range b.warm {
		if now, used := p.Backends[name]; stale[name] || !used || !sameBackend(now, kept.config) {
			b.end(name)
			if used {
				say("backend " + name + " starts again")
			}
		}
	}
	attach := host.Attachments{}
	for _, name := range names {
		if kept := b.running(ctx, p, name); kept != nil {
			if a, err := kept.Attachment(); err == nil {
				attach[name] = a
			}
		}
	}
	data, err := json.Marshal(attach)
	if err != nil {
		return ""
	}
	return string(data)
}

// running is a backend that runs and answers, again after a crash; nil when it
// does not.
func (b *backends) running(ctx context.Context, p *spec.Project, name string) *host.Backend {
	config := p.Backends[name]
	for range 2 {
		if b.warm[name] == nil && config.Err == nil {
			started, err := backend.Start(ctx, p.Dir, config)
			if err != nil {
				return nil
			}
			b.warm[name] = &warm{config, started}
		}
		kept := b.warm[name]
		if kept == nil {
			return nil
		}
		if kept.backend.Ping(ctx) == nil {
			return kept.backend
		}
		b.end(name)
	}
	return nil
}

func (b *backends) end(name string) {
	_ = b.warm[name].backend.Close()
	delete(b.warm, name)
}

// close ends all.
func (b *backends) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name := range b.warm {
		b.end(name)
	}
}

func sameBackend(a, b spec.Backend) bool {
	return a.Plugin == b.Plugin && reflect.DeepEqual(a.Config, b.Config) && reflect.DeepEqual(a.Env, b.Env)
}
