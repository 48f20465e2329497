package watch

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/watch/files"
)

// state is what a watch knows of the specs, and what it has to run.
type state struct {
	project *spec.Project
	plan    *plan.Plan       // the last that had no mistake; nil before
	cases   map[string]int   // by ID
	graph   map[string][]int // by file: the cases that depend on it
	specs   map[string]bool  // files that cases are made of; others are looked at by runs alone
	unread  map[string]bool  // changed since the session was opened
	invalid map[string]bool  // files with mistakes; nil when there is none

	verdicts map[string]result.Outcome // by ID
	judged   map[string]time.Time      // when they were reported
	todo     map[string]bool           // IDs
	deferred map[string]bool           // IDs that are to run once all is fixed
	why      why
	stale    map[string]bool // backends whose files have changed
	filter   filter
}

func newState(p *spec.Project) state {
	return state{
		project: p, verdicts: map[string]result.Outcome{}, judged: map[string]time.Time{}, todo: map[string]bool{},
		deferred: map[string]bool{}, unread: map[string]bool{}, stale: map[string]bool{},
	}
}

// why is the reason of a run: files that have changed, or else a text, or both.
type why struct {
	text  string
	files []string
	fresh bool // somebody wants the cases asked again, whatever is cached
}

func (a why) and(b why) why {
	if a.text == "" {
		a.text = b.text
	}
	files := append(slices.Clone(a.files), b.files...)
	slices.Sort(files)
	a.files, a.fresh = slices.Compact(files), a.fresh || b.fresh
	return a
}

func (p *state) words(y why) string {
	switch {
	case len(y.files) == 0:
		return y.text
	case y.text == "":
		return p.names(y.files) + " changed"
	}
	return y.text + ", " + p.names(y.files) + " changed"
}

// names lists a few files as people see them.
func (p *state) names(files []string) string {
	var names []string
	for _, f := range files {
		if rel, err := filepath.Rel(p.project.Dir, f); err == nil && filepath.IsLocal(rel) {
			f = rel
		}
		names = append(names, f)
	}
	if len(names) > 3 {
		names = append(names[:3], fmt.Sprintf("and %d more", len(names)-3))
	}
	return strings.Join(names, ", ")
}

// filter narrows what runs, until `a`.
type filter struct{ file, name string }

func (f filter) passes(c *plan.Case) bool {
	name := strings.ToLower(f.name)
	return strings.Contains(strings.ToLower(c.Pos.File), strings.ToLower(f.file)) &&
		(strings.Contains(strings.ToLower(c.ID), name) || strings.Contains(strings.ToLower(c.Name), name))
}

// change takes in that files have changed; none is the start.
func (w *Watch) change(changed []string) {
	hit := w.dependents(toSet(changed))
	if w.plan == nil || slices.ContainsFunc(changed, func(f string) bool { return w.specs[f] || w.graph[f] == nil }) {
		hit = w.reread(changed, hit)
	}
	if w.plan == nil {
		return
	}
	w.deferThose(hit)
	for name := range w.project.Backends {
		if slices.ContainsFunc(w.plan.BackendFiles(name), func(f string) bool { return slices.Contains(changed, f) }) {
			w.stale[name] = true
		}
	}
	because := why{files: changed}
	if changed == nil {
		because.text = "start"
	}
	if w.enqueue(hit, because) == 0 && w.invalid == nil && w.child == nil {
		w.say("no case depends on %s", w.names(changed))
		w.show()
	}
}

// flicker has cases run again that were run while files they depend on were away
// or half written, though nothing has changed in the end.
func (w *Watch) flicker(c files.Change) {
	ids := w.dependents(toSet(c.Same))
	maps.DeleteFunc(ids, func(id string, _ bool) bool {
		running := w.child != nil && w.child.left[id]
		return !running && w.judged[id].Before(c.Since)
	})
	if w.invalid == nil {
		maps.Copy(ids, w.deferred)
		w.deferred = map[string]bool{}
	}
	w.deferThose(ids)
	w.enqueue(ids, why{files: c.Same})
}

// dependents are the cases that depend on files, by what was read last.
func (p *state) dependents(files map[string]bool) map[string]bool {
	hit := map[string]bool{}
	for f := range files {
		if p.plan == nil || f == p.project.File {
			continue // see reread
		}
		for _, i := range p.graph[f] {
			hit[p.plan.Case(i).ID] = true
		}
	}
	return hit
}

// reread reads the specs again. It returns what of hit is to run now, and what
// else has changed; a mistake leaves everything as it was.
func (w *Watch) reread(changed []string, hit map[string]bool) map[string]bool {
	opened := time.Now()
	s, err := plan.Open(w.options.Plan)
	if s != nil && w.options.Planned != nil {
		w.options.Planned(s)
	}
	if err != nil {
		w.mistaken(s, err, changed, opened)
		return w.dependents(w.looked(changed))
	}
	before := w.state
	w.adopt(s)
	w.follow(w.want(opened))
	for _, f := range changed {
		w.unread[f] = true
	}
	maps.Copy(hit, w.dependents(w.unread))
	maps.Copy(hit, w.deferred)
	for i := range s.Len() {
		c := s.Case(i)
		if _, known := before.cases[c.ID]; !known || w.unread[w.project.File] && w.configured(i, before.project) {
			hit[c.ID] = true
		}
	}
	if w.invalid != nil {
		w.say("fixed")
	}
	w.unread, w.deferred, w.invalid = map[string]bool{}, map[string]bool{}, nil
	return hit
}

