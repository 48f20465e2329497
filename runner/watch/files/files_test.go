package files

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// project is a folder with a watcher of some of its files.
type project struct {
	*testing.T
	dir string
	w   *Watcher
	n   int
}

func newProject(t *testing.T, o Options, files ...string) *project {
	p := &project{T: t, dir: t.TempDir(), w: New(o)}
	t.Cleanup(func() { _ = p.w.Close() })
	for _, f := range files {
		p.put(f, f)
	}
	return p
}

func (p *project) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(p.dir, name)
}

func (p *project) check(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// put writes a file in place.
func (p *project) put(name, text string) {
	p.Helper()
	p.check(os.MkdirAll(filepath.Dir(p.path(name)), 0o755))
	p.check(os.WriteFile(p.path(name), []byte(text), 0o644))
}

func (p *project) fresh() string {
	p.n++
	return fmt.Sprintf("text %04d", p.n)
}

func (p *project) rename(from, to string) { p.Helper(); p.check(os.Rename(p.path(from), p.path(to))) }
func (p *project) remove(name string)     { p.Helper(); p.check(os.RemoveAll(p.path(name))) }
func (p *project) link(to, name string)   { p.Helper(); p.check(os.Symlink(to, p.path(name))) }

// watches sets what is watched: these files, and new specs in specs.
func (p *project) watches(files ...string) {
	want := Want{Folders: []string{p.path("specs")}, Root: p.dir}
	for _, f := range files {
		want.Files = append(want.Files, p.path(f))
	}
	p.w.Set(want)
}

// change waits for the next change.
func (p *project) change() string {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), 20*time.Second)
	defer cancel()
	var changed []string
	for len(changed) == 0 {
		c, err := p.w.Wait(ctx)
		if err != nil {
			return err.Error()
		}
		changed = c.Files
	}
	root, _ := filepath.EvalSymlinks(p.dir)
	for i, c := range changed {
		changed[i] = strings.TrimPrefix(strings.TrimPrefix(c, p.dir+"/"), root+"/")
	}
	return strings.Join(changed, " ")
}

