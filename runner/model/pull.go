package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// chunkSize is the most that one connection fetches at a time. A chunk that breaks
// goes on where it broke.
const chunkSize = 32 << 20

// A connection over which less than stallBytes have come in stallTime counts as
// broken.
const (
	stallTime  = time.Minute
	stallBytes = 64 << 10
)

// largest is the size of a file beyond which a server is not believed: 8 TiB.
const largest = 1 << 43

// Puller pulls files into a store, one after another, each over several
// connections. Make one with [NewPuller].
type Puller struct {
	store       Store
	remote      *remote
	connections int
	report      func(Event)
	mu          sync.Mutex // one report at a time

	chunk int64
	stall time.Duration
	pause func(context.Context, time.Duration) error
	free  func(dir string) (int64, error) // bytes
}

// Event is the progress of a file that is pulled: how far it is, some ten
// times a second, or a note, such as that a connection broke.
type Event struct {
	Done, Total int64  // bytes; Total is -1 when the server does not say
	Note        string // a sentence; Done and Total mean nothing then
}

// NewPuller makes requests as the hub's own tools do: HF_ENDPOINT names another
// hub, HF_TOKEN is sent to it and nobody else, and proxies are those of the
// environment. report is called for each pull from one goroutine at a time.
func NewPuller(s Store, connections int, report func(Event)) (*Puller, error) {
	r, err := newRemote(cmp.Or(os.Getenv("HF_ENDPOINT"), "https://huggingface.co"), os.Getenv("HF_TOKEN"), connections)
	if err != nil {
		return nil, err
	}
	return &Puller{
		store: s, remote: r, connections: connections, report: report,
		chunk: chunkSize, stall: stallTime, pause: pause, free: freeBytes,
	}, nil
}

// anew is an error after which what has come is worth nothing.
type anew struct{ error }

func (a anew) Unwrap() error { return a.error }

// Pull makes sure that a file is in the store, whole and with the right sum, and
// reports whether it was there before: then nothing is asked of anybody. What an
// earlier pull had fetched is not fetched again. When ctx ends, what has come
// stays for the next.
func (p *Puller) Pull(ctx context.Context, ref Ref) (e Entry, there bool, err error) {
	if e, err = p.store.Find(ref); err == nil {
		return e, true, nil
	}
	path := p.store.path(ref)
	if err := p.store.mkdir(filepath.Dir(path)); err != nil {
		return e, false, fmt.Errorf("pull %s: %w", ref, err)
	}
	unlock, err := p.store.lock(ctx, path, func() { p.note("another process is pulling %s; waiting for it", ref.Base()) })
	if err != nil {
		return e, false, fmt.Errorf("pull %s: %w", ref, err)
	}
	defer unlock()
	if e, err = p.store.Find(ref); err == nil {
		return e, true, nil
	}
	const limit = 3
	for attempt := 1; ; attempt++ {
		e, err = p.attempt(ctx, ref, path, attempt == limit)
		if again, ok := errors.AsType[anew](err); !ok || attempt == limit {
			return e, false, err
		} else if ok {
			p.note("%v; beginning anew", again.error)
		}
	}
}

// attempt fetches a file once; plain is over one connection, without ranges.
func (p *Puller) attempt(ctx context.Context, ref Ref, path string, plain bool) (Entry, error) {
	var src source
	err := p.persist(ctx, func() (_ bool, err error) {
		src, err = p.remote.look(ctx, ref)
		return false, err
	})
	if err != nil {
		return Entry{}, err
	}
	t := &transfer{Puller: p, source: src, path: path}
	defer t.close()
	if err := t.fetch(ctx, plain); err != nil {
		if _, ok := errors.AsType[anew](err); ok {
			t.drop()
		}
		return Entry{}, t.resumableError(err)
	}
	return t.install(ctx)
}

// install checks what has come and puts it in its place.
func (t *transfer) install(ctx context.Context) (Entry, error) {
	if err := t.part.Sync(); err != nil {
		return Entry{}, t.writeError(err)
	}
	sum, n, err := sumOf(ctx, t.path+partSuffix)
	if err != nil {
		return Entry{}, err
	}
	if t.sum != "" && sum != t.sum {
		t.drop()
		err := fmt.Errorf("%s came with the wrong content: its SHA-256 is %s, and should be %s; nothing of it is kept", t.ref, sum, t.sum)
		if t.resumed { // an old part may be to blame
			return Entry{}, anew{err}
		}
		return Entry{}, err
	}
	now := time.Now().UTC().Truncate(time.Second)
	e := Entry{Path: t.path, State: Whole, Have: n, Record: Record{
		Reference: t.ref.String(), URL: t.url, Revision: t.commit, ETag: t.Validator,
		SHA256: sum, Published: t.sum != "", Size: n, Pulled: now, Verified: now,
	}}
	// A damaged file goes before the new record comes, and the record comes before
	// its file: whatever is cut short here, no file is taken for what it is not.
	if err := os.Remove(t.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return e, t.writeError(err)
	}
	if err := writeJSON(t.path+recordSuffix, e.Record); err != nil {
		return e, t.writeError(err)
	}
	if err := os.Rename(t.path+partSuffix, t.path); err != nil {
		return e, t.writeError(err)
	}
	_ = os.Remove(t.path + stateSuffix) // a leftover means nothing beside the file
	return e, nil
}

func (p *Puller) note(format string, args ...any) {
	p.emit(Event{Note: fmt.Sprintf(format, args...)})
}

func (p *Puller) emit(e Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.report != nil {
		p.report(e)
	}
}
