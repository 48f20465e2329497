package golden

import (
	"context"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Others lists the answers of a run that are not pending and yet would not pass,
// in the order of its cases: a person may look at them too. Those that were
// rejected are left out.
func (r *Review) Others(run *result.Run) []Pending {
	var all []Pending
	for _, p := range FromRun(run) {
		known, ok := r.all[p.Key()]
		rejected := known.Rejected && check.Fold(known.Answer()) == check.Fold(p.Answer())
		if ok && (!known.Rejected || rejected) || r.passes(p) {
			continue
		}
		all = append(all, p)
	}
	return all
}

// passes judges an answer by what is accepted now.
func (r *Review) passes(p Pending) bool {
	in := inputOf(p, p.Answer())
	in.Goldens = r.store
	return check.MatchesGolden().Judge(context.Background(), in).Outcome == result.Passed
}
