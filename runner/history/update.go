package history

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// Update reads the runs that the index does not have, or has otherwise, and lets
// go of those that are no longer stored. A run under way is left for later. It
// returns the runs that cannot be read, with the reason.
func (x *Index) Update(ctx context.Context) (unread map[string]error, err error) {
	unlock, err := lock(ctx, x.store)
	if err != nil {
		return nil, err
	}
	defer unlock()
	known, err := x.known(ctx)
	if err != nil {
		return nil, explain(err)
	}
	ids, err := x.store.IDs()
	if err != nil {
		return nil, err
	}
	var wanted []string
	for _, id := range ids {
		stamp, have := known[id]
		delete(known, id)
		if now := x.store.Stamp(id); now != "" && (!have || now != stamp) && !x.store.UnderWay(id) {
			wanted = append(wanted, id)
			if have {
				known[id] = stamp
			}
		}
	}
	if len(wanted) == 0 && len(known) == 0 {
		return nil, nil
	}
	if err := x.remove(ctx, known); err != nil {
		return nil, explain(err)
	}
	// Some at a time, so that a store of any size fits into memory.
	unread = map[string]error{}
	for some := range slices.Chunk(wanted, runsAtATime) {
		read, err := x.read(ctx, some, unread)
		if err == nil {
			err = x.add(ctx, read)
		}
		if err != nil {
			return unread, explain(err)
		}
	}
	return unread, nil
}

const runsAtATime = 2000

func (x *Index) known(ctx context.Context) (map[string]string, error) {
	rows, err := x.db.QueryContext(ctx, "select name, stamp from run")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[string]string{}
	for rows.Next() {
		var name, stamp string
		if err := rows.Scan(&name, &stamp); err != nil {
			return nil, err
		}
		known[name] = stamp
	}
	return known, rows.Err()
}

// stored is a run with its cases in short.
type stored struct {
	result.Manifest
	stamp string
	cases []row
}

// row is a case in a run, in the columns of the index.
type row struct {
	subject  subject
	run      int64
	outcome  result.Outcome
	score    float64
	ms       int64
	tokens   int
	passed   int
	samples  int
	digests  digests
	cached   bool
	labels   []string
	started  int64 // of the run
	runName  string
	digestID int64
	id       int64 // of the subject
}

type subject struct{ id, backend, suite, name string }

// digests are the parts of what a case was asked and how it was judged; the zero
// value is not known.
type digests struct{ model, prompt, images, params, checks string }

// read reads runs, several at the same time.
func (x *Index) read(ctx context.Context, ids []string, unread map[string]error) ([]*stored, error) {
	all := make([]*stored, len(ids))
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, id := range ids {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			s, failed := x.readRun(id)
			if all[i] = s; failed != nil {
				mu.Lock()
				defer mu.Unlock()
				unread[id] = failed
			}
			return nil // the others are read nevertheless
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(s *stored) bool { return s == nil }), nil
}

func (x *Index) readRun(id string) (*stored, error) {
	s := &stored{stamp: x.store.Stamp(id)}
	same := map[string]string{} // one copy of each text
	one := func(text string) string {
		if have, ok := same[text]; ok {
			return have
		}
		same[text] = text
		return text
	}
	var err error
	s.Manifest, err = x.store.EachBrief(id, func(b *runs.Brief) {
		r := row{
			subject: subject{b.ID, one(b.Backend), one(b.Suite), b.Name}, outcome: result.Outcome(one(string(b.Judged()))), score: b.Score, ms: int64(b.Seconds * 1000),
			tokens: b.Tokens(), passed: b.Passes(), samples: len(b.Samples), cached: b.Cached, labels: b.Labels,
		}
		if d := b.Digests; d != nil {
			r.digests = digests{"", one(d.Prompt), one(d.Images), one(d.Params), one(d.Checks)}
		}
		s.cases = append(s.cases, r)
	})
	if err != nil {
		return nil, err
	}
	models := map[string]string{}
	for name, b := range s.Backends {
		models[name] = modelDigest(b)
	}
	for i := range s.cases {
		if c := &s.cases[i]; c.digests != (digests{}) {
			c.digests.model = models[c.subject.backend]
		}
	}
	return s, nil
}

// modelDigest is that of what answered: plugin, its version and the model.
func modelDigest(b result.Backend) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{b.Plugin, b.Version, cmp.Or(b.ModelDigest, b.Model)}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// add writes runs in one transaction. Outcomes go in by case, which is how they
// lie in the file.
func (x *Index) add(ctx context.Context, all []*stored) error {
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	w := newWriter(ctx, tx)
	var rows []*row
	for _, s := range all {
		if s.MadeBy != result.MadeByRun {
			s.cases = nil // it says nothing of the project at that time
		}
		id, err := w.run(s)
		if err != nil {
			return fmt.Errorf("add run %s: %w", s.ID, err)
		}
		for i := range s.cases {
			c := &s.cases[i]
			c.run, c.started, c.runName = id, s.Started.UnixMilli(), s.ID
			if c.id, err = w.subjectID(c.subject, c.labels); err != nil {
				return err
			}
			if c.digestID, err = w.digestID(c.digests); err != nil {
				return err
			}
			rows = append(rows, c)
		}
	}
	slices.SortStableFunc(rows, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.started, b.started), cmp.Compare(a.runName, b.runName))
	})
	for _, r := range rows {
		if err := w.outcome(r); err != nil {
			return err
		}
	}
	if err := w.count(rows); err != nil {
		return err
	}
	return tx.Commit()
}

// remove lets go of runs, and counts their cases again.
func (x *Index) remove(ctx context.Context, names map[string]string) error {
	if len(names) == 0 {
		return nil
	}
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	touched := map[int64]bool{}
	for name := range names {
		if err := removeRun(ctx, tx, name, touched); err != nil {
			return err
		}
	}
	w := newWriter(ctx, tx)
	for id := range touched {
		if err := w.recount(id); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func removeRun(ctx context.Context, tx *sql.Tx, name string, touched map[int64]bool) error {
	var id int64
	if err := tx.QueryRowContext(ctx, "select id from run where name = ?", name).Scan(&id); err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, "select subject from outcome where run = ?", id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s int64
		if err := rows.Scan(&s); err != nil {
			return err
		}
		touched[s] = true
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, statement := range []string{"delete from outcome where run = ?", "delete from run where id = ?"} {
		if _, err := tx.ExecContext(ctx, statement, id); err != nil {
			return err
		}
	}
	return nil
}
