package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// resolver finds where paths lead to, each once.
type resolver map[string]resolved

// resolved is where a path leads to, by way of which symbolic links. Neither has
// a link in the folders it is in.
type resolved struct {
	place string
	links []string
}

const maxLinks = 40

func (r resolver) resolve(path string, hops int) resolved {
	if known, ok := r[path]; ok {
		return known
	}
	up := filepath.Dir(path)
	if up == path || hops > maxLinks {
		return resolved{place: path}
	}
	out := r.resolve(up, hops)
	at := out.place
	out.place = filepath.Join(at, filepath.Base(path))
	if target, err := os.Readlink(out.place); err == nil {
		if !filepath.IsAbs(target) {
			target = filepath.Join(at, target)
		}
		beyond := r.resolve(target, hops+1)
		links := append(append([]string{}, out.links...), out.place)
		out = resolved{beyond.place, append(links, beyond.links...)}
	}
	r[path] = out
	return out
}

// look finds out anew where the files are, and watches the folders of these places.
func (w *Watcher) look() {
	r := resolver{}
	folders := map[string]bool{}
	w.places, w.tree = make(map[string][]string, len(w.files)), map[string]bool{}
	for f := range w.files {
		to := r.resolve(f, 0)
		for _, p := range append(to.links, to.place) {
			w.places[p] = append(w.places[p], f)
			folders[filepath.Dir(p)] = true
		}
	}
	for _, d := range w.want.Folders {
		w.branch(r, d, folders)
	}
	if w.fs != nil {
		w.follow(r.resolve(w.want.Root, 0).place, folders)
	}
}

// branch walks a folder, and those that links in it lead to.
func (w *Watcher) branch(r resolver, folder string, folders map[string]bool) {
	to := r.resolve(folder, 0)
	for _, link := range to.links {
		folders[filepath.Dir(link)] = true // it may come to lead elsewhere
	}
	folders[to.place] = true
	entries, err := os.ReadDir(to.place)
	if err != nil || w.tree[to.place] {
		return // not there yet, not ours to read, or known
	}
	w.tree[to.place] = true
	for _, e := range entries {
		path := filepath.Join(to.place, e.Name())
		if e.Type().IsRegular() || e.Name() == ".git" || e.Name() == ".vlmspec" {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			w.branch(r, path, folders)
		}
	}
}

// strangers lists the YAML files in the folders of specs that are not watched.
func (w *Watcher) strangers() []string {
	var out []string
	for d := range w.tree {
		entries, _ := os.ReadDir(d)
		for _, e := range entries {
			if path := filepath.Join(d, e.Name()); !e.IsDir() && isYAML(path) && len(w.places[path]) == 0 {
				out = append(out, path)
			}
		}
	}
	return out
}

// follow has the system watch these folders and no others. Those above them are
// watched as well, up to the root, since they can be renamed.
func (w *Watcher) follow(root string, folders map[string]bool) {
	wanted := map[string]bool{}
	for d := range folders {
		for !isFolder(d) && d != filepath.Dir(d) {
			d = filepath.Dir(d)
		}
		for wanted[d] = true; d != root && within(root, d); wanted[d] = true {
			d = filepath.Dir(d)
		}
	}
	for d := range w.folders {
		if !wanted[d] {
			_ = w.fs.Remove(d) // it may be gone
			delete(w.folders, d)
		}
	}
	for d := range wanted {
		err := w.fs.Add(d) // known ones too: another folder may lie there now
		if exhausted(err) {
			_ = w.fs.Close()
			w.fs, w.folders = nil, map[string]bool{}
			w.poll(err)
			return
		}
		if err == nil {
			w.folders[d] = true
		}
	}
}

func isFolder(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

func within(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel)
}

// exhausted reports whether the system has no watches left.
func exhausted(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// pollInstead is how often files are looked at when the system cannot tell.
const pollInstead = time.Second

// poll looks at the files instead, and says why and what would help.
func (w *Watcher) poll(err error) {
	w.options.Poll = pollInstead
	w.report(explained(err, runtime.GOOS))
}

func (w *Watcher) report(text string) {
	if w.options.Note != nil {
		w.options.Note(text)
	}
}

func explained(err error, system string) string {
	help := "raise them: ulimit -n 65536"
	if system == "linux" {
		help = "raise them: sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512"
	}
	why := "the system has no file watches left"
	if !exhausted(err) {
		why, help = fmt.Sprintf("the system cannot watch files: %s", strings.TrimSpace(err.Error())), "--poll does so without this line"
	}
	return fmt.Sprintf("%s; files are looked at every %s instead; %s", why, pollInstead, help)
}
