package web

import (
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// mostPast is how many runs a page shows the history of.
const mostPast = 30

// Past is an earlier run, or this one.
type Past struct {
	ID      string            `json:"id"`
	Started time.Time         `json:"started"`
	Models  map[string]string `json:"models,omitempty"` // digests, by backend
}

// letters stand for outcomes in Row.Past; "." is a run without the case.
var letters = map[result.Outcome]byte{
	result.Passed: 'p', result.Failed: 'f', result.Unstable: 'u', result.Stale: 's', result.Error: 'e', result.XFailed: 'x',
	result.XPassed: 'X', result.Quarantined: 'q', result.Skipped: '-', result.Unchecked: 'c',
}

// history fills in how cases ended before, and now.
func (p *page) history(rows []Row) ([]Past, error) {
	var before []runs.Past
	if !p.o.Imported {
		var err error
		if before, err = p.o.Store.Timeline(p.run.Manifest.ID, mostPast-1); err != nil {
			return nil, err
		}
	}
	past := make([]Past, 0, len(before)+1)
	for _, b := range before {
		past = append(past, Past{b.ID, b.Started, b.Models})
	}
	now := Past{p.run.Manifest.ID, p.run.Manifest.Started, map[string]string{}}
	for name, b := range p.run.Manifest.Backends {
		now.Models[name] = b.ModelDigest
	}
	line := make([]byte, len(before)+1)
	for i := range rows {
		c := &p.run.Cases[i]
		for j, b := range before {
			line[j] = letter(b.Outcomes[runs.Case{ID: c.ID, Backend: c.Backend}])
		}
		line[len(before)] = letter(c.Outcome)
		rows[i].Past = string(line)
	}
	return append(past, now), nil
}

func letter(o result.Outcome) byte {
	if l, ok := letters[o]; ok {
		return l
	}
	return '.'
}