// How editors and tools save, as strace shows them to.
var patterns = []struct {
	name string
	save func(p *project)
	want string
}{
	{"VS Code, nano: truncates and writes in place", func(p *project) { p.put("specs/a.yaml", p.fresh()) }, "specs/a.yaml"},
	{"in pieces", func(p *project) {
		f, err := os.OpenFile(p.path("specs/a.yaml"), os.O_WRONLY|os.O_TRUNC, 0)
		p.check(err)
		for range 3 {
			_, err = f.WriteString(p.fresh())
			p.check(err)
		}
		p.check(f.Close())
	}, "specs/a.yaml"},
	{"vim: tries whether it may write here, renames to a backup, writes anew, deletes the backup", func(p *project) {
		p.put("specs/4913", "")
		p.remove("specs/4913")
		p.rename("specs/a.yaml", "specs/a.yaml~")
		p.put("specs/a.yaml", p.fresh())
		p.remove("specs/a.yaml~")
	}, "specs/a.yaml"},
	{"vim with backupcopy=yes: copies, writes in place, deletes the copy", func(p *project) {
		p.put("specs/a.yaml~", "old")
		p.put("specs/a.yaml", p.fresh())
		p.remove("specs/a.yaml~")
	}, "specs/a.yaml"},
	{"JetBrains with safe write: writes beside, renames away, renames into place", func(p *project) {
		p.put("specs/a.yaml___jb_tmp___", p.fresh())
		p.rename("specs/a.yaml", "specs/a.yaml___jb_old___")
		p.rename("specs/a.yaml___jb_tmp___", "specs/a.yaml")
		p.remove("specs/a.yaml___jb_old___")
	}, "specs/a.yaml"},
	{"Emacs: locks by a dangling link, renames to a backup, writes anew", func(p *project) {
		p.link("me@here.1:2", "specs/.#a.yaml")
		p.put("specs/#a.yaml#", "unsaved")
		p.rename("specs/a.yaml", "specs/a.yaml~")
		p.put("specs/a.yaml", p.fresh())
		p.remove("specs/#a.yaml#")
		p.remove("specs/.#a.yaml")
		p.remove("specs/a.yaml~")
	}, "specs/a.yaml"},
	{"Kate, GNOME, sed -i: writes beside and renames over it", func(p *project) {
		p.put("specs/.a.yaml.kate-swp", "unsaved")
		p.put("specs/a.yaml.XYZ123", p.fresh())
		p.rename("specs/a.yaml.XYZ123", "specs/a.yaml")
		p.remove("specs/.a.yaml.kate-swp")
	}, "specs/a.yaml"},
	{"an image editor exports", func(p *project) {
		p.put("images/.a.png.part", p.fresh())
		p.rename("images/.a.png.part", "images/a.png")
	}, "images/a.png"},
	{"three saves in a burst", func(p *project) {
		p.put("specs/a.yaml", p.fresh())
		p.put("images/a.png", p.fresh())
		p.put("specs/a.yaml", p.fresh())
	}, "images/a.png specs/a.yaml"},
	{"touch, chmod and the same content are no change", func(p *project) {
		now := time.Now().Add(time.Minute)
		p.check(os.Chtimes(p.path("images/a.png"), now, now))
		p.check(os.Chmod(p.path("images/a.png"), 0o600))
		text, err := os.ReadFile(p.path("images/b.png"))
		p.check(err)
		p.put("images/b.png", string(text))
		p.put("specs/a.yaml", p.fresh())
	}, "specs/a.yaml"},
	{"files that do not matter, reports for one", func(p *project) {
		p.put("images/other.png", p.fresh())
		p.put("out/junit.xml", p.fresh())
		p.put(".vlmspec/runs/1/cases.jsonl", p.fresh())
		p.put("other.yaml", p.fresh())
		p.put("images/a.png", p.fresh())
	}, "images/a.png"},
	{"deleted", func(p *project) { p.remove("images/a.png") }, "images/a.png"},
	{"back again", func(p *project) { p.put("images/a.png", p.fresh()) }, "images/a.png"},
	{"what was missing comes", func(p *project) { p.put("images/missing.png", p.fresh()) }, "images/missing.png"},
	{"with folders that were missing", func(p *project) { p.put("far/away/mask.png", p.fresh()) }, "far/away/mask.png"},
	{"a new spec", func(p *project) { p.put("specs/new.yaml", p.fresh()) }, "specs/new.yaml"},
	{"a new spec in new folders", func(p *project) { p.put("specs/more/deep/b.yml", p.fresh()) }, "specs/more/deep/b.yml"},
	{"saved again there", func(p *project) { p.put("specs/more/deep/b.yml", p.fresh()) }, "specs/more/deep/b.yml"},
	{"a new file that is no spec", func(p *project) { p.put("specs/notes.txt", p.fresh()); p.put("images/a.png", p.fresh()) }, "images/a.png"},
	{"a folder renamed away", func(p *project) { p.rename("images", "pictures") }, "images/a.png images/b.png images/missing.png"},
	{"what is saved there does not matter", func(p *project) { p.put("pictures/a.png", p.fresh()); p.put("specs/a.yaml", p.fresh()) }, "specs/a.yaml"},
	{"and renamed back", func(p *project) { p.rename("pictures", "images") }, "images/a.png images/b.png images/missing.png"},
	{"and saved in", func(p *project) { p.put("images/a.png", p.fresh()) }, "images/a.png"},
	{"a folder renamed away and back at once, one file other", func(p *project) {
		p.rename("images", "x")
		p.put("x/b.png", p.fresh())
		p.rename("x", "images")
	}, "images/b.png"},
	{"another folder in its place", func(p *project) {
		p.rename("images", "x")
		p.put("images/a.png", p.fresh())
		p.remove("x")
	}, "images/a.png images/b.png images/missing.png"},
	{"and saved in that one", func(p *project) { p.put("images/a.png", p.fresh()) }, "images/a.png"},
	{"the folder of specs renamed and back", func(p *project) {
		p.rename("specs", "x")
		p.put("x/a.yaml", p.fresh())
		p.rename("x", "specs")
	}, "specs/a.yaml"},
	{"a spec deleted", func(p *project) { p.remove("specs/new.yaml") }, "specs/new.yaml"},
}

func TestSavePatterns(t *testing.T) {
	for name, o := range map[string]Options{"notified by the system": {}, "polling": {Poll: 5 * time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, o, "specs/a.yaml", "images/a.png", "images/b.png")
			files := []string{"specs/a.yaml", "images/a.png", "images/b.png", "images/missing.png", "far/away/mask.png"}
			p.watches(files...)
			read(p.w)
			for _, c := range patterns {
				if o.Poll > 0 {
					// A poll may fall between the steps of a save; it reports the whole in the end.
					want := map[string]bool{}
					for f := range strings.FieldsSeq(c.want) {
						want[f] = true
					}
					for c.save(p); len(want) > 0; {
						change := p.change()
						for f := range strings.FieldsSeq(change) {
							delete(want, f)
						}
						if strings.Contains(change, "deadline") {
							t.Fatalf("%s: %v never came", c.name, want)
						}
					}
					continue
				}
				c.save(p)
				if got := p.change(); got != c.want {
					t.Errorf("%s: %q, want %q", c.name, got, c.want)
				}
				if p.n%3 == 0 { // as after every run
					p.watches(files...)
				}
			}
		})
	}
}

