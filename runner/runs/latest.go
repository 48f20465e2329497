package runs

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Latest is how cases ended when they were last judged.
type Latest struct {
	Outcomes map[Case]result.Outcome // of those that were ever judged
	// Unread says of runs that are damaged why their outcomes do not count, by ID.
	Unread map[string]error
}

// LatestOutcomes looks the latest outcome of cases up, over all runs that
// [Store.Create] has recorded with [result.MadeByRun]: a run of some cases leaves
// the outcomes of the others as they are. What was scored or imported says
// nothing about this project now. It is a [NoRunError] where there is no such run.
//
// Runs are read from the latest back, until every case is found and what is left
// ended before that; see outcomes.go for why that is fast.
func (s Store) LatestOutcomes(cases []Case) (Latest, error) {
	ids, err := s.IDs()
	if err != nil {
		return Latest{}, err
	}
	l := lookup{found: map[Case]outcome{}, unread: map[string]error{}}
	for _, c := range cases {
		l.found[c] = outcome{}
	}
	l.missing = len(l.found)
	for _, id := range slices.Backward(ids) {
		if l.missing == 0 && s.endedBefore(id, l.since()) || s.imported(id) {
			continue
		}
		madeBy, all, err := s.outcomes(id)
		switch {
		case err != nil && !s.underWay(id):
			l.unread[id] = err
		case err == nil && madeBy == result.MadeByRun:
			l.runs++
			l.add(all)
		}
	}
	pruned := s.pruned()
	l.add(pruned)
	if l.runs == 0 && len(pruned) == 0 {
		return Latest{}, NoRunError{len(l.unread)}
	}
	return l.latest(), nil
}

// lookup is a search for the latest outcomes.
type lookup struct {
	found   map[Case]outcome // of the cases that are wanted; zero is not found
	missing int
	runs    int // that count
	unread  map[string]error
	oldest  time.Time // what ended before it holds nothing that is wanted; zero is not known
}

func (l *lookup) add(all []outcome) {
	for _, o := range all {
		was, wanted := l.found[o.Case]
		if !wanted || was.at >= o.at {
			continue
		}
		if was.at == 0 {
			l.missing--
		}
		l.found[o.Case] = o
	}
}

// since is when the outcome was known that is the oldest of those found, once all
// are. Those that are found instead of it later are newer, so it need not move.
func (l *lookup) since() time.Time {
	if l.oldest.IsZero() {
		l.oldest = time.Now()
		for _, o := range l.found {
			if at := time.UnixMilli(o.at); at.Before(l.oldest) {
				l.oldest = at
			}
		}
	}
	return l.oldest
}

func (l *lookup) latest() Latest {
	out := Latest{Outcomes: map[Case]result.Outcome{}, Unread: l.unread}
	for c, o := range l.found {
		if o.at > 0 {
			out.Outcomes[c] = o.Outcome
		}
	}
	return out
}

// endedBefore reports whether nothing was added to a run since a time.
func (s Store) endedBefore(id string, t time.Time) bool {
	info, err := os.Stat(filepath.Join(s.Folder(id), casesFile))
	return err == nil && info.ModTime().Before(t)
}

// imported reports whether a run came from elsewhere.
func (s Store) imported(id string) bool { return s.has(id, importedFile) }
