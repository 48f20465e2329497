package check

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// Judges are the names of the backends that a check asks, each once.
func Judges(c Check) []string {
	var names []string
	each(c, func(j judge) {
		if j, ok := j.(*judgeCheck); ok && !slices.Contains(names, j.Backend) {
			names = append(names, j.Backend)
		}
	})
	return names
}

// Files lists the files that a check reads, absolute: masks, schemas, scripts.
func Files(c Check) []string {
	var all []string
	each(c, func(j judge) {
		if r, ok := j.(interface{ files() []string }); ok {
			all = append(all, r.files()...)
		}
	})
	return all
}

// Variables are the environment variables that a check gives to programs.
func Variables(c Check) []spec.Variables {
	var all []spec.Variables
	each(c, func(j judge) {
		if j, ok := j.(*commandCheck); ok {
			all = append(all, j.Env)
		}
	})
	return all
}

// Timed reports whether a check reads how long an answer took, so that one from
// the cache will not do.
func Timed(c Check) bool {
	timed := false
	each(c, func(j judge) {
		t, ok := j.(interface{ timed() bool })
		timed = timed || ok && t.timed()
	})
	return timed
}

// each calls f with what judges in a check, and in the checks of a group.
func each(c Check, f func(judge)) {
	w, ok := c.(*wrapped)
	if !ok {
		return
	}
	f(w.judge)
	if g, ok := w.judge.(*groupCheck); ok {
		for _, inner := range g.checks {
			each(inner, f)
		}
	}
}

func (c *pointsInCheck) files() []string {
	if m, ok := c.region.(*maskRegion); ok && m.Path != "" {
		return []string{m.Path}
	}
	return nil
}

func (c *jsonCheck) files() []string {
	if c.Schema.file == "" {
		return nil
	}
	return []string{c.Schema.file}
}

// files of a command are those of its words that name one.
func (c *commandCheck) files() []string {
	var all []string
	for _, word := range c.Run {
		path := word
		if !filepath.IsAbs(path) {
			path = filepath.Join(c.dir, path)
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			all = append(all, path)
		}
	}
	return all
}

// Command is a program that a check starts.
type Command struct {
	Run []string
	Dir string // that it runs in, absolute
	Env map[string]string
}

// Commands are the programs that a check starts.
func Commands(c Check) []Command {
	var all []Command
	each(c, func(j judge) {
		if j, ok := j.(*commandCheck); ok {
			all = append(all, Command{j.Run, j.dir, j.Env.Set})
		}
	})
	return all
}
