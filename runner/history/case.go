package history

import (
	"context"
	"database/sql"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Entry is a case in a run.
type Entry struct {
	Run     string         `json:"run"`
	Started time.Time      `json:"started"` // of the run
	Commit  string         `json:"commit,omitempty"`
	Outcome result.Outcome `json:"outcome"` // without quarantine
	Score   float64        `json:"score"`
	Seconds float64        `json:"seconds"`
	Tokens  int            `json:"tokens"` // that the model wrote
	Passed  int            `json:"passed"` // samples
	Samples int            `json:"samples"`
	Cached  bool           `json:"cached,omitempty"`
	Digests Digests        `json:"digests"`
	Changed []string       `json:"changed,omitempty"` // which digests differ from the entry before: "model", "prompt", ...
}

// Digests are the parts of what a case was asked, of whom, and how it was judged.
type Digests struct {
	Model  string `json:"model,omitempty"`
	Prompt string `json:"prompt,omitempty"`
	Images string `json:"images,omitempty"`
	Params string `json:"params,omitempty"`
	Checks string `json:"checks,omitempty"`
}

// changed names the parts that differ; nothing where one side is not known.
func (d Digests) changed(was Digests) (names []string) {
	if d == (Digests{}) || was == (Digests{}) {
		return nil
	}
	for _, part := range []struct{ name, was, now string }{
		{"model", was.Model, d.Model}, {"prompt", was.Prompt, d.Prompt}, {"images", was.Images, d.Images}, {"params", was.Params, d.Params}, {"checks", was.Checks, d.Checks},
	} {
		if part.was != part.now {
			names = append(names, part.name)
		}
	}
	return names
}

// Subject is a case on a backend with all that is known of it.
type Subject struct {
	Case    string  `json:"case"`
	Backend string  `json:"backend"`
	Suite   string  `json:"suite"`
	Name    string  `json:"name"`
	Entries []Entry `json:"entries"` // the oldest first
}

// Find looks up the cases with an ID or name, or with a text in one of them, on
// every backend, in the order of their IDs.
func (x *Index) Find(ctx context.Context, text string) ([]Subject, error) {
	found, err := x.subjects(ctx, "select id, case_id, backend, suite, name from subject where case_id = ?1 or name = ?1 or suite || ' › ' || name = ?1 order by case_id, backend", text)
	if err == nil && len(found) == 0 {
		found, err = x.subjects(ctx, "select id, case_id, backend, suite, name from subject where instr(lower(case_id), lower(?1)) or instr(lower(suite || ' › ' || name), lower(?1)) order by case_id, backend", text)
	}
	if err != nil {
		return nil, explain(err)
	}
	out := make([]Subject, len(found))
	for i, f := range found {
		out[i] = f.Subject
	}
	return out, nil
}

type located struct {
	Subject
	id int64
}

func (x *Index) subjects(ctx context.Context, query string, values ...any) ([]located, error) {
	rows, err := x.db.QueryContext(ctx, query, values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []located
	for rows.Next() {
		var s located
		if err := rows.Scan(&s.id, &s.Case, &s.Backend, &s.Suite, &s.Name); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// Names lists the IDs of all cases, for a hint.
func (x *Index) Names(ctx context.Context) ([]string, error) {
	found, err := x.subjects(ctx, "select min(id), case_id, '', '', '' from subject group by case_id order by case_id")
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.Case
	}
	return names, explain(err)
}

// Case returns a case on a backend with its entries in the latest runs, at most
// limit of them; 0 is all.
func (x *Index) Case(ctx context.Context, s Subject, limit int) (Subject, error) {
	if limit <= 0 {
		limit = -1
	}
	rows, err := x.db.QueryContext(ctx, `select r.name, r.started, r.commit_sha, o.outcome, o.score, o.ms, o.tokens, o.passed, o.samples, o.cached, d.model, d.prompt, d.images, d.params, d.checks
		from outcome o join run r on r.id = o.run left join digest d on d.id = o.digest
		where o.subject = (select id from subject where case_id = ? and backend = ?) order by r.started desc, r.name desc limit ?`, s.Case, s.Backend, limit)
	if err != nil {
		return s, explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return s, err
		}
		s.Entries = append(s.Entries, e)
	}
	for i, j := 0, len(s.Entries)-1; i < j; i, j = i+1, j-1 {
		s.Entries[i], s.Entries[j] = s.Entries[j], s.Entries[i]
	}
	for i := 1; i < len(s.Entries); i++ {
		s.Entries[i].Changed = s.Entries[i].Digests.changed(s.Entries[i-1].Digests)
	}
	return s, rows.Err()
}

func scanEntry(rows *sql.Rows) (e Entry, err error) {
	var started, ms int64
	var parts [5]sql.NullString
	err = rows.Scan(&e.Run, &started, &e.Commit, &e.Outcome, &e.Score, &ms, &e.Tokens, &e.Passed, &e.Samples, &e.Cached, &parts[0], &parts[1], &parts[2], &parts[3], &parts[4])
	e.Started, e.Seconds = time.UnixMilli(started), float64(ms)/1000
	e.Digests = Digests{parts[0].String, parts[1].String, parts[2].String, parts[3].String, parts[4].String}
	return e, err
}

// Runs is how many runs the index has of this project's specs.
func (x *Index) Runs(ctx context.Context) (n int, err error) {
	err = x.db.QueryRowContext(ctx, "select count(*) from run where made_by = ?", result.MadeByRun).Scan(&n)
	return n, explain(err)
}

// Costs are the seconds that every case took when it last was asked, by
// ID@backend. What a cache answered does not count.
func (x *Index) Costs(ctx context.Context) (map[string]float64, error) {
	rows, err := x.db.QueryContext(ctx, `select s.case_id || '@' || s.backend, o.ms from outcome o join subject s on s.id = o.subject join run r on r.id = o.run
		where not o.cached and o.outcome not in ('skipped', 'error') order by r.started, r.name`)
	if err != nil {
		return nil, explain(err)
	}
	defer rows.Close()
	costs := map[string]float64{}
	for rows.Next() {
		var name string
		var ms int64
		if err := rows.Scan(&name, &ms); err != nil {
			return nil, err
		}
		costs[name] = float64(ms) / 1000
	}
	return costs, rows.Err()
}
