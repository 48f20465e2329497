//go:build llamacpp

package main

import (
	"slices"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// admit starts jobs in order of arrival. One that shares much of its prompt with
// what another is just computing waits for that, and lets others pass.
func (s *scheduler) admit() {
	for i := 0; i < len(s.waiting) && len(s.active) < len(s.ledger.sequences); {
		j := s.waiting[i]
		source, n := s.ledger.longest(j.prompt)
		n = s.reusable(j, n)
		if s.soonMore(j, n) {
			i++
			continue
		}
		if !s.makeRoom(j, source, n) {
			return // those behind must not starve it
		}
		s.waiting = slices.Delete(s.waiting, i, i+1)
		s.start(j, source, n)
	}
}

// reusable is how many of n computed units a job starts after: never all of its
// prompt, since the last one gives the first logits, and in deterministic mode
// only as many as end where a batch ends in any case.
func (s *scheduler) reusable(j *job, n int) int {
	n = min(n, len(j.prompt)-1)
	if s.engine.config.deterministic {
		return afterTile(j.prompt, n)
	}
	if !s.engine.canCut {
		return 0
	}
	return n
}

// worthwhile is how many cells must be saved for a job to wait for another.
const worthwhile = 16

func (s *scheduler) soonMore(j *job, n int) bool {
	for _, other := range s.active {
		if other.answers() {
			continue
		}
		m := s.reusable(j, common(other.prompt, j.prompt))
		if m > n && cellsOf(j.prompt[n:m]) >= worthwhile {
			return true
		}
	}
	return false
}

// makeRoom forgets idle sequences until a job has room that begins with n units
// of source.
func (s *scheduler) makeRoom(j *job, source *sequence, n int) bool {
	if n == 0 {
		source = nil
	}
	reserved := cellsOf(j.prompt[n:]) + j.maxTokens
	for _, other := range s.active {
		reserved += other.remaining()
	}
	for s.ledger.used+reserved > s.cells {
		stale := s.ledger.stalest(source)
		switch {
		case stale != nil:
			s.forget(stale, 0)
		case source != nil && !source.busy && len(source.units) > n:
			s.forget(source, n)
		default:
			return false
		}
	}
	return true
}

// forget drops the units of a sequence from the n-th on.
func (s *scheduler) forget(q *sequence, n int) {
	if n == len(q.units) {
		return
	}
	if n > 0 && !s.context.Cut(q.id, positionsOf(q.units[:n])) {
		n = 0
	} else if n == 0 {
		s.context.Cut(q.id, 0)
	}
	s.ledger.cut(q, n)
}

// start gives a job a sequence that begins with n units of source.
func (s *scheduler) start(j *job, source *sequence, n int) {
	sdk.Begun(j.ctx)
	own := s.ledger.idle()
	if n > 0 && !source.busy && (own == nil || len(own.units) > 0) {
		own = source
		s.forget(own, n)
	} else {
		s.forget(own, 0)
		if n > 0 {
			s.context.Fork(source.id, own.id, positionsOf(source.units[:n]))
			s.ledger.fork(source, own, n)
		}
	}
	own.busy = true
	s.ledger.touch(own)
	j.sequence, j.prefilled, j.position, j.output = own, len(own.units), own.position(), -1
	j.response.Usage.CachedTokens = cellsOf(j.prompt[:j.prefilled])
	j.started = time.Now()
	if s.engine.config.deterministic && j.prefilled == 0 {
		s.context.Reset() // cells are filled from the first one on
		s.ledger.reset()
	}
	for _, u := range j.prompt {
		if u.tile == nil {
			j.sampler.Accept(u.token)
		}
	}
	s.mu.Lock()
	s.active = append(s.active, j)
	s.mu.Unlock()
}
