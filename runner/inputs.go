package runner

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/quarantine"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Inputs are the files that a case depends on, each once: a change to one may
// change its verdict. They need not exist. It is for one goroutine.
func (s *Session) Inputs(i int) []spec.Source { return s.inputs(&s.cases[i]) }

func (s *Session) inputs(p *planned) []spec.Source {
	all := append([]spec.Source{{Path: s.Project.File, As: "project"}}, p.Sources...)
	for t, turn := range p.Turns {
		for _, part := range turn.Parts {
			if part.Image != nil {
				all = append(all, spec.Source{Path: part.Image.Path, As: "image"})
			}
		}
		for _, c := range p.checks[t] {
			for _, f := range check.Files(c.Check) {
				all = append(all, spec.Source{Path: f, As: "check"})
			}
			if c.golden {
				all = append(all, spec.Source{Path: filepath.Join(s.Project.Golden, spec.Slug(p.Suite)+".yaml"), As: "golden"})
			}
		}
	}
	for _, name := range p.backends() {
		for _, f := range s.BackendFiles(name) {
			all = append(all, spec.Source{Path: f, As: "backend"})
		}
	}
	if s.quarantine.Of(p.ID) != nil {
		all = append(all, spec.Source{Path: filepath.Join(s.Project.Dir, quarantine.FileName), As: "quarantine"})
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(in spec.Source) bool {
		again := seen[in.Path]
		seen[in.Path] = true
		return again
	})
}

// Backends are those that a case asks, each once: its own, and its judges.
func (s *Session) Backends(i int) []string { return s.cases[i].backends() }

func (p *planned) backends() []string {
	names := []string{p.Backend}
	for _, checks := range p.checks {
		for _, c := range checks {
			if judge := check.Judge(c.Check); judge != "" && !slices.Contains(names, judge) {
				names = append(names, judge)
			}
		}
	}
	return names
}

// BackendFiles lists the files that the config of a backend names, and those in
// folders that it names. It is for one goroutine.
func (s *Session) BackendFiles(backend string) []string {
	files, ok := s.backendFiles[backend]
	if !ok {
		b := s.Project.Backends[backend]
		files, _ = filesOf(b)
		for _, word := range texts(b.Config) {
			files = append(files, filesBehind(b.Dir, word)...)
		}
		s.backendFiles[backend] = files
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
func (s *Session) touched(p *planned, changed map[string]bool) bool {
	return slices.ContainsFunc(s.inputs(p), func(in spec.Source) bool { return changed[in.Path] })
}
