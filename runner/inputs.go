package runner

import (
	"path/filepath"
	"slices"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/quarantine"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Inputs are the files that a case depends on, each once: a change to one may
// change its verdict.
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
	files, _ := filesOf(s.Project.Backends[p.Backend])
	for _, f := range files {
		all = append(all, spec.Source{Path: f, As: "backend"})
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

// touched reports whether a case depends on one of the files, by absolute path.
func (s *Session) touched(p *planned, changed map[string]bool) bool {
	return slices.ContainsFunc(s.inputs(p), func(in spec.Source) bool { return changed[in.Path] })
}
