package report

import (
	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
)

func mark(o result.Outcome) string {
	switch {
	case o == result.Skipped, o == result.Quarantined:
		return "-"
	case o.Passing():
		return "✓"
	case o == result.Error || o == result.Stale || o == result.Unchecked:
		return "!"
	}
	return "✗"
}

func (c *Console) sgr(code, s string) string {
	if !c.o.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (c *Console) bold(s string) string  { return c.sgr("1", s) }
func (c *Console) dim(s string) string   { return c.sgr("2", s) }
func (c *Console) green(s string) string { return c.sgr("32", s) }
func (c *Console) red(s string) string   { return c.sgr("31", s) }

// style colours what belongs to an outcome.
func (c *Console) style(o result.Outcome, s string) string {
	s = visible.Line(s) // an outcome of a run that is not ours
	switch o {
	case result.Passed, result.XFailed:
		return c.green(s)
	case result.Skipped:
		return c.dim(s)
	case result.Error, result.Stale, result.Unchecked, result.Unstable, result.Inconclusive, result.Quarantined:
		return c.sgr("33", s)
	}
	return c.red(s)
}
