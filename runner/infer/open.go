package infer

import (
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// openings is how often a backend is started that crashes while it starts: it
// would cost all cases.
const openings = 3

// open starts the backend when it does not run. Who calls it has entered. One
// that has no room beside those that are loaded is tried again without them.
func (l *lane) open() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.backend != nil || l.err != nil {
		return l.err
	}
	if l.err = l.start(); sdk.KindOf(l.err) == sdk.Unavailable {
		if evicted, err := l.pool.loading.alone(l.pool.ctx, l); err != nil {
			l.err = err
		} else if evicted {
			l.err = l.start()
		}
	}
	return l.err
}

// start opens and describes the backend.
func (l *lane) start() error {
	if err := l.pool.ctx.Err(); err != nil { // nobody would close it
		return err
	}
	var backend sdk.Backend
	var err error
	for range openings {
		backend, err = l.pool.options.Open(l.pool.ctx, l.name)
		if sdk.KindOf(err) != sdk.Crashed || l.pool.ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return err
	}
	info, err := backend.Describe(l.pool.ctx)
	if err != nil {
		_ = backend.Close()
		return err
	}
	l.backend, l.info, l.known = backend, info, true
	if n := max(info.Capabilities.Concurrency, 1); n != cap(l.slots) {
		l.slots, l.senders = make(chan struct{}, n), make(chan struct{}, n)
	}
	if ids := l.pool.options.Fingerprints; ids != nil {
		l.recording = make(chan Fingerprint, 1)
		go func() { l.recording <- ids.Record(l.name, backend, info) }()
	}
	return nil
}

// recorded waits until it is known what the backend is that was started last: its
// program is hashed while it answers first. l.mu is held.
func (l *lane) recorded() {
	if l.recording != nil {
		id := <-l.recording
		l.id, l.recording = &id, nil
	}
}

// unload ends the backend, which nobody uses.
func (l *lane) unload() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recorded()
	if l.backend != nil {
		_ = l.backend.Close()
		l.backend = nil
	}
}

// described returns what the backend says of itself, once it is known.
func (l *lane) described() (sdk.Info, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.info, l.known
}

// fingerprint is what the backend is, as it says itself or as was recorded; asked
// leaves only the former.
func (l *lane) fingerprint(asked bool) (id Fingerprint, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if asked || l.id == nil {
		l.recorded()
	}
	if ids := l.pool.options.Fingerprints; l.id == nil && !l.lookedUp && ids != nil {
		l.lookedUp = true
		if id, ok := ids.Lookup(l.name); ok {
			l.id, l.info, l.known = &id, id.Info, true
		}
	}
	if l.id == nil {
		return id, false
	}
	return *l.id, true
}
