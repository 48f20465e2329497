package compare

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
)

func sideOf(run *result.Run, backend string) Side {
	m := &run.Manifest
	s := Side{Run: m.ID, Started: m.Started, Commit: m.Commit, Cases: len(run.Cases), Of: m.Selected, Backends: maps.Clone(m.Backends)}
	if backend != "" {
		maps.DeleteFunc(s.Backends, func(name string, _ result.Backend) bool { return name != backend })
	}
	switch {
	case m.Interrupted:
		s.State = "interrupted"
	case m.Killed():
		s.State = "killed"
	}
	return s
}

// notes are what the reader should know of the runs before the numbers.
func notes(base, candidate *result.Run) []string {
	var all []string
	for _, side := range []struct {
		name string
		run  *result.Run
	}{{"base", base}, {"candidate", candidate}} {
		m := &side.run.Manifest
		if m.Interrupted || m.Killed() {
			all = append(all, fmt.Sprintf("the %s ended early: it has %d of %s", side.name, len(side.run.Cases), plural(m.Selected, "case", "cases")))
		} else if m.Selected < m.Total {
			all = append(all, fmt.Sprintf("the %s ran a selection: %d of %s", side.name, m.Selected, plural(m.Total, "case", "cases")))
		}
	}
	b, c := &base.Manifest, &candidate.Manifest
	if c.Started.Before(b.Started) {
		all = append(all, "the base was made after the candidate")
	}
	if b.Version != c.Version {
		all = append(all, fmt.Sprintf("the runs were made by vlmspec %s and %s", b.Version, c.Version))
	}
	if n := otherParams(base, candidate); n > 0 {
		all = append(all, fmt.Sprintf("the parameters of %s differ between the runs", plural(n, "case", "cases")))
	}
	return append(all, fresh(base, candidate)...)
}

// otherParams counts the cases that were generated with other parameters.
func otherParams(base, candidate *result.Run) int {
	was := map[string]string{}
	for i := range base.Cases {
		if c := &base.Cases[i]; c.Digests != nil {
			was[key(c)+"@"+c.Backend] = c.Digests.Params
		}
	}
	n := 0
	for i := range candidate.Cases {
		c := &candidate.Cases[i]
		if before, ok := was[key(c)+"@"+c.Backend]; ok && c.Digests != nil && c.Digests.Params != before {
			n++
		}
	}
	return n
}

// fresh names the suites that only the candidate has.
func fresh(base, candidate *result.Run) []string {
	has := map[string]bool{}
	for i := range base.Cases {
		has[base.Cases[i].Suite] = true
	}
	only := map[string]bool{}
	for i := range candidate.Cases {
		if suite := candidate.Cases[i].Suite; !has[suite] {
			only[suite] = true
		}
	}
	if len(only) == 0 {
		return nil
	}
	return []string{"only in the candidate, so not compared: " + list(slices.Sorted(maps.Keys(only)))}
}
