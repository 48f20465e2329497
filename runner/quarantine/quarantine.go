// Package quarantine keeps the list of cases that run and report, but do not
// gate, each until a date and for a reason. Start reading at [Open].
//
// The list is quarantine.yaml beside vlmspec.yaml, reviewed like a spec:
//
//	# Their order is that of the IDs.
//	shapes/finds-the-circle:
//	  until: 2026-03-01
//	  reason: flaky on CUDA, see issue 123
//	  by: Ann Example <ann@example.org>
//	  at: 2026-01-31T12:00:00Z
//
// A quarantine ends with the day it names, in UTC, and loudly: then the case
// gates again, and every report says so until the entry is removed.
package quarantine

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// FileName is the list, beside vlmspec.yaml.
const FileName = "quarantine.yaml"

// MaxDays is how far ahead a quarantine may end. Who still needs it then can
// say so again.
const MaxDays = 90

// Entry is the quarantine of a case.
type Entry struct {
	Until  string `yaml:"until" required:"true" doc:"the last day of it, such as 2026-03-01"`
	Reason string `yaml:"reason" required:"true" doc:"why, and where it is worked on"`
	By     string `yaml:"by,omitempty" doc:"who put it there"`
	At     string `yaml:"at,omitempty" doc:"when, as 2006-01-02T15:04:05Z"`
}

// List is the quarantines of a project.
type List struct {
	file    *yamledit.File
	now     time.Time
	entries []placed // in the order of the file
}

type placed struct {
	Entry
	id  string
	pos spec.Pos
}

// Open reads the list of the project in a folder, empty where there is none. now
// is when quarantines are looked at. Mistakes are *[spec.Error] or [spec.Errors].
func Open(project string, now time.Time) (*List, error) {
	l := &List{now: now}
	f, err := yamledit.Open(filepath.Join(project, FileName), FileName, func(root spec.Node) error {
		_, err := l.parse(root)
		return err
	})
	if err != nil {
		return nil, err
	}
	l.file = f
	l.entries, err = l.parse(f.Root())
	return l, err
}

func (l *List) parse(root spec.Node) ([]placed, error) {
	if k := root.Kind(); k != spec.Map && k != spec.Null {
		return nil, root.Errorf("write suite/case: {until: 2026-03-01, reason: why}", "expected a map from case to quarantine")
	}
	var all []placed
	var errs []error
	for _, e := range root.Entries() {
		p := placed{id: e.Key, pos: e.KeyNode.Pos()}
		err := e.Value.Decode(&p.Entry)
		if err == nil {
			err = l.check(p.Entry, e.Value)
		}
		errs = append(errs, err)
		all = append(all, p)
	}
	return all, spec.Join(errs...)
}

// check finds what Decode cannot.
func (l *List) check(e Entry, n spec.Node) error {
	if strings.TrimSpace(e.Reason) == "" {
		return n.Get("reason").Errorf("say why, and where it is worked on", "the reason is empty")
	}
	if problem, hint := l.Problem(e.Until); problem != "" {
		return n.Get("until").Errorf(hint, "%s", problem)
	}
	return nil
}

// Problem says what is wrong with the date of a quarantine, and what to write;
// "" when nothing is. One that is over is no mistake.
func (l *List) Problem(until string) (problem, hint string) {
	day, err := time.Parse(time.DateOnly, until)
	if err != nil {
		return fmt.Sprintf("%q is not a date", until), "write it like " + l.day(14)
	}
	if last := l.day(MaxDays); day.Format(time.DateOnly) > last {
		return fmt.Sprintf("%s is more than %d days ahead, and a quarantine must end", until, MaxDays), "at most " + last
	}
	return "", ""
}

// day is the date so many days from now.
func (l *List) day(ahead int) string {
	return l.now.UTC().AddDate(0, 0, ahead).Format(time.DateOnly)
}

// Over reports whether a quarantine has ended.
func (l *List) Over(e Entry) bool { return l.day(0) > e.Until }

// Of is the quarantine of a case, nil when there is none.
func (l *List) Of(caseID string) *result.Quarantine {
	for _, p := range l.entries {
		if p.id == caseID {
			return &result.Quarantine{Until: p.Until, Reason: p.Reason, File: p.pos.File, Line: p.pos.Line, Expired: l.Over(p.Entry)}
		}
	}
	return nil
}

// IDs are the cases of the list, in the order of the file.
func (l *List) IDs() []string {
	ids := make([]string, len(l.entries))
	for i, p := range l.entries {
		ids[i] = p.id
	}
	return ids
}

// Check finds entries for cases that do not exist.
func (l *List) Check(cases []string) error {
	known := map[string]bool{}
	for _, id := range cases {
		known[id] = true
	}
	var errs []error
	for _, p := range l.entries {
		if !known[p.id] {
			hint := spec.Suggest(p.id, cases)
			if hint != "" {
				hint = "did you mean " + hint + "?"
			} else {
				hint = "remove it: vlmspec quarantine --remove " + p.id
			}
			errs = append(errs, &spec.Error{Pos: p.pos, What: fmt.Sprintf("there is no case %q", p.id), Hint: hint})
		}
	}
	return spec.Join(errs...)
}

// Put quarantines cases, or changes that they are. When somebody else has
// written to the file meanwhile it is a *[yamledit.ChangedError].
func (l *List) Put(e Entry, ids ...string) error {
	return l.apply(func(id string) yamledit.Edit { return yamledit.Edit{Key: id, Value: e} }, ids)
}

// Remove ends quarantines.
func (l *List) Remove(ids ...string) error {
	return l.apply(func(id string) yamledit.Edit { return yamledit.Edit{Key: id} }, ids)
}

func (l *List) apply(edit func(id string) yamledit.Edit, ids []string) error {
	var edits []yamledit.Edit
	for _, id := range ids {
		edits = append(edits, edit(id))
	}
	if _, err := l.file.Apply(edits...); err != nil {
		return err
	}
	l.entries, _ = l.parse(l.file.Root()) // it was checked before it was written
	return nil
}
