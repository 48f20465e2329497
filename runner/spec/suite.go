package spec

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/vlmspec/vlmspec/runner/secret"
)

// DefaultTimeout limits a sample when the spec names no `timeout`.
const DefaultTimeout = 2 * time.Minute

// suite is a spec file while its cases are made.
type suite struct {
	doc     document
	file    specFile
	scope   *scope
	secrets *[]secret.Value  // of suite-level settings: each case gets them
	pending map[string]error // the suite's variables that made sense in no case yet, and why
}

// suite makes the cases of one file.
func (l *loader) suite(doc document) {
	// What cases refer to later is apart from the suite, which has the YAML of the file.
	s := &suite{doc: doc, secrets: new([]secret.Value), pending: map[string]error{}}
	l.sources = []Source{{doc.abs, "spec"}}
	l.expected = nil
	outer := &scope{env: l.env, secrets: s.secrets}
	all, _ := ParseRequire("all")
	base := settings{Repeat: repeat{samples: 1}, Require: all, Timeout: DefaultTimeout}
	base, s.scope = l.included(doc.root, base, outer, []string{doc.abs})
	s.scope = l.declare(doc.root, s.scope)
	s.file.settings = base
	err := doc.root.with(s.scope).Decode(&s.file)
	l.problems.add(s.file.Settle(doc.root))
	if err != nil {
		l.problems.add(err)
		if s.file.Suite == "" {
			return
		}
	}
	l.env.byName(func() {
		root := doc.root.with(s.scope)
		_ = root.Get("suite").Decode(&s.file.Suite)
		if labels := root.Get("labels"); !labels.IsZero() {
			s.file.Labels = nil
			_ = labels.Decode(&s.file.Labels)
		}
	})
	s.file.Labels = joinLabels(base.Labels, s.file.Labels)
	l.checkSuiteName(s)
	l.setParity(s)
	l.checkBackends(s.file.Backends)
	for _, e := range doc.root.Get("vars").Entries() {
		s.pending[e.Key] = nil
	}
	ofSuite := l.sources
	for _, n := range s.file.Cases {
		first := len(l.cases)
		l.sources = slices.Clone(ofSuite)
		l.expand(s, n)
		sources := slices.CompactFunc(l.sources, func(a, b Source) bool { return a == b })
		for i := range l.cases[first:] {
			l.cases[first+i].Sources = sources
		}
	}
	for _, err := range s.pending {
		l.problems.add(err)
	}
	if expected := slices.Concat(l.expected, s.file.ExpectMetric); len(s.file.Metrics)+len(expected) > 0 {
		l.metrics = append(l.metrics, SuiteMetrics{Suite: s.file.Suite, File: shownName(l.project.Dir, s.doc.abs), Nodes: s.file.Metrics, Expected: expected})
	}
}

func (l *loader) checkSuiteName(s *suite) {
	if n := s.doc.root.Get("suite"); s.file.Suite != "" && Slug(s.file.Suite) == "" {
		l.problems.add(n.Errorf("", "the name of the suite has no letter or digit"))
	}
}

// included lays the settings of included files over base, first to last.
func (l *loader) included(root Node, base settings, sc *scope, stack []string) (settings, *scope) {
	for _, n := range includes(root) {
		abs, name := n.Path()
		if slices.Contains(stack, abs) {
			l.problems.add(n.Errorf("", "%s includes itself", name))
			continue
		}
		l.note(abs, "include")
		file, err := readYAML(sourceAt(l.project.Dir, abs), abs)
		if err != nil {
			l.problems.add(atInclude(n, name, err))
			continue
		}
		base, sc = l.included(file, base, sc, append(slices.Clone(stack), abs))
		sc = l.declare(file, sc)
		layer := defaultsFile{settings: base}
		l.problems.add(file.with(sc).Decode(&layer))
		l.problems.add(layer.Settle(file))
		l.env.byName(func() {
			if labels := file.with(sc).Get("labels"); !labels.IsZero() {
				layer.Labels = nil
				_ = labels.Decode(&layer.Labels)
			}
		})
		layer.Labels = joinLabels(base.Labels, layer.Labels)
		l.expected = append(l.expected, layer.ExpectMetric...)
		base = layer.settings
	}
	return base, sc
}

// atInclude puts a file that cannot be read where it was asked for.
func atInclude(n Node, name string, err error) error {
	if list := Mistakes(err); len(list) == 1 && list[0].Pos.Line == 0 {
		return n.Errorf("", "%s %s", name, list[0].What)
	}
	return err
}

// declare opens a scope with the `vars` of a file or a case.
func (l *loader) declare(n Node, outer *scope) *scope {
	entries := n.Get("vars").Entries()
	if len(entries) == 0 {
		return outer
	}
	return &scope{parent: outer, vars: entries, secrets: outer.secrets}
}

func (n Node) with(sc *scope) Node {
	n.scope = sc
	return n
}

func joinLabels(outer, inner []label) []label {
	all := slices.Clone(outer)
	for _, l := range inner {
		if !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}

func (l *loader) checkBackends(names []at[string]) {
	for i, b := range names {
		if !b.Node.IsZero() {
			l.problems.add(l.checkBackend(b, names[:i]))
		}
	}
}

func (l *loader) checkBackend(b at[string], before []at[string]) error {
	for _, other := range before {
		if other.Value == b.Value {
			return b.Node.Errorf("", "backend %q is named twice", b.Value)
		}
	}
	if _, ok := l.project.Backends[b.Value]; ok {
		return nil
	}
	var known []string
	for name := range l.project.Backends {
		known = append(known, name)
	}
	return b.Node.Errorf(DidYouMean(b.Value, known), "unknown backend %q", b.Value)
}

// Slug makes a name safe for IDs, file names and URLs: letters and digits in
// lower case, everything between them one hyphen.
func Slug(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(name) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte('-')
			gap = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
