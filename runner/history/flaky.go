package history

import (
	"cmp"
	"context"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// Standing is what the outcomes of a case on a backend add up to.
type Standing struct {
	Case    string `json:"case"`
	Backend string `json:"backend"`
	Suite   string `json:"suite"`
	Name    string `json:"name"`
	Runs    int    `json:"runs"`
	Passed  int    `json:"passed"`
	Failed  int    `json:"failed"`
	// Unstable is in how many runs samples disagreed.
	Unstable int `json:"unstable"`
	// Pairs are neighbouring runs that passed or failed with all digests the same,
	// Flips those with two outcomes. Rate is Flips/Pairs, Low and High its 95 % Wilson
	// interval.
	Pairs int     `json:"pairs"`
	Flips int     `json:"flips"`
	Rate  float64 `json:"rate"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// Changes are neighbouring runs with two outcomes and two digests.
	Changes int            `json:"changes"`
	Last    result.Outcome `json:"last"`
}

// Flaky ranks the cases that flip while nothing changes, by the lower end of
// their flip rate: one flip of one pair does not come first.
func (x *Index) Flaky(ctx context.Context, limit int) ([]Standing, error) {
	return x.ranked(ctx, "t.flips > 0", limit, func(a, b *Standing) int {
		return cmp.Or(cmp.Compare(b.Low, a.Low), cmp.Compare(b.Flips, a.Flips))
	})
}

// Changed lists the cases whose outcome changed with a digest, most changes first.
func (x *Index) Changed(ctx context.Context, limit int) ([]Standing, error) {
	return x.ranked(ctx, "t.changes > 0", limit, func(a, b *Standing) int { return cmp.Compare(b.Changes, a.Changes) })
}

// Broken lists the cases that failed in every run that could tell, at least two.
func (x *Index) Broken(ctx context.Context, limit int) ([]Standing, error) {
	return x.ranked(ctx, "t.failed > 1 and t.passed = 0 and t.unstable = 0", limit, func(a, b *Standing) int { return cmp.Compare(b.Failed, a.Failed) })
}

// Unstable lists the cases whose samples disagreed in a run, most runs first.
func (x *Index) Unstable(ctx context.Context, limit int) ([]Standing, error) {
	return x.ranked(ctx, "t.unstable > 0", limit, func(a, b *Standing) int { return cmp.Compare(b.Unstable, a.Unstable) })
}

func (x *Index) ranked(ctx context.Context, where string, limit int, order func(a, b *Standing) int) ([]Standing, error) {
	rows, err := x.db.QueryContext(ctx, `select s.case_id, s.backend, s.suite, s.name, t.runs, t.passed, t.failed, t.unstable, t.pairs, t.flips, t.changes, t.last_outcome
		from tally t join subject s on s.id = t.subject where `+where)
	if err != nil {
		return nil, explain(err)
	}
	defer rows.Close()
	all := []Standing{}
	for rows.Next() {
		var s Standing
		if err := rows.Scan(&s.Case, &s.Backend, &s.Suite, &s.Name, &s.Runs, &s.Passed, &s.Failed, &s.Unstable, &s.Pairs, &s.Flips, &s.Changes, &s.Last); err != nil {
			return nil, err
		}
		if s.Pairs > 0 {
			interval, err := stats.Wilson(s.Flips, s.Pairs, 0.95)
			if err != nil {
				return nil, err
			}
			s.Rate, s.Low, s.High = float64(s.Flips)/float64(s.Pairs), interval.Low, interval.High
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b Standing) int {
		return cmp.Or(order(&a, &b), cmp.Compare(a.Case, b.Case), cmp.Compare(a.Backend, b.Backend))
	})
	if limit > 0 && len(all) > limit {
		all = all[:limit]
	}
	return all, nil
}
