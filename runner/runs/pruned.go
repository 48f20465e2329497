package runs

import (
	"bytes"
	"cmp"
	"maps"
	"path/filepath"
	"slices"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/result"
)

// prunedFile has the outcomes of runs that were removed for want of room, so that
// a case that fails is not forgotten with its run; see [Store.LatestOutcomes].
func (s Store) prunedFile() string { return filepath.Join(s.state, "pruned.tsv") }

// keepOutcomes adds the outcomes of runs to those of runs that are gone.
func (s Store) keepOutcomes(ids []string) error {
	latest := map[Case]outcome{}
	add := func(all []outcome) {
		for _, o := range all {
			if o.at > latest[o.Case].at {
				latest[o.Case] = o
			}
		}
	}
	add(s.pruned())
	for _, id := range ids {
		if madeBy, all, err := s.outcomes(id); err == nil && madeBy == result.MadeByRun && !s.imported(id) {
			add(all)
		}
	}
	if len(latest) == 0 {
		return nil
	}
	var text bytes.Buffer
	text.Write(outcomesHead(result.MadeByRun, len(latest)))
	for _, c := range slices.SortedFunc(maps.Keys(latest), func(a, b Case) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Backend, b.Backend)) }) {
		latest[c].append(&text)
	}
	return atomicfile.WriteFile(s.prunedFile(), text.Bytes(), atomicfile.Options{})
}

// pruned are the outcomes of runs that are gone.
func (s Store) pruned() []outcome {
	path := s.prunedFile()
	if s.Guard(path) != nil {
		return nil
	}
	data, _ := regular.Read(path, 1<<30)
	_, all, _ := parseOutcomes(string(data))
	return all
}