// mistaken shows mistakes, and waits for somebody to fix them.
func (w *Watch) mistaken(s *plan.Plan, err error, changed []string, opened time.Time) {
	w.screen.Problem(err)
	w.say("fix it, and save; the last good state stays")
	for _, f := range changed {
		if w.specs[f] || w.graph[f] == nil {
			w.unread[f] = true
		}
	}
	w.invalid = map[string]bool{}
	for _, m := range spec.Mistakes(err) {
		w.invalid[w.abs(m.Pos.File)] = true
	}
	want := w.want(opened)
	if s != nil {
		want.Files = append(want.Files, s.Files...)
	}
	w.follow(want)
	w.show()
}

// deferThose leaves the cases of files with mistakes for later.
func (p *state) deferThose(ids map[string]bool) {
	for f := range p.invalid {
		for _, i := range p.graph[f] {
			if id := p.plan.Case(i).ID; ids[id] {
				delete(ids, id)
				p.deferred[id] = true
			}
		}
	}
}

// looked picks the files that runs alone look at.
func (p *state) looked(files []string) map[string]bool {
	return toSet(slices.DeleteFunc(slices.Clone(files), func(f string) bool { return p.specs[f] }))
}

// configured reports whether a case is asked of backends that were configured
// otherwise before, or whether anything else in vlmspec.yaml has changed.
func (p *state) configured(i int, before *spec.Project) bool {
	if p.project.Golden != before.Golden || p.project.DefaultBackend != before.DefaultBackend || !reflect.DeepEqual(p.project.Specs, before.Specs) {
		return true
	}
	return slices.ContainsFunc(p.plan.Backends(i), func(name string) bool {
		now, then := p.project.Backends[name], before.Backends[name]
		return !sameBackend(now, then) || now.Reasoning != then.Reasoning
	})
}

// adopt makes a session the one to go by.
func (p *state) adopt(s *plan.Plan) {
	p.plan, p.project = s, s.Project
	p.cases, p.graph, p.specs = make(map[string]int, s.Len()), map[string][]int{}, toSet(append(s.Files, s.Project.File))
	for i := range s.Len() {
		p.cases[s.Case(i).ID] = i
		for _, in := range s.Inputs(i) {
			p.graph[in.Path] = append(p.graph[in.Path], i)
			if in.As != "image" && in.As != "backend" {
				p.specs[in.Path] = true
			}
		}
	}
	gone := func(id string) bool { _, ok := p.cases[id]; return !ok }
	maps.DeleteFunc(p.verdicts, func(id string, _ result.Outcome) bool { return gone(id) })
	maps.DeleteFunc(p.judged, func(id string, _ time.Time) bool { return gone(id) })
	maps.DeleteFunc(p.todo, func(id string, _ bool) bool { return gone(id) })
}

// want is what the watcher is to watch.
func (p *state) want(read time.Time) files.Want {
	paths := []string{p.project.File}
	paths = slices.AppendSeq(paths, maps.Keys(p.specs))
	paths = slices.AppendSeq(paths, maps.Keys(p.graph))
	var folders []string
	for _, pattern := range p.project.Specs {
		base, _ := doublestar.SplitPattern(pattern)
		folders = append(folders, filepath.Join(p.project.Dir, filepath.FromSlash(base)))
	}
	return files.Want{Files: paths, Folders: folders, Root: p.project.Dir, Read: read}
}

// follow has the watcher watch. Nobody waits for it now, so it can be asked.
func (w *Watch) follow(want files.Want) {
	w.files.Set(want)
	w.watched = w.files.Files()
}

// enqueue has cases run, and ends a run that is at one of them. It returns how
// many there are.
func (w *Watch) enqueue(ids map[string]bool, because why) int {
	if w.child != nil && slices.ContainsFunc(slices.Collect(maps.Keys(ids)), func(id string) bool { return w.child.left[id] }) {
		w.stop()
	}
	n := 0
	for id := range ids {
		if _, ok := w.cases[id]; ok {
			w.todo[id] = true
			n++
		}
	}
	if n > 0 {
		w.why = w.why.and(because)
	}
	return n
}

// take empties the list of what is to run: failing ones first.
func (p *state) take() (ids []string, first int, because why) {
	var others []string
	for i := range p.plan.Len() {
		c := p.plan.Case(i)
		if !p.todo[c.ID] || !p.filter.passes(c) {
			continue
		}
		if outcome, known := p.verdicts[c.ID]; known && !outcome.Passing() {
			ids = append(ids, c.ID)
		} else {
			others = append(others, c.ID)
		}
	}
	first, because = len(ids), p.why
	p.todo, p.why = map[string]bool{}, why{}
	return append(ids, others...), first, because
}

// abs is the path of a file as it is shown to people.
func (p *state) abs(shown string) string {
	if path := filepath.FromSlash(shown); filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.project.Dir, filepath.FromSlash(shown))
}

// specsOf lists the spec files of cases.
func (p *state) specsOf(ids []string) []string {
	files := map[string]bool{}
	for _, id := range ids {
		files[p.abs(p.plan.Case(p.cases[id]).Pos.File)] = true
	}
	return slices.Sorted(maps.Keys(files))
}

// backendsOf lists the backends that cases ask.
func (p *state) backendsOf(ids []string) []string {
	names := map[string]bool{}
	for _, id := range ids {
		for _, name := range p.plan.Backends(p.cases[id]) {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func toSet(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, s := range list {
		set[s] = true
	}
	return set
}
