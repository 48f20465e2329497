package plan

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// SelectionError says that the selection on the command line makes no sense.
type SelectionError struct{ What string }

func (e *SelectionError) Error() string { return e.What }

// at is a FILE:LINE of the command line.
type at struct {
	path string // absolute
	line int    // 0 is the whole file
}

// splitPaths separates files from the lines in them.
func splitPaths(paths []string) (files []string, lines []at) {
	for _, p := range paths {
		file, line := cutLine(p)
		if before, of := cutLine(file); of > 0 { // FILE:LINE:COLUMN, as mistakes are printed
			file, line = before, of
		}
		files = append(files, file)
		if abs, err := filepath.Abs(file); err == nil {
			lines = append(lines, at{abs, line})
		}
	}
	return files, lines
}

// cutLine cuts a number off the end of a path; 0 where there is none.
func cutLine(path string) (file string, line int) {
	if i := strings.LastIndexByte(path, ':'); i > 0 {
		if n, err := strconv.Atoi(path[i+1:]); err == nil && n > 0 {
			return path[:i], n
		}
	}
	return path, 0
}

func knownBackend(p *spec.Project, name string) error {
	if _, ok := p.Backends[name]; ok {
		return nil
	}
	names := slices.Sorted(maps.Keys(p.Backends))
	return &SelectionError{fmt.Sprintf("unknown backend %q; %s", name, spec.DidYouMean(name, names))}
}

// selected applies the options to the cases there are.
func (p *Plan) selected(cases []*Case, lines []at) ([]*Case, error) {
	wanted, err := p.atLines(cases, lines)
	if err != nil {
		return nil, err
	}
	keep := func(what string, yes func(*spec.Case) bool) error {
		if len(wanted) == 0 || yes == nil {
			return nil
		}
		left := slices.DeleteFunc(wanted, func(c *Case) bool { return !yes(c.Case) })
		if len(left) == 0 {
			return &SelectionError{fmt.Sprintf("no case is left: none of %d %s", len(wanted), what)}
		}
		wanted = left
		return nil
	}
	o := p.Options
	filters := []struct {
		on   bool
		what string
		yes  func(*spec.Case) bool
	}{
		{o.Backend != "", "runs on backend " + o.Backend, func(c *spec.Case) bool { return c.Backend == o.Backend }},
		{o.IDs != nil, "has one of the IDs", func(c *spec.Case) bool { return o.IDs[c.ID] }},
		{o.Keyword != "", fmt.Sprintf("has %q in its ID or name", o.Keyword), func(c *spec.Case) bool { return mentions(c, o.Keyword) }},
		{o.Label != nil, "has such labels" + labelHint(o.Labels, wanted), func(c *spec.Case) bool { return o.Label(c.Labels) }},
	}
	for _, f := range filters {
		if f.on {
			if err := keep(f.what, f.yes); err != nil {
				return nil, err
			}
		}
	}
	if o.Failed {
		if wanted, err = p.lastFailed(wanted); err != nil {
			return nil, err
		}
	}
	if o.Changed != nil && len(wanted) > 0 {
		p.Nothing = fmt.Sprintf("none of %d cases depends on a file that has changed", len(wanted))
		wanted = slices.DeleteFunc(wanted, func(c *Case) bool { return !p.touched(c, o.Changed) })
	}
	if i := slices.IndexFunc(wanted, func(c *Case) bool { return c.Only }); i >= 0 {
		before, first := len(wanted), wanted[i]
		wanted = slices.DeleteFunc(wanted, func(c *Case) bool { return !c.Only })
		if hidden := before - len(wanted); hidden > 0 {
			p.Warnings = append(p.Warnings, fmt.Sprintf("%s: only hides %d of %d cases", first.Pos, hidden, before))
		}
	}
	p.adjust(wanted)
	return p.shard(p.firstOnes(wanted)), nil
}

