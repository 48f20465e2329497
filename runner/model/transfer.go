package model

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vlmspec/vlmspec/internal/plainfile"
)

// progress is how much of a file has come: the JSON file beside the part. It is
// written after the bytes it reports.
type progress struct {
	Reference string  `json:"reference"`
	URL       string  `json:"url"`
	SHA256    string  `json:"sha256,omitempty"`    // what the whole file should have
	Validator string  `json:"validator,omitempty"` // ETag or date, to ask for more of the same file
	Size      int64   `json:"size"`
	Chunk     int64   `json:"chunk"`    // bytes of each chunk but the last
	Received  []int64 `json:"received"` // by chunk: bytes from its start
}

func (p *progress) have() (n int64) {
	for _, bytes := range p.Received {
		n += bytes
	}
	return n
}

// span is the bytes of a chunk: the first, and the one after the last.
func (p *progress) span(k int) (from, end int64) {
	from = int64(k) * p.Chunk
	return from, min(from+p.Chunk, p.Size)
}

// sound reports whether what was read makes sense for a part of so many bytes.
func (p *progress) sound(size int64) bool {
	if p.Size <= 0 || p.Chunk <= 0 || int64(len(p.Received)) != (p.Size-1)/p.Chunk+1 {
		return false
	}
	for k, n := range p.Received {
		from, end := p.span(k)
		if n < 0 || n > end-from || n > 0 && from+n > size {
			return false
		}
	}
	return true
}

// transfer is a file on its way.
type transfer struct {
	*Puller
	source
	path    string // where the file will be
	part    *os.File
	resumed bool

	state    sync.Mutex // guards Received, and Size of a stream
	progress            // of the file that is coming now
}

// fetch brings the file, and returns when all of it has come.
func (t *transfer) fetch(ctx context.Context, plain bool) error {
	var first opening
	err := t.persist(ctx, func() (_ bool, err error) {
		first, err = t.open(ctx)
		return false, err
	})
	if err != nil {
		return err
	}
	if plain || !first.ranges {
		return t.stream(ctx, first)
	}
	if err := t.begin(first); err != nil {
		return err
	}
	defer t.tick()()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(t.connections)
	for k := range t.Received {
		group.Go(func() error {
			return t.persist(ctx, func() (bool, error) { return t.bring(ctx, k) })
		})
	}
	return group.Wait()
}

// begin goes on with the part of an earlier pull, if it is one of this file, or
// makes an empty one.
func (t *transfer) begin(first opening) error {
	var old progress
	readErr := readJSON(t.path+stateSuffix, &old)
	info, statErr := os.Lstat(t.path + partSuffix)
	t.resumed = readErr == nil && statErr == nil && plainfile.Alone(info) && old.Size == first.size && old.sound(info.Size()) && t.same(&old, first.validator)
	// Some chunks for each connection, so that all of them are busy almost to the end.
	chunk := min(t.chunk, max(first.size/int64(4*t.connections), 1<<20))
	t.progress = progress{
		Reference: t.ref.String(), URL: t.url, SHA256: t.sum, Validator: first.validator,
		Size: first.size, Chunk: chunk, Received: make([]int64, (first.size-1)/chunk+1),
	}
	if t.resumed {
		t.Chunk, t.Received = old.Chunk, old.Received
	}
	if err := t.room(t.Size - t.have()); err != nil {
		return err
	}
	return t.create(!t.resumed)
}

// same reports whether a part is one of this file: by its sum where that is
// known, else by what the server says.
func (t *transfer) same(old *progress, validator string) bool {
	if t.sum != "" || old.SHA256 != "" {
		return old.SHA256 == t.sum
	}
	return old.URL == t.url && validator != "" && old.Validator == validator
}

