package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/runner"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/watch"
)

func (a *app) watchCommand() *cobra.Command {
	var s selection
	c := &cobra.Command{
		Use:   "watch [file | folder]...",
		Short: "Run cases again as their files change",
		Long: `watch runs the cases once, keeps the models loaded, and runs again the cases
that depend on a file when you save it: spec, rows, include, prompt, image, mask,
golden or model. A mistake in a spec is told, and the last good state stays.

While it waits, type and press Enter: a for all cases, f for those that were not
good, r for the last ones again, q to quit.`,
		Example: "  vlmspec watch\n  vlmspec watch specs/colors.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			if s.changed != "" || s.lastFailed {
				return usagef("watch follows changes by itself: leave out --only-changed and --last-failed; f and Enter run what was not good")
			}
			o, err := s.options(a, args)
			if err != nil {
				return err
			}
			project, err := spec.LoadProject(a.dir)
			if err != nil {
				return wrong(err)
			}
			w := &watching{app: a, options: o, project: project, warm: map[string]*warm{}}
			return w.run()
		},
	}
	s.flags(c)
	return c
}

// watching is a watch under way. Backends are kept here, and each run is a
// process of its own that attaches to them: Ginkgo runs once in a process.
type watching struct {
	app     *app
	options runner.Options
	project *spec.Project
	files   *watch.Watcher

	session *runner.Session // the last that had no mistake; nil before
	warm    map[string]*warm
	last    []string // IDs of the last run
}

// warm is a backend that is kept between runs.
type warm struct {
	config  spec.Backend
	backend *host.Backend
}

func (w *watching) run() (err error) {
	if w.files, err = watch.New(); err != nil {
		return err
	}
	defer w.files.Close()
	defer w.cool()
	ctx, _, stop := interruptible(w.app.err)
	defer stop()
	keys := w.readKeys()
	child, err := w.reload(ctx, nil, nil)
	if err != nil {
		return err
	}
	changes := w.await(ctx)
	for {
		select {
		case <-ctx.Done():
			child.stop()
			return exit(exitInterrupted)
		case changed := <-changes:
			if ctx.Err() != nil {
				continue
			}
			unfinished := child.stop()
			if child, err = w.reload(ctx, changed, unfinished); err != nil {
				return err
			}
			changes = w.await(ctx)
		case <-child.done():
			child = nil
			w.say("watching %d files; a all, f failed, r again, q quit (and Enter)", w.files.Files())
		case key := <-keys:
			if key == "q" {
				child.stop()
				return nil
			}
			if ids, reason := w.asked(key); len(ids) > 0 {
				child.stop()
				child = w.start(ctx, ids, reason)
			}
		}
	}
}

// await waits for a change in the background.
func (w *watching) await(ctx context.Context) <-chan []string {
	changes := make(chan []string, 1)
	go func() {
		changed, err := w.files.Wait(ctx)
		if err != nil && ctx.Err() == nil {
			w.app.complain(err)
		}
		changes <- changed
	}()
	return changes
}

func (w *watching) readKeys() <-chan string {
	keys := make(chan string)
	go func() {
		in := bufio.NewScanner(w.app.in)
		for in.Scan() {
			keys <- strings.ToLower(strings.TrimSpace(in.Text()))
		}
	}()
	return keys
}

// asked turns a key into cases.
func (w *watching) asked(key string) (ids []string, reason string) {
	if w.session == nil {
		return nil, ""
	}
	switch key {
	case "a":
		return w.affected(nil), "all cases"
	case "r":
		return w.last, "again"
	case "f":
		o := w.options
		o.Failed = true
		s, err := runner.Open(o)
		if err != nil {
			w.app.complain(err)
			return nil, ""
		}
		for i := range s.Len() {
			ids = append(ids, s.Case(i).ID)
		}
		return ids, "what was not good"
	}
	w.say("type a for all cases, f for those that were not good, r for the last ones again, q to quit")
	return nil, ""
}

