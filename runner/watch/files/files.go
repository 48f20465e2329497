// Package files reports when files have changed: their content, not their dates.
// Start reading at [Watcher.Set] and [Watcher.Wait]; places.go finds out which
// folders to watch, content.go what files hold, lock.go keeps a second watch away.
package files

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A burst of saves is one change: it is reported when nothing came for quiet, or
// after atMost.
const (
	quiet  = 40 * time.Millisecond
	atMost = 2 * time.Second
)

// Options say how to watch.
type Options struct {
	// Poll looks at the files so often instead of asking the system to notify, as
	// network file systems need; 0 asks the system.
	Poll time.Duration
	// Note is called with a sentence that the user should know; may be nil.
	Note func(string)
}

// Want says what matters, all of it by absolute path.
type Want struct {
	Files   []string  // which need not exist
	Folders []string  // new YAML files in them and below are changes, too
	Root    string    // folder of the project: where those above a file are watched, too
	Read    time.Time // when the files were read last: what was written later is a change
}

// Change is what happened until all was quiet. A file is reported in one of the lists.
type Change struct {
	Files []string // that hold something else than they did, sorted
	// Same are files that were written or moved, and hold what they did: who has
	// read them meanwhile may have found something else, or nothing.
	Same  []string
	Since time.Time // when it began, or a little before
}

// Watcher watches files by way of their folders, since editors replace files
// when they save. [Watcher.Set] and [Watcher.Files] may be called while another
// goroutine waits; what it has seen of files that still matter is not lost.
type Watcher struct {
	options Options

	mu     sync.Mutex        // guards all that follows but heard
	fs     *fsnotify.Watcher // nil when it polls
	lost   chan struct{}     // filled when events may have been lost
	want   Want
	files  map[string]content // that are watched, and what they hold
	unread []string           // files whose content is not known yet
	heard  time.Time          // when Wait has returned last

	places  map[string][]string // by place: the files that it decides about
	tree    map[string]bool     // folders in which a new YAML file matters
	folders map[string]bool     // that the system watches for us
}

// New makes a watcher of nothing. Where the system can give no watches, it polls.
func New(o Options) *Watcher {
	w := &Watcher{options: o, files: map[string]content{}, folders: map[string]bool{}}
	if o.Poll > 0 {
		return w
	}
	system, err := fsnotify.NewWatcher()
	if err != nil {
		w.poll(err)
		return w
	}
	w.fs, w.lost = system, make(chan struct{}, 1)
	go w.drain(system.Errors)
	return w
}

// drain reads errors, an overflow for one, as they come: the system's watcher
// takes no new folders until they are read.
func (w *Watcher) drain(errors <-chan error) {
	for range errors {
		select {
		case w.lost <- struct{}{}:
		default: // it is known
		}
	}
}

// Close ends the watch.
func (w *Watcher) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fs == nil {
		return nil
	}
	return w.fs.Close()
}

// Files is how many of the files that are watched are there.
func (w *Watcher) Files() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, c := range w.files {
		if c.there {
			n++
		}
	}
	return n
}

// Set says what matters from now on. What files held when they were read last
// is no change.
func (w *Watcher) Set(want Want) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.want = want
	files := make(map[string]content, len(want.Files))
	w.unread = nil
	for _, f := range want.Files {
		old, known := w.files[f]
		old.fresh = false
		if !known {
			old = glance(f)
			old.fresh = true
			if old.writtenSince(want.Read) {
				old.size = -1 // unlike anything
			}
		}
		if !old.known {
			w.unread = append(w.unread, f)
		}
		files[f] = old
	}
	before := w.files
	w.files = files
	w.look()
	for _, f := range w.strangers() {
		c, known := before[f]
		if !known {
			c = readContent(f)
			c.fresh = true
			if c.writtenSince(want.Read) {
				c.size = -1
			}
		}
		w.adopt(f, c)
	}
}

// Wait waits for files of [Want] to be written or moved. A change is reported once.
// The error is ctx's, or [fs.ErrClosed].
func (w *Watcher) Wait(ctx context.Context) (Change, error) {
	b := burst{touched: map[string]bool{}, waited: time.Now()}
	var tick <-chan time.Time
	for {
		events, idle, poll := w.sources(&b)
		if tick == nil && events == nil {
			t := time.NewTicker(poll)
			defer t.Stop()
			tick = t.C
		}
		select {
		case <-ctx.Done():
			return Change{}, ctx.Err()
		case e, ok := <-events:
			if !ok {
				if !w.polls() {
					return Change{}, fs.ErrClosed
				}
				b.all, b.lost = true, true
				b.extend()
				continue
			}
			w.note(&b, e)
			continue
		case <-w.lost:
			b.all, b.lost = true, true
			b.extend()
			continue
		case <-idle:
			w.readOne()
			continue
		case <-tick:
			b.all, b.began = true, time.Now()
		case <-b.settled:
		case <-b.latest:
		}
		if c := w.changed(&b); len(c.Files)+len(c.Same) > 0 {
			c.Since = b.since(w.heard)
			w.heard = time.Now()
			return c, nil
		}
		b = burst{touched: map[string]bool{}, waited: b.waited}
	}
}