// create opens the part, a fresh one if it is to be empty. Nothing is written
// through a link, which leads to somebody else's file.
func (t *transfer) create(empty bool) (err error) {
	path, flags := t.path+partSuffix, os.O_RDWR|plainfile.NoFollow
	if empty {
		flags |= os.O_CREATE | os.O_EXCL
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return t.writeError(err)
		}
	}
	if t.part, err = os.OpenFile(path, flags, 0o644); err != nil {
		return t.writeError(err)
	}
	return nil
}

// room refuses a file that the disk cannot take, before it is full.
func (t *transfer) room(need int64) error {
	dir := filepath.Dir(t.path)
	if free, err := t.free(dir); err == nil && need > free {
		return fmt.Errorf("%s: %s are to come, and there is room for %s in %s; VLMSPEC_MODELS can name a folder on another disk",
			t.ref, Bytes(need), Bytes(free), dir)
	}
	return nil
}

// bring fetches the rest of a chunk.
func (t *transfer) bring(ctx context.Context, k int) (further bool, err error) {
	from, end := t.span(k)
	t.state.Lock()
	from += t.Received[k]
	t.state.Unlock()
	if from >= end {
		return false, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := t.remote.get(ctx, t.source, from, end-1, t.Validator)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	start, total, ok := contentRange(resp.Header)
	switch {
	case resp.StatusCode != http.StatusPartialContent, ok && total != t.Size:
		return false, anew{fmt.Errorf("%s has changed on the server while it came", t.ref.Base())}
	case !ok || start != from:
		return false, transient{error: fmt.Errorf("%s sends other bytes than it was asked for", resp.Request.URL.Host)}
	}
	n, err := t.copy(resp, cancel, k, from, end)
	return n > 0, err
}

// tick reports how far the transfer is and keeps the state, until it is stopped.
func (t *transfer) tick() (stop func()) {
	done := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		ticker, save := time.NewTicker(100*time.Millisecond), time.NewTicker(time.Second)
		defer ticker.Stop()
		defer save.Stop()
		for {
			select {
			case <-ticker.C:
				t.reportProgress()
			case <-save.C:
				_ = t.save() // the end reports it
			case <-done:
				return
			}
		}
	})
	t.reportProgress()
	return func() {
		close(done)
		ended.Wait()
		t.reportProgress()
		_ = t.save()
	}
}

func (t *transfer) reportProgress() {
	t.state.Lock()
	e := Event{Done: t.have(), Total: t.Size}
	t.state.Unlock()
	t.emit(e)
}

// resumable reports whether a part can be told to be one of the same file.
func (t *transfer) resumable() bool { return t.Chunk > 0 && (t.SHA256 != "" || t.Validator != "") }

func (t *transfer) save() error {
	if !t.resumable() {
		return nil
	}
	t.state.Lock()
	now := t.progress
	now.Received = slices.Clone(t.Received)
	t.state.Unlock()
	return writeJSON(t.path+stateSuffix, now)
}

// kept adds to an error what is there to go on from.
func (t *transfer) resumableError(err error) error {
	if have := t.have(); err != nil && t.resumable() && have > 0 && !errors.As(err, new(anew)) {
		return fmt.Errorf("%w\nWhat has come, %s of %s, is kept: the same command goes on from there", err, Bytes(have), Bytes(t.Size))
	}
	return err
}

func (t *transfer) close() {
	if t.part == nil {
		return
	}
	_ = t.part.Close()
	if _, err := os.Stat(t.path); err != nil && !t.resumable() {
		_ = os.Remove(t.path + partSuffix)
	}
}

// drop removes what has come.
func (t *transfer) drop() {
	_ = os.Remove(t.path + partSuffix)
	_ = os.Remove(t.path + stateSuffix)
}

// writeError says what hinders writing.
func (t *transfer) writeError(err error) error {
	switch dir := filepath.Dir(t.path); {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%s: the disk is full; VLMSPEC_MODELS can name a folder on another disk than %s", t.ref, dir)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: no permission to write in %s; VLMSPEC_MODELS can name another folder", t.ref, dir)
	}
	return fmt.Errorf("pull %s: %w", t.ref, err)
}
