package history

import (
	"context"
	"database/sql"
	"errors"

	"github.com/vlmspec/vlmspec/runner/result"
)

// writer writes within a transaction, with prepared statements.
type writer struct {
	ctx      context.Context
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
	subjects map[[2]string]int64 // by case and backend
	digests  map[digests]int64
}

func newWriter(ctx context.Context, tx *sql.Tx) *writer {
	return &writer{ctx: ctx, tx: tx, prepared: map[string]*sql.Stmt{}, subjects: map[[2]string]int64{}, digests: map[digests]int64{{}: 0}}
}

// statement is prepared once; it is closed with its transaction.
func (w *writer) statement(text string) (*sql.Stmt, error) {
	if s, ok := w.prepared[text]; ok {
		return s, nil
	}
	s, err := w.tx.PrepareContext(w.ctx, text)
	if err == nil {
		w.prepared[text] = s
	}
	return s, err
}

func (w *writer) exec(text string, values ...any) (sql.Result, error) {
	s, err := w.statement(text)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(w.ctx, values...)
}

func (w *writer) run(s *stored) (int64, error) {
	var ended any
	if !s.Ended.IsZero() {
		ended = s.Ended.UnixMilli()
	}
	r, err := w.exec("insert into run(name, stamp, started, ended, made_by, commit_sha, profile, complete) values(?,?,?,?,?,?,?,?)",
		s.ID, s.stamp, s.Started.UnixMilli(), ended, s.MadeBy, s.Commit, s.Profile, ended != nil && !s.Interrupted)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// subjectID is that of a case on a backend; its name and labels are those of the
// run that was added last.
func (w *writer) subjectID(s subject, labels []string) (int64, error) {
	key := [2]string{s.id, s.backend}
	if id, ok := w.subjects[key]; ok {
		return id, nil
	}
	st, err := w.statement("insert into subject(case_id, backend, suite, name) values(?,?,?,?) on conflict(case_id, backend) do update set suite = excluded.suite, name = excluded.name returning id")
	if err != nil {
		return 0, err
	}
	var id int64
	if err := st.QueryRowContext(w.ctx, s.id, s.backend, s.suite, s.name).Scan(&id); err != nil {
		return 0, err
	}
	w.subjects[key] = id
	if _, err := w.exec("delete from label where subject = ?", id); err != nil {
		return 0, err
	}
	for _, l := range labels {
		if _, err := w.exec("insert or ignore into label(subject, label) values(?,?)", id, l); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func (w *writer) digestID(d digests) (int64, error) {
	if id, ok := w.digests[d]; ok {
		return id, nil
	}
	if _, err := w.exec("insert or ignore into digest(model, prompt, images, params, checks) values(?,?,?,?,?)", d.model, d.prompt, d.images, d.params, d.checks); err != nil {
		return 0, err
	}
	st, err := w.statement("select id from digest where model = ? and prompt = ? and images = ? and params = ? and checks = ?")
	if err != nil {
		return 0, err
	}
	var id int64
	if err := st.QueryRowContext(w.ctx, d.model, d.prompt, d.images, d.params, d.checks).Scan(&id); err != nil {
		return 0, err
	}
	w.digests[d] = id
	return id, nil
}

// outcome writes a row; of a case that a run holds twice, the last counts.
func (w *writer) outcome(r *row) error {
	_, err := w.exec("insert or replace into outcome(subject, run, outcome, score, ms, tokens, passed, samples, digest, cached) values(?,?,?,?,?,?,?,?,?,?)",
		r.id, r.run, string(r.outcome), r.score, r.ms, r.tokens, r.passed, r.samples, r.digestID, r.cached)
	return err
}

// count brings the tallies of cases up to date with rows that were added, sorted
// by case and time. A run that comes late counts its cases from the beginning.
func (w *writer) count(rows []*row) error {
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].id == rows[0].id {
			n++
		}
		if err := w.countCase(rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func (w *writer) countCase(rows []*row) error {
	t, err := w.tally(rows[0].id)
	if err != nil {
		return err
	}
	if !t.before(rows[0].started, rows[0].runName) {
		return w.recount(rows[0].id)
	}
	for i, r := range rows {
		if i+1 < len(rows) && rows[i+1].run == r.run {
			continue // the run holds it twice
		}
		t.add(r.outcome, r.digestID, r.run, r.started, r.runName)
	}
	return w.save(rows[0].id, t)
}

func (w *writer) tally(subject int64) (tally, error) {
	st, err := w.statement("select pairs, flips, changes, passed, failed, unstable, runs, last_run, last_started, last_name, last_outcome, decided, decided_digest from tally where subject = ?")
	if err != nil {
		return tally{}, err
	}
	var t tally
	err = st.QueryRowContext(w.ctx, subject).Scan(&t.pairs, &t.flips, &t.changes, &t.passed, &t.failed, &t.unstable, &t.runs, &t.lastRun, &t.lastStarted, &t.lastName, &t.lastOutcome, &t.decided, &t.decidedDigest)
	if errors.Is(err, sql.ErrNoRows) {
		return tally{}, nil
	}
	return t, err
}

func (w *writer) save(subject int64, t tally) error {
	_, err := w.exec("insert or replace into tally(subject, pairs, flips, changes, passed, failed, unstable, runs, last_run, last_started, last_name, last_outcome, decided, decided_digest) values(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		subject, t.pairs, t.flips, t.changes, t.passed, t.failed, t.unstable, t.runs, t.lastRun, t.lastStarted, t.lastName, string(t.lastOutcome), string(t.decided), t.decidedDigest)
	return err
}

// recount counts a case from its first outcome; one without any is let go.
func (w *writer) recount(subject int64) error {
	st, err := w.statement("select o.outcome, o.digest, r.id, r.started, r.name from outcome o join run r on r.id = o.run where o.subject = ? order by r.started, r.name")
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(w.ctx, subject)
	if err != nil {
		return err
	}
	defer rows.Close()
	var t tally
	for rows.Next() {
		var o, name string
		var digest, run, started int64
		if err := rows.Scan(&o, &digest, &run, &started, &name); err != nil {
			return err
		}
		t.add(result.Outcome(o), digest, run, started, name)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if t.runs == 0 {
		return w.forget(subject)
	}
	return w.save(subject, t)
}

func (w *writer) forget(subject int64) error {
	for _, statement := range []string{"delete from tally where subject = ?", "delete from label where subject = ?", "delete from subject where id = ?"} {
		if _, err := w.exec(statement, subject); err != nil {
			return err
		}
	}
	return nil
}
