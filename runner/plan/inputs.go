package plan

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/backend"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/quarantine"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Inputs are the files that a case depends on, each once: a change to one may
// change its verdict. They need not exist. It is for one goroutine.
func (p *Plan) Inputs(i int) []spec.Source { return p.inputs(p.cases[i]) }

func (p *Plan) inputs(c *Case) []spec.Source {
	all := append([]spec.Source{{Path: p.Project.File, As: "project"}}, c.Sources...)
	for t, turn := range c.Turns {
		for _, part := range turn.Parts {
			if part.Image != nil {
				all = append(all, spec.Source{Path: part.Image.Path, As: "image"})
			}
		}
		for _, k := range c.Checks[t] {
			for _, f := range check.Files(k.Check) {
				all = append(all, spec.Source{Path: f, As: "check"})
			}
			if k.Golden {
				all = append(all, spec.Source{Path: filepath.Join(p.Project.Golden, spec.Slug(c.Suite)+".yaml"), As: "golden"})
			}
		}
	}
	for _, name := range c.backends() {
		for _, f := range p.BackendFiles(name) {
			all = append(all, spec.Source{Path: f, As: "backend"})
		}
	}
	if p.quarantine.Of(c.ID) != nil {
		all = append(all, spec.Source{Path: filepath.Join(p.Project.Dir, quarantine.FileName), As: "quarantine"})
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(in spec.Source) bool {
		again := seen[in.Path]
		seen[in.Path] = true
		return again
	})
}

// Backends are those that a case asks, each once: its own, and its judges.
func (p *Plan) Backends(i int) []string { return p.cases[i].backends() }

func (c *Case) backends() []string {
	names := []string{c.Backend}
	for _, checks := range c.Checks {
		for _, k := range checks {
			for _, judge := range check.Judges(k.Check) {
				if !slices.Contains(names, judge) {
					names = append(names, judge)
				}
			}
		}
	}
	return names
}

// BackendFiles lists the files that the config of a backend names, and those in
// folders that it names. It is for one goroutine.
func (p *Plan) BackendFiles(name string) []string {
	files, ok := p.backendFiles[name]
	if !ok {
		b := p.Project.Backends[name]
		files, _ = backend.Files(b)
		for _, word := range backend.Texts(b.Config) {
			files = append(files, filesBehind(b.Dir, word)...)
		}
		p.backendFiles[name] = files
	}
	return files
}

// filesBehind lists the files in the folder that a word of a config names, or
// the one that it seems to name and that may still come.
func filesBehind(dir, word string) []string {
	if word == "" || strings.Contains(word, ":") {
		return nil
	}
	path := filepath.FromSlash(word)
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil && fileName.MatchString(word):
		return []string{path}
	case err != nil || !info.IsDir() || within(path, dir):
		return nil
	}
	entries, _ := os.ReadDir(path)
	var files []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	return files
}

var fileName = regexp.MustCompile(`^[^\s*?]+\.[A-Za-z][A-Za-z0-9]{1,11}$`)

// within reports whether a path is a folder or lies below it.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}

// touched reports whether a case depends on one of the files, by absolute path.
func (p *Plan) touched(c *Case, changed map[string]bool) bool {
	return slices.ContainsFunc(p.inputs(c), func(in spec.Source) bool { return changed[in.Path] })
}
