package golden

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// Review is a person deciding on pending answers. It is not safe for concurrent
// use; other processes may review the same project.
type Review struct {
	// By is who accepts, such as "Ann Example <ann@example.org>".
	By string
	// Now is the time of what is accepted.
	Now func() time.Time

	store *Store
	queue queue
	all   map[string]Pending // with those that are rejected
	done  []decision
}

// decision is what [Review.Undo] takes back.
type decision struct {
	pending []Pending // as they were before
	changes []changed
}

// OpenReview reads the goldens of a project, and what is pending.
func OpenReview(project *spec.Project) (*Review, error) {
	store, err := Open(project.Golden)
	if err != nil {
		return nil, err
	}
	r := &Review{Now: time.Now, store: store, queue: queueOf(project.State)}
	r.all, _, err = r.queue.read()
	return r, err
}

// Reload reads goldens and pending answers again. On an error all stays as it was.
func (r *Review) Reload() error {
	all, _, err := r.queue.read()
	if err == nil {
		err = r.store.Reload()
	}
	if err == nil {
		r.all = all
	}
	return err
}

// Pending lists the answers that await a decision, in the order of the specs.
func (r *Review) Pending() []Pending {
	return slices.DeleteFunc(inOrder(r.all), func(p Pending) bool { return p.Rejected })
}

// Rejected lists the answers that were rejected and not given otherwise since.
func (r *Review) Rejected() []Pending {
	return slices.DeleteFunc(inOrder(r.all), func(p Pending) bool { return !p.Rejected })
}

// Accepted is what is accepted for the turn of a pending answer.
func (r *Review) Accepted(p Pending) (Entry, bool) { return r.store.Entry(p.CaseID, p.Turn) }

// Accept accepts answers in place of what was accepted before.
func (r *Review) Accept(answers ...Pending) error { return r.decide(answers, false, nil) }

// Add accepts answers beside what was accepted before.
func (r *Review) Add(answers ...Pending) error { return r.decide(answers, true, nil) }

// Loosen lets the checks pass answers too, in place of a tolerance that was
// there; see [Review.Suggest]. Where nothing is accepted yet, the answer is.
func (r *Review) Loosen(p Pending, t ...Tolerance) error { return r.decide([]Pending{p}, true, t) }

func (r *Review) decide(answers []Pending, beside bool, looser []Tolerance) error {
	entries := map[string]*Entry{}
	for _, p := range answers {
		if p.Minority() && !p.Confirmed {
			return &MinorityError{p}
		}
		old, _ := r.Accepted(p)
		e := merged(p, old, beside, looser)
		e.By, e.At = r.By, Stamp(r.Now())
		entries[p.Key()] = &e
	}
	changes, err := r.store.put(entries)
	if err != nil {
		return errors.Join(err, r.store.undo(changes))
	}
	return r.settle(decision{answers, changes}, func(all map[string]Pending, p Pending) { delete(all, p.Key()) })
}

// Reject keeps an answer from being pending until the model answers otherwise.
func (r *Review) Reject(p Pending) error {
	return r.settle(decision{pending: []Pending{p}}, func(all map[string]Pending, p Pending) {
		p.Rejected = true
		all[p.Key()] = p
	})
}

// settle remembers a decision, and takes its answers out of the queue.
func (r *Review) settle(d decision, take func(all map[string]Pending, p Pending)) error {
	r.done = append(r.done, d)
	return r.queue.update(func(all map[string]Pending) {
		for _, p := range d.pending {
			take(all, p)
		}
		r.all = all
	})
}

// Remove removes entries that no case uses.
func (r *Review) Remove(orphans ...Orphan) error {
	entries := map[string]*Entry{}
	for _, o := range orphans {
		entries[o.Key] = nil
	}
	changes, err := r.store.put(entries)
	if err != nil {
		return errors.Join(err, r.store.undo(changes))
	}
	r.done = append(r.done, decision{changes: changes})
	return nil
}

// ErrNothingToUndo is what [Review.Undo] says at the beginning.
var ErrNothingToUndo = errors.New("there is nothing to take back")

// Undo takes back the last decision that was not taken back, byte for byte, and
// returns what is pending again. When the file has changed since, nothing is
// written, and the error is a *[blocks.ChangedError].
func (r *Review) Undo() ([]Pending, error) {
	if len(r.done) == 0 {
		return nil, ErrNothingToUndo
	}
	last := r.done[len(r.done)-1]
	if err := r.store.undo(last.changes); err != nil {
		return nil, fmt.Errorf("take back: %w", err)
	}
	r.done = r.done[:len(r.done)-1]
	return last.pending, r.queue.update(func(all map[string]Pending) {
		for _, p := range last.pending {
			all[p.Key()] = p
		}
		r.all = all
	})
}
