package runner

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
)

// History is how cases ended in the latest runs of a project, at most most of
// them, by case ID, the oldest first. A run that cannot be read is left out: it
// is under way, or cut off.
func History(project string, most int) (map[string][]result.Outcome, error) {
	entries, err := os.ReadDir(runsDir(project))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() })
	history := map[string][]result.Outcome{}
	for _, e := range entries[max(0, len(entries)-most):] { // names sort by time
		run, err := ReadRun(filepath.Join(runsDir(project), e.Name()))
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
