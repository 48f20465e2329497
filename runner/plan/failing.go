package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// lastFailed keeps the cases that are failing by their latest outcome.
func (p *Plan) lastFailed(cases []*Case) ([]*Case, error) {
	failing, never, err := p.failing(cases)
	if none, ok := errors.AsType[runs.NoRunError](err); ok {
		return nil, &SelectionError{none.Error()}
	} else if err != nil {
		return nil, err
	}
	p.Nothing = fmt.Sprintf("none of %d cases was failing when it was last run", len(cases)-never)
	if never > 0 {
		p.Nothing += fmt.Sprintf("; %d more have never run", never)
	}
	return slices.DeleteFunc(cases, func(c *Case) bool { return !failing(c) }), nil
}

// failing looks up, over all runs, which cases are failing by their latest
// outcome, and how many have none.
func (p *Plan) failing(cases []*Case) (failing func(*Case) bool, never int, err error) {
	keys := make([]runs.Case, len(cases))
	for i := range cases {
		keys[i] = runs.Case{ID: cases[i].ID, Backend: cases[i].Backend}
	}
	latest, err := runs.Open(p.Project.State).LatestOutcomes(keys)
	if err != nil {
		return nil, 0, err
	}
	for _, id := range slices.Sorted(maps.Keys(latest.Unread)) {
		p.Warnings = append(p.Warnings, fmt.Sprintf("the outcomes of run %s do not count: %v", id, latest.Unread[id]))
	}
	return func(c *Case) bool {
		o, ok := latest.Outcomes[runs.Case{ID: c.ID, Backend: c.Backend}]
		end := result.Case{Outcome: o, AllowUnchecked: p.Options.AllowUnchecked}
		return ok && !end.Passing()
	}, len(keys) - len(latest.Outcomes), nil
}
