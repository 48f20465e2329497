package main

import (
	"github.com/vlmspec/vlmspec/plugins/llamacpp/embedcache"
)

// unit is what a model reads at once of a prompt: a token, or a tile of an image.
type unit struct {
	token int32
	tile  *embedcache.Part // nil for a token
	image embedcache.Key   // of the tile
	index int              // of the tile in the image
}

func (u unit) same(v unit) bool {
	if u.tile == nil || v.tile == nil {
		return u.tile == v.tile && u.token == v.token
	}
	return u.image == v.image && u.index == v.index
}

// cells is the room that a unit takes in the KV cache.
func (u unit) cells() int {
	if u.tile == nil {
		return 1
	}
	return u.tile.Count
}

// positions is how far a unit moves the position.
func (u unit) positions() int {
	if u.tile == nil {
		return 1
	}
	return u.tile.Positions
}

func cellsOf(units []unit) int {
	n := 0
	for _, u := range units {
		n += u.cells()
	}
	return n
}

func positionsOf(units []unit) int {
	n := 0
	for _, u := range units {
		n += u.positions()
	}
	return n
}

// common is how many units two prompts have in common at their beginnings.
func common(a, b []unit) int {
	n := 0
	for n < len(a) && n < len(b) && a[n].same(b[n]) {
		n++
	}
	return n
}

// afterTile is the greatest number of units up to n that ends after a tile, or 0.
func afterTile(units []unit, n int) int {
	for n > 0 && units[n-1].tile == nil {
		n--
	}
	return n
}

// sequence is a conversation in the KV cache. It stays there when its
// request is over, for others that begin alike.
type sequence struct {
	id    int
	units []unit
	marks []int // of each unit's cells; sequences that share cells have the same
	busy  bool
	used  int // when it was last used
}

// position is that of the unit to come.
func (s *sequence) position() int { return positionsOf(s.units) }

// ledger knows what the sequences of a KV cache hold. It mirrors the
// cache's own books, so that a request is let in only when there is room.
type ledger struct {
	sequences []*sequence
	shares    map[int]int // sequences by mark
	used      int         // cells
	lastMark  int
	clock     int
}

func newLedger(n int) *ledger {
	l := &ledger{shares: map[int]int{}}
	for id := range n {
		l.sequences = append(l.sequences, &sequence{id: id})
	}
	return l
}

// add notes units that were computed.
func (l *ledger) add(s *sequence, units ...unit) {
	for _, u := range units {
		l.lastMark++
		l.shares[l.lastMark] = 1
		l.used += u.cells()
		s.units, s.marks = append(s.units, u), append(s.marks, l.lastMark)
	}
}

// cut drops all units of a sequence from the n-th on.
func (l *ledger) cut(s *sequence, n int) {
	for i := n; i < len(s.units); i++ {
		mark := s.marks[i]
		if l.shares[mark]--; l.shares[mark] == 0 {
			delete(l.shares, mark)
			l.used -= s.units[i].cells()
		}
	}
	s.units, s.marks = s.units[:n], s.marks[:n]
}

// fork makes an empty sequence share the first n units of another.
func (l *ledger) fork(from, to *sequence, n int) {
	to.units, to.marks = append([]unit{}, from.units[:n]...), append([]int{}, from.marks[:n]...)
	for _, mark := range to.marks {
		l.shares[mark]++
	}
}

func (l *ledger) reset() {
	for _, s := range l.sequences {
		s.units, s.marks = nil, nil
	}
	l.shares, l.used = map[int]int{}, 0
}

// touch notes that a sequence is used now.
func (l *ledger) touch(s *sequence) {
	l.clock++
	s.used = l.clock
}

// longest finds the sequence that has most of a prompt computed, and how many
// units; idle ones win. It is nil when none has any.
func (l *ledger) longest(prompt []unit) (best *sequence, n int) {
	for _, s := range l.sequences {
		m := common(s.units, prompt)
		if m > n || m == n && m > 0 && best.busy && !s.busy {
			best, n = s, m
		}
	}
	return best, n
}

// idle finds a sequence that no request uses: an empty one, else the one that was
// not used for longest; nil when all are in use.
func (l *ledger) idle() *sequence {
	var found *sequence
	for _, s := range l.sequences {
		if s.busy {
			continue
		}
		if len(s.units) == 0 {
			return s
		}
		if found == nil || s.used < found.used {
			found = s
		}
	}
	return found
}

// stalest finds the idle sequence with cells that was not used for longest,
// other than one.
func (l *ledger) stalest(other *sequence) *sequence {
	var found *sequence
	for _, s := range l.sequences {
		if !s.busy && s != other && len(s.units) > 0 && (found == nil || s.used < found.used) {
			found = s
		}
	}
	return found
}

// idleCells is what the sequences that no request uses hold.
func (l *ledger) idleCells() int {
	n := 0
	for _, s := range l.sequences {
		if !s.busy {
			n += cellsOf(s.units)
		}
	}
	return n
}

// sequencesFor is how many requests to compute concurrently: a batch of 8 pays on one
// core already, and more on several or on a GPU; fewer where the KV cache
// would have no room for an eighth of a whole conversation each.
func sequencesFor(cores int, gpu bool, affordable, limit int) int {
	n := min(max(4*cores, 8), 16)
	if gpu {
		n = 16
	}
	for n > 1 && n*limit/8 > affordable {
		n /= 2
	}
	return n
}