// reload reads the specs after files have changed, and runs what depends on
// them, and what a run that was stopped had not finished.
func (w *watching) reload(ctx context.Context, changed, unfinished []string) (*child, error) {
	before := map[string]bool{}
	if w.session != nil {
		for i := range w.session.Len() {
			before[w.session.Case(i).ID] = true
		}
	}
	session, err := runner.Open(w.options)
	if err != nil {
		w.app.complain(err)
		w.say("mend it, and save; the last good state stays")
		return nil, w.watch()
	}
	w.session, w.project = session, session.Project
	if err := w.watch(); err != nil {
		return nil, err
	}
	ids := w.affected(toSet(changed))
	for i := range session.Len() {
		if id := session.Case(i).ID; (!before[id] || slices.Contains(unfinished, id)) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		w.say("no case depends on %s", w.names(changed))
		return nil, nil
	}
	w.restart(changed)
	reason := w.names(changed) + " changed"
	if changed == nil {
		reason = "start"
	}
	return w.start(ctx, ids, reason), nil
}

func toSet(list []string) map[string]bool {
	if list == nil {
		return nil
	}
	set := map[string]bool{}
	for _, s := range list {
		set[s] = true
	}
	return set
}

// affected lists the cases that depend on a file, all of them for nil.
func (w *watching) affected(changed map[string]bool) []string {
	var ids []string
	for i := range w.session.Len() {
		if changed == nil || slices.ContainsFunc(w.session.Inputs(i), func(in spec.Source) bool { return changed[in.Path] }) {
			ids = append(ids, w.session.Case(i).ID)
		}
	}
	return ids
}

// watch tells the watcher which files matter now.
func (w *watching) watch() error {
	files := []string{w.project.File}
	if w.session != nil {
		files = append(files, w.session.Files...)
		for i := range w.session.Len() {
			for _, in := range w.session.Inputs(i) {
				files = append(files, in.Path)
			}
		}
	}
	slices.Sort(files)
	var folders []string
	for _, pattern := range w.project.Specs {
		base, _ := doublestar.SplitPattern(pattern)
		folders = append(folders, filepath.Join(w.project.Dir, filepath.FromSlash(base)))
	}
	return w.files.Set(slices.Compact(files), folders)
}

// restart ends backends whose config or files have changed.
func (w *watching) restart(changed []string) {
	files := toSet(changed)
	for name, b := range w.warm {
		now, used := w.project.Backends[name]
		stale := !used || !reflect.DeepEqual(now.Config, b.config.Config) || now.Plugin != b.config.Plugin
		for i := range w.session.Len() {
			if w.session.Case(i).Backend == name && !stale {
				stale = slices.ContainsFunc(w.session.Inputs(i), func(in spec.Source) bool { return in.As == "backend" && files[in.Path] })
			}
		}
		if stale {
			_ = b.backend.Close()
			delete(w.warm, name)
			w.say("backend %s starts again", name)
		}
	}
}

// attachments starts the backends of the cases that are not running, and says
// how to attach. One that does not start is left to the run, which tells why.
func (w *watching) attachments(ctx context.Context) string {
	attach := host.Attachments{}
	for i := range w.session.Len() {
		name := w.session.Case(i).Backend
		if _, done := attach[name]; done {
			continue
		}
		config := w.project.Backends[name]
		if w.warm[name] == nil {
			b, err := runner.Start(ctx, w.project.Dir, config)
			if err != nil {
				continue
			}
			w.warm[name] = &warm{config, b}
		}
		if _, err := w.warm[name].backend.Describe(ctx); err != nil { // starts it again after a crash
			continue
		}
		if a, err := w.warm[name].backend.Attachment(); err == nil {
			attach[name] = a
		}
	}
	data, err := json.Marshal(attach)
	if err != nil {
		return ""
	}
	return string(data)
}

// cool ends the backends.
func (w *watching) cool() {
	for _, b := range maps.All(w.warm) {
		_ = b.backend.Close()
	}
}

func (w *watching) say(format string, args ...any) {
	fmt.Fprintf(w.app.out, "-- %s\n", fmt.Sprintf(format, args...))
}

// names lists a few files as people see them.
func (w *watching) names(files []string) string {
	var names []string
	for _, f := range files {
		if rel, err := filepath.Rel(w.project.Dir, f); err == nil && filepath.IsLocal(rel) {
			f = rel
		}
		names = append(names, f)
	}
	if len(names) > 3 {
		names = append(names[:3], fmt.Sprintf("and %d more", len(names)-3))
	}
	return strings.Join(names, ", ")
}