// read has the watcher read what it reads when it is idle.
func read(w *Watcher) {
	for len(w.unread) > 0 {
		w.readOne()
	}
}

func TestLinks(t *testing.T) {
	p := newProject(t, Options{}, "specs/a.yaml", "data/one/a.png", "data/two/a.png", "data/shared/s.yaml", "hop/target.png")
	p.link("data/one", "images")
	p.link("../data/shared", "specs/shared")
	p.link("hop/target.png", "link.png")
	p.link("loop", "loop")
	p.watches("specs/a.yaml", "images/a.png", "link.png", "loop/x.png")
	for _, c := range []struct {
		name string
		save func()
		want string
	}{
		{"in a folder that is a link", func() { p.put("images/a.png", p.fresh()) }, "images/a.png"},
		{"by its own name", func() { p.put("data/one/a.png", p.fresh()) }, "images/a.png"},
		{"the target of a link", func() { p.put("hop/target.png", p.fresh()) }, "link.png"},
		{"the target of a link replaced", func() { p.put("hop/new", p.fresh()); p.rename("hop/new", "hop/target.png") }, "link.png"},
		{"the folder leads elsewhere", func() { p.remove("images"); p.link("data/two", "images") }, "images/a.png"},
		{"what it has left", func() { p.put("data/one/a.png", p.fresh()); p.put("specs/a.yaml", p.fresh()) }, "specs/a.yaml"},
		{"and where it leads now", func() { p.put("data/two/a.png", p.fresh()) }, "images/a.png"},
		{"a link becomes a file", func() { p.remove("link.png"); p.put("link.png", p.fresh()) }, "link.png"},
		{"a file becomes a link", func() { p.remove("link.png"); p.link("hop/target.png", "link.png") }, "link.png"},
		{"whose target is saved", func() { p.put("hop/target.png", p.fresh()) }, "link.png"},
		{"a new spec in a folder that is a link", func() { p.put("data/shared/t.yaml", p.fresh()) }, "data/shared/t.yaml"},
		{"a link to nothing finds something", func() { p.remove("link.png"); p.link("later/x.png", "link.png") }, "link.png"},
		{"there", func() { p.put("later/x.png", p.fresh()) }, "link.png"},
	} {
		c.save()
		if got := p.change(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What is saved while the specs are read again is not lost.
func TestSavedBeforeSet(t *testing.T) {
	p := newProject(t, Options{}, "specs/a.yaml", "old.png")
	long := time.Now().Add(-time.Hour)
	p.check(os.Chtimes(p.path("old.png"), long, long))
	opened := time.Now()
	p.put("new.png", "1")
	p.w.Set(Want{Files: []string{p.path("new.png"), p.path("old.png")}, Root: p.dir, Read: opened})
	p.put("old.png", p.fresh()) // an event, so that the watch looks
	if got := p.change(); got != "old.png" && got != "new.png old.png" {
		t.Errorf("%q", got)
	}
	p.put("new.png", "1") // the same, but nobody has read it
	p.w.Set(Want{Files: []string{p.path("new.png"), p.path("specs/a.yaml")}, Root: p.dir, Read: opened})
	if p.w.lost == nil {
		t.Fatal("the system gives no watches any more: see sysctl fs.inotify")
	}
	p.w.lost <- struct{}{}
	if got := p.change(); got != "new.png specs/a.yaml" && got != "specs/a.yaml" {
		t.Errorf("%q", got)
	}
}

// Where events are lost, everything is looked at.
func TestOverflow(t *testing.T) {
	p := newProject(t, Options{}, "specs/a.yaml", "images/a.png")
	p.watches("specs/a.yaml", "images/a.png")
	p.watches("specs/a.yaml", "images/a.png") // nothing is fresh
	p.check(p.w.fs.Remove(p.path("images")))  // its events are lost
	p.put("images/a.png", p.fresh())
	p.w.fs.Errors <- fsnotify.ErrEventOverflow
	if got := p.change(); got != "images/a.png" {
		t.Errorf("%q", got)
	}
	if p.put("images/a.png", p.fresh()); p.change() != "images/a.png" {
		t.Error("the folder is not watched again")
	}
}

// The queue of the system overflows for true.
func TestOverflowOfTheSystem(t *testing.T) {
	data, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	limit := 0
	if _, scanErr := fmt.Sscan(string(data), &limit); err != nil || scanErr != nil || limit > 50_000 {
		t.Skip("no queue, or a long one")
	}
	p := newProject(t, Options{}, "specs/a.yaml", "images/a.png", "images/b.png")
	p.watches("specs/a.yaml", "images/a.png")
	p.watches("specs/a.yaml", "images/a.png") // nothing is fresh
	for i := range limit {                    // nobody listens
		if i%2 == 0 {
			p.rename("images/b.png", "images/c.png")
		} else {
			p.rename("images/c.png", "images/b.png")
		}
	}
	p.put("images/a.png", p.fresh())
	if got := p.change(); got != "images/a.png" {
		t.Errorf("%q", got)
	}
}

// A watcher that can have no watches says so, and polls.
func TestNoWatchesLeft(t *testing.T) {
	var notes []string
	p := newProject(t, Options{Note: func(s string) { notes = append(notes, s) }}, "specs/a.yaml")
	p.watches("specs/a.yaml")
	_ = p.w.fs.Close()
	p.w.fs = nil
	p.w.poll(fmt.Errorf("add watch: %w", syscall.ENOSPC))
	p.w.options.Poll = 5 * time.Millisecond
	p.put("specs/a.yaml", p.fresh())
	if got := p.change(); got != "specs/a.yaml" {
		t.Errorf("%q", got)
	}
	if len(notes) != 1 {
		t.Errorf("%q", notes)
	}
	for name, c := range map[string]struct {
		err    error
		system string
		want   string
	}{
		"no watches":   {syscall.ENOSPC, "linux", "the system has no file watches left; files are looked at every 1s instead; raise them: sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512"},
		"no instances": {syscall.EMFILE, "linux", "the system has no file watches left; files are looked at every 1s instead; raise them: sysctl"},
		"no files":     {syscall.EMFILE, "darwin", "the system has no file watches left; files are looked at every 1s instead; raise them: ulimit -n 65536"},
		"no inotify":   {syscall.ENOSYS, "linux", "the system cannot watch files: function not implemented; files are looked at every 1s instead; --poll does so without this line"},
	} {
		if got := explained(c.err, c.system); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A large file, a model for one, is compared without being read.
func TestLargeFile(t *testing.T) {
	p := newProject(t, Options{}, "specs/a.yaml", "model.gguf")
	p.check(os.Truncate(p.path("model.gguf"), maxRead+1))
	p.watches("specs/a.yaml", "model.gguf")
	p.check(os.Truncate(p.path("model.gguf"), maxRead+2))
	if got := p.change(); got != "model.gguf" {
		t.Errorf("%q", got)
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".vlmspec", "watch.lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("1234567\n"), 0o644); err != nil { // of a watch that was killed
		t.Fatal(err)
	}
	unlock, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("another vlmspec watch runs in this project (process %d); end it first", os.Getpid())
	if _, err := Lock(path); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	unlock()
	unlock, err = Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	if _, err := Lock(filepath.Join(path, "below", "a.lock")); err == nil {
		t.Error("a file that cannot be made is no error")
	}
}

func TestCancelled(t *testing.T) {
	p := newProject(t, Options{}, "specs/a.yaml")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if changed, err := p.w.Wait(ctx); err == nil {
		t.Errorf("%v", changed)
	}
}

// A file that was away for a moment is reported, but not as changed.
func TestAwayForAMoment(t *testing.T) {
	p := newProject(t, Options{}, "specs/a.yaml", "images/a.png")
	p.watches("specs/a.yaml", "images/a.png")
	p.watches("specs/a.yaml", "images/a.png") // it is not fresh
	read(p.w)
	for name, move := range map[string]string{"a file": "images/a.png", "a folder": "images"} {
		p.rename(move, "away")
		p.rename("away", move)
		c, err := p.w.Wait(t.Context())
		if want := []string{p.path("images/a.png")}; err != nil || len(c.Files) > 0 || !slices.Equal(c.Same, want) {
			t.Errorf("%s: %v %v", name, c, err)
		}
	}
}

// What matters may be set anew while somebody waits, as after a run, and what is
// saved meanwhile is not lost.
func TestSetWhileWaiting(t *testing.T) {
	for name, o := range map[string]Options{"notified": {}, "polling": {Poll: time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, o, "specs/a.yaml", "images/a.png")
			p.watches("specs/a.yaml", "images/a.png")
			for i := range 20 {
				changed := make(chan string, 1)
				go func() { changed <- p.change() }()
				p.put("images/a.png", p.fresh())
				for range i {
					p.watches("specs/a.yaml", "images/a.png")
				}
				if got := <-changed; got != "images/a.png" {
					t.Fatalf("after %d times: %q", i, got)
				}
			}
		})
	}
}
