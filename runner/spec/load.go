package spec

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/vlmspec/vlmspec/runner/secret"
)

// Specs is what spec files hold.
type Specs struct {
	// Cases in the order written: files by name, then as in the file, then
	// rows, then backends.
	Cases []Case
	// Files are all files that were read (specs, includes, rows, prompts),
	// absolute and sorted: a change to any may change the cases.
	Files []string
	// Metrics of the suites that have some.
	Metrics []SuiteMetrics
	// Parities of the suites that ask for one.
	Parities []SuiteParity
	// Secrets are all that ${env:...} gave, here and in vlmspec.yaml, to be taken out
	// of messages.
	Secrets *secret.Set
}

// SuiteMetrics are the `metrics` and `expect_metric` of a suite, compiled by package gate.
type SuiteMetrics struct {
	Suite    string
	File     string // as in Case.Pos
	Nodes    []Node
	Expected []Node // those of included files first
}

// Load reads spec files and makes their cases. files are absolute or relative
// to the current folder; a folder stands for the YAML files in it, and none at
// all for those the project names. No model is loaded and no image is opened.
//
// The error holds every mistake of every file, as *[Error] or [Errors]; the
// cases that are right are returned nevertheless.
func Load(project *Project, files []string) (*Specs, error) {
	var cases []Case
	specs, err := LoadEach(project, files, func(some []*Case) {
		for _, c := range some {
			cases = append(cases, *c)
		}
	})
	specs.Cases = cases
	return specs, err
}

// LoadEach is [Load] for many cases: it hands them to visit, file by file, and
// keeps neither them nor the YAML that they were made from. Specs has no cases.
func LoadEach(project *Project, files []string, visit func([]*Case)) (*Specs, error) {
	l := &loader{project: project, env: &environment{get: project.Env}, read: map[string]bool{}, ids: map[string]*Case{}, texts: map[string]Node{}}
	paths, err := l.find(files)
	l.problems.add(err)
	l.open(paths, func(d document) {
		l.suite(d)
		visit(l.cases)
		l.cases = nil
	})
	l.env.sealed = true
	s := &Specs{Files: slices.Sorted(maps.Keys(l.read)), Metrics: l.metrics, Parities: l.parities, Secrets: project.Secrets(l.env.seen...)}
	return s, Hide(l.problems.err(), s.Secrets)
}

type loader struct {
	project  *Project
	env      *environment
	problems problems
	read     map[string]bool // absolute paths
	texts    map[string]Node // prompt files
	ids      map[string]*Case
	cases    []*Case
	metrics  []SuiteMetrics
	expected []Node // of the suite whose includes are being read
	parities []SuiteParity
	sources  []Source // read since the suite, or the item of `cases`, was begun
}

func (l *loader) note(abs, as string) {
	l.read[abs] = true
	l.sources = append(l.sources, Source{abs, as})
}

// find returns the spec files, absolute, sorted and each once.
func (l *loader) find(files []string) ([]string, error) {
	var problems problems
	var paths []string
	if len(files) == 0 {
		found, err := l.findAll()
		problems.add(err)
		paths = found
	}
	for _, f := range files {
		found, err := findOne(f)
		problems.add(err)
		paths = append(paths, found...)
	}
	slices.Sort(paths)
	return slices.Compact(paths), problems.err()
}

func (l *loader) findAll() ([]string, error) {
	var paths []string
	for _, pattern := range l.project.Specs {
		names, err := doublestar.Glob(os.DirFS(l.project.Dir), pattern, doublestar.WithFilesOnly())
		if err != nil {
			return nil, fmt.Errorf("find specs %q: %w", pattern, err)
		}
		for _, name := range names {
			paths = append(paths, filepath.Join(l.project.Dir, filepath.FromSlash(name)))
		}
	}
	if len(paths) == 0 {
		return nil, &Error{
			Pos:  Pos{File: shownName(l.project.Dir, l.project.File)},
			What: "no spec file matches " + strings.Join(l.project.Specs, ", "), Hint: "set specs, or make an example with: vlmspec init",
		}
	}
	return paths, nil
}

func findOne(file string) ([]string, error) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(abs)
	if err != nil {
		return nil, &Error{Pos: Pos{File: filepath.ToSlash(file)}, What: "cannot be read: " + cause(err), Hint: nearFile(file, err)}
	}
	if !info.IsDir() {
		return []string{abs}, nil
	}
	var paths []string
	err = filepath.WalkDir(abs, func(path string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err == nil && !d.IsDir() && (ext == ".yaml" || ext == ".yml") {
			paths = append(paths, path)
		}
		return err
	})
	if err == nil && len(paths) == 0 {
		return nil, &Error{Pos: Pos{File: filepath.ToSlash(file)}, What: "there is no .yaml file in this folder"}
	}
	return paths, err
}

// document is a spec file that was parsed.
type document struct {
	abs  string
	root Node
}

// open parses files and hands them to visit, those that may be no specs last: a
// file of defaults that another one includes is none of its own, even where the
// project's patterns match it.
func (l *loader) open(paths []string, visit func(document)) {
	var others []document
	included := map[string]bool{}
	for _, abs := range paths {
		l.note(abs, "spec")
		root, err := readYAML(sourceAt(l.project.Dir, abs), abs)
		if err != nil {
			l.problems.add(err)
			continue
		}
		for _, n := range includes(root) {
			path, _ := n.Path()
			included[path] = true
		}
		if d := (document{abs, root}); root.Get("suite").IsZero() && root.Get("cases").IsZero() {
			others = append(others, d)
		} else {
			visit(d)
		}
	}
	for _, d := range others {
		if !included[d.abs] {
			visit(d)
		}
	}
}
