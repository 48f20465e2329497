package runner

import (
	"github.com/vlmspec/vlmspec/runner/result"
)

// blank is the result of a case before any answer.
func (e *Execution) blank(i int) *result.Case {
	p := e.plan.Case(i)
	c := &result.Case{
		ID: p.ID, Suite: p.Suite, Name: p.Name, File: p.Pos.File, Line: p.Pos.Line, Siblings: p.Siblings, Index: p.Index, Backend: p.Backend, OneOfSeveral: e.plan.Several,
		Labels: p.Labels, Require: p.Require.Text, XFail: p.XFail, AllowUnchecked: e.plan.Options.AllowUnchecked, Params: paramsOf(p.Params),
		Quarantine: e.plan.Quarantine(i),
	}
	if vars := p.Vars(); len(vars) > 0 {
		c.Vars = make(map[string]string, len(vars))
		for k, v := range vars {
			c.Vars[k] = varText(v)
		}
	}
	for _, t := range p.Turns {
		for _, part := range t.Parts {
			if part.Image != nil {
				c.Images = append(c.Images, result.Image{Path: part.Image.Name})
			}
		}
	}
	return c
}
