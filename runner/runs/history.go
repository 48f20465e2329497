package runs

import (
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
)

// History is how cases ended in the latest runs of `vlmspec run`, at most most of
// them, by case ID, the oldest first; quarantine does not hide an outcome. A run
// that cannot be read is left out.
func (s Store) History(limit int) (map[string][]result.Outcome, error) {
	ids, err := s.IDs()
	if err != nil {
		return nil, err
	}
	var latest [][]outcome // the latest first
	for i := len(ids) - 1; i >= 0 && len(latest) < limit; i-- {
		if s.imported(ids[i]) {
			continue
		}
		if madeBy, all, err := s.outcomes(ids[i]); err == nil && madeBy == result.MadeByRun {
			latest = append(latest, all)
		}
	}
	history := map[string][]result.Outcome{}
	for _, all := range slices.Backward(latest) {
		for _, o := range all {
			history[o.ID] = append(history[o.ID], o.judged)
		}
	}
	return history, nil
}
