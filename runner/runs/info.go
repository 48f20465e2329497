package runs

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
)

// State says how a run ended.
type State string

// The states.
const (
	Ended       State = "ended"
	Interrupted State = "interrupted" // by Ctrl-C
	UnderWay    State = "under way"   // a process writes it
	Killed      State = "killed"      // the process ended without saying so
	Damaged     State = "damaged"     // it cannot be read
)

// Info is a run in short.
type Info struct {
	ID       string                 `json:"id"`
	State    State                  `json:"state"`
	MadeBy   string                 `json:"made_by,omitempty"`
	Started  time.Time              `json:"started,omitzero"`
	Selected int                    `json:"selected"` // cases that were to run
	Cases    int                    `json:"cases"`    // cases that ran
	Outcomes map[result.Outcome]int `json:"outcomes"` // how many cases ended so
	Bytes    int64                  `json:"bytes"`    // on the disk
	Imported time.Time              `json:"imported,omitzero"`
	Images   int                    `json:"images,omitempty"` // that came with an imported run
	Problem  string                 `json:"problem,omitempty"`
}

// List describes every run, the oldest first.
func (s Store) List() ([]Info, error) {
	ids, err := s.IDs()
	all := make([]Info, len(ids))
	for i, id := range ids {
		all[i] = s.Info(id)
	}
	return all, err
}

// Info describes a run, also one that cannot be read.
func (s Store) Info(id string) Info {
	i := Info{ID: id, State: Ended, Bytes: s.size(id), Outcomes: map[result.Outcome]int{}}
	if info, err := os.Lstat(filepath.Join(s.Folder(id), importedFile)); err == nil {
		i.Imported = info.ModTime()
	}
	images, _ := os.ReadDir(filepath.Join(s.Folder(id), imagesDir))
	i.Images = len(images)
	var m result.Manifest
	err := readJSON(filepath.Join(s.Folder(id), manifestFile), &m)
	var all []outcome
	if err == nil {
		_, all, err = s.outcomes(id)
	}
	i.MadeBy, i.Started, i.Selected, i.Cases = m.MadeBy, m.Started, m.Selected, len(all)
	for _, o := range all {
		i.Outcomes[o.Outcome]++
	}
	switch {
	case s.underWay(id):
		i.State = UnderWay
	case err != nil:
		i.State, i.Problem = Damaged, err.Error()
	case m.Ended.IsZero():
		i.State = Killed
	case m.Interrupted:
		i.State = Interrupted
	}
	return i
}

// Find is the ID of the run that a text means: its ID, or a part of it that no
// other has.
func (s Store) Find(text string) (string, error) {
	ids, err := s.IDs()
	if err != nil {
		return "", err
	}
	if slices.Contains(ids, text) {
		return text, nil
	}
	match := slices.DeleteFunc(ids, func(id string) bool { return text == "" || !strings.Contains(id, text) })
	switch len(match) {
	case 0:
		return "", &UnknownError{fmt.Sprintf("there is no run %s; `vlmspec runs list` lists them", text)}
	case 1:
		return match[0], nil
	}
	return "", &UnknownError{fmt.Sprintf("%d runs have %q in their IDs, such as %s and %s; give more of it", len(match), text, match[0], match[1])}
}

// UnknownError says that a text means no run, or several.
type UnknownError struct{ what string }

func (e *UnknownError) Error() string { return e.what }

// Summary counts outcomes for people, those that fail first: "2 failed, 5 passed".
func (i *Info) Summary() string {
	if len(i.Outcomes) == 0 {
		return "no case"
	}
	names := slices.SortedFunc(maps.Keys(i.Outcomes), func(a, b result.Outcome) int {
		if a.Passing() != b.Passing() {
			return map[bool]int{false: -1, true: 1}[a.Passing()]
		}
		return strings.Compare(string(a), string(b))
	})
	parts := make([]string, len(names))
	for k, o := range names {
		parts[k] = fmt.Sprintf("%d %s", i.Outcomes[o], o)
	}
	return strings.Join(parts, ", ")
}