// labelHint says which label a filter may have meant.
func labelHint(filter string, cases []*Case) string {
	known := map[string]bool{}
	for _, c := range cases {
		for _, l := range c.Labels {
			known[l] = true
		}
	}
	labels := slices.Sorted(maps.Keys(known))
	for _, word := range strings.FieldsFunc(filter, func(r rune) bool { return strings.ContainsRune("&|!(){}/, ", r) }) {
		if hint := spec.DidYouMean(word, labels); !known[word] && hint != "" {
			return "; " + hint
		}
	}
	return ""
}

// firstOnes brings the cases that run first to the front.
func (p *Plan) firstOnes(cases []*Case) []*Case {
	head := func(c *Case) bool { return p.Options.First[c.ID] }
	if p.Options.FailedFirst {
		failing, _, err := p.failing(cases)
		if err != nil {
			return cases // there is no run yet
		}
		head = failing
	}
	var first, others []*Case
	for _, c := range cases {
		if head(c) {
			first = append(first, c)
		} else {
			others = append(others, c)
		}
	}
	return append(first, others...)
}

func mentions(c *spec.Case, text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(strings.ToLower(c.ID), text) || strings.Contains(strings.ToLower(c.Suite+" › "+c.Name+" @"+c.Backend), text)
}

// adjust overrides what the specs say of sampling.
func (p *Plan) adjust(cases []*Case) {
	for i := range cases {
		c := cases[i].Case
		if p.Options.Repeat > 0 {
			c.Repeat, c.Decided, c.Sequential = p.Options.Repeat, false, 0
		}
		if p.Options.Seed != nil {
			c.Params.Seed = *p.Options.Seed
		}
		if p.Options.Timeout > 0 {
			c.Timeout = p.Options.Timeout
		}
	}
}

// atLines keeps the cases of files that were given without a line, and the
// cases that stand at a line: those that begin last before it.
func (p *Plan) atLines(cases []*Case, lines []at) ([]*Case, error) {
	if !slices.ContainsFunc(lines, func(l at) bool { return l.line > 0 }) {
		return cases, nil
	}
	take := make([]bool, len(cases))
	for _, l := range lines {
		begin := -1
		for i := range cases {
			if pos := cases[i].Pos; p.isFile(pos, l.path) && (l.line == 0 || pos.Line <= l.line) {
				begin = max(begin, pos.Line)
				take[i] = take[i] || l.line == 0
			}
		}
		if last := linesOf(l.path); last > 0 && l.line > last {
			return nil, &SelectionError{fmt.Sprintf("%s:%d: the file has %d lines; `vlmspec list` shows where cases are", p.name(l.path), l.line, last)}
		}
		if begin < 0 {
			return nil, &SelectionError{fmt.Sprintf("%s:%d: there is no case at this line or before it; `vlmspec list` shows where they are", p.name(l.path), l.line)}
		}
		for i := range cases {
			if l.line > 0 && p.isFile(cases[i].Pos, l.path) && cases[i].Pos.Line == begin {
				take[i] = true
			}
		}
	}
	var out []*Case
	for i, yes := range take {
		if yes {
			out = append(out, cases[i])
		}
	}
	return out, nil
}

// linesOf is how many lines a file has; 0 where it cannot be known.
func linesOf(path string) int {
	text, err := regular.Text(path, maxLined)
	if err != nil {
		return 0
	}
	return strings.Count(strings.TrimSuffix(string(text), "\n"), "\n") + 1
}

// maxLined bounds the size of a file whose lines are counted.
const maxLined = 64 << 20

// isFile reports whether a path is a spec's file, or a folder it is in.
func (p *Plan) isFile(pos spec.Pos, path string) bool {
	abs := filepath.FromSlash(pos.File)
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(p.Project.Dir, abs)
	}
	rel, err := filepath.Rel(path, abs)
	return err == nil && filepath.IsLocal(rel)
}

// name is a path as people see it: relative to the project where it can be.
func (p *Plan) name(path string) string {
	if rel, err := filepath.Rel(p.Project.Dir, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}
