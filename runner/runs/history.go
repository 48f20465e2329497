package runs

import "github.com/vlmspec/vlmspec/runner/result"

// History is how cases ended in the latest runs, at most most of them, by case
// ID, the oldest first. A run that cannot be read is left out: it is under way,
// or cut off.
func (s Store) History(most int) (map[string][]result.Outcome, error) {
	ids, err := s.IDs()
	if err != nil {
		return nil, err
	}
	history := map[string][]result.Outcome{}
	for _, id := range ids[max(0, len(ids)-most):] {
		run, err := s.Read(id)
		if err != nil {
			continue
		}
		for i := range run.Cases {
			c := &run.Cases[i]
			outcome := c.Outcome
			if outcome == result.Quarantined {
				outcome = c.Quarantine.Outcome
			}
			history[c.ID] = append(history[c.ID], outcome)
		}
	}
	return history, nil
}
