package runs

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Past is a run of the past in short.
type Past struct {
	ID       string
	Started  time.Time
	Models   map[string]string // digests of the models, by backend
	Outcomes map[Case]result.Outcome
}

// Timeline is the runs of `vlmspec run` before another one, at most most of them,
// the oldest first. A run that cannot be read is left out.
func (s Store) Timeline(before string, most int) ([]Past, error) {
	ids, err := s.IDs()
	if err != nil {
		return nil, err
	}
	var all []Past
	for _, id := range slices.Backward(ids) {
		if len(all) == most {
			break
		}
		if id >= before || s.imported(id) {
			continue
		}
		if p, ok := s.past(id); ok {
			all = append(all, p)
		}
	}
	slices.Reverse(all)
	return all, nil
}

func (s Store) past(id string) (Past, bool) {
	madeBy, outcomes, err := s.outcomes(id)
	var m result.Manifest
	if err != nil || madeBy != result.MadeByRun || readJSON(filepath.Join(s.Folder(id), manifestFile), &m) != nil {
		return Past{}, false
	}
	p := Past{id, m.Started, map[string]string{}, make(map[Case]result.Outcome, len(outcomes))}
	for name, b := range m.Backends {
		p.Models[name] = b.ModelDigest
	}
	for _, o := range outcomes {
		p.Outcomes[o.Case] = o.Outcome
	}
	return p, true
}

// Imported reports whether a run came from elsewhere.
func (s Store) Imported(id string) bool { return s.imported(id) }