// burst is what came since the last time all was quiet.
type burst struct {
	touched         map[string]bool // places
	all             bool            // look at every file
	lost            bool            // anything may have happened
	waited, began   time.Time       // when we began to wait, and when the first event came
	settled, latest <-chan time.Time
}

func (b *burst) extend() {
	b.settled = time.After(quiet)
	if b.latest == nil {
		b.latest, b.began = time.After(atMost), time.Now()
	}
}

// early reports whether the events may be of saves from before we waited.
func (b *burst) early() bool { return b.began.Sub(b.waited) < quiet }

// since is when the first event may have happened: an event takes a while to be
// heard of, more where nobody waited.
func (b *burst) since(heard time.Time) time.Time {
	if b.early() {
		return heard
	}
	return b.began.Add(-100 * time.Millisecond)
}

// note takes an event in. Where a folder or a link came, went or has moved,
// other files lie there now, and other folders are to be watched.
func (w *Watcher) note(b *burst, e fsnotify.Event) {
	if e.Op == fsnotify.Chmod {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	known := len(w.places[e.Name]) > 0 || w.folders[e.Name] || isYAML(e.Name)
	if e.Has(fsnotify.Create) || e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
		info, err := os.Lstat(e.Name)
		if w.folders[e.Name] || err == nil && !info.Mode().IsRegular() {
			b.all, known = true, true
		}
	}
	if known {
		b.touched[e.Name] = true
		b.extend()
	}
}

func (w *Watcher) polls() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fs == nil
}

// sources are what there is to wait for beside time: events of the system, nil
// when the files are looked at every so often instead, and time to read a file,
// nil when there is none to read.
func (w *Watcher) sources(b *burst) (events <-chan fsnotify.Event, idle <-chan time.Time, poll time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fs != nil {
		events = w.fs.Events
	}
	if len(w.unread) > 0 && b.settled == nil {
		idle = ready
	}
	return events, idle, w.options.Poll
}

var ready = func() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}()

// readOne reads a file that has not been read, so that a touch of it is none.
func (w *Watcher) readOne() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.unread) == 0 {
		return // Set has come between
	}
	last := len(w.unread) - 1
	f := w.unread[last]
	w.unread = w.unread[:last]
	if old, ok := w.files[f]; ok && !old.known {
		if now := readContent(f); now.like(old) {
			now.fresh = old.fresh
			w.files[f] = now
		}
	}
}

// changed picks the files whose content is not what it was, and notes what it is.
func (w *Watcher) changed(b *burst) Change {
	w.mu.Lock()
	defer w.mu.Unlock()
	touched := map[string]bool{} // files
	w.reach(b, touched)
	for place := range b.touched {
		if len(w.places[place]) == 0 && isYAML(place) && w.tree[filepath.Dir(place)] && glance(place).there {
			w.adopt(place, content{})
			touched[place] = true
		}
	}
	candidates := touched
	if b.all {
		w.look()
		w.reach(b, touched)
		candidates = map[string]bool{}
		for f := range w.files {
			candidates[f] = true
		}
		for _, f := range w.strangers() {
			w.adopt(f, content{})
			candidates[f] = true
		}
	}
	var c Change
	for f := range candidates {
		old := w.files[f]
		if !touched[f] && glance(f).surely(old) {
			continue
		}
		now := readContent(f)
		w.files[f] = now
		switch {
		case !now.same(old), touched[f] && old.fresh && b.early(): // read before us, and saved in between
			c.Files = append(c.Files, f)
		case touched[f]:
			c.Same = append(c.Same, f)
		}
	}
	slices.Sort(c.Files)
	slices.Sort(c.Same)
	return c
}

// reach adds the files that places decide about which were touched, or that lie
// in folders which were.
func (w *Watcher) reach(b *burst, files map[string]bool) {
	for place := range b.touched {
		for _, f := range w.places[place] {
			files[f] = true
		}
	}
	if !b.all {
		return
	}
	for place, those := range w.places {
		for _, f := range those {
			if b.lost || b.under(place) {
				files[f] = true
			}
		}
	}
}

// under reports whether a place lies in a folder that was touched.
func (b *burst) under(place string) bool {
	for up := filepath.Dir(place); up != filepath.Dir(up); up = filepath.Dir(up) {
		if b.touched[up] {
			return true
		}
	}
	return false
}

// adopt watches a YAML file that nobody has asked for, since it may become a spec.
func (w *Watcher) adopt(f string, c content) {
	w.files[f] = c
	w.places[f] = []string{f}
}

func isYAML(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".yaml" || ext == ".yml"
}
