package metric

import "math/bits"

// positions says where the symbols of a pattern stand: a bit for each place, 64 to a word. Symbols that stand often have
// their words ready, of which there can be no more than 64; those of the others are filled in when they are asked for, so
// that it takes no more memory than the pattern.
type positions[T comparable] struct {
	words   int
	often   map[T][]uint64
	seldom  map[T][]int
	scratch []uint64
	filled  []int
}

func positionsOf[T comparable](pattern []T) *positions[T] {
	p := &positions[T]{words: (len(pattern) + 63) / 64, often: map[T][]uint64{}, seldom: map[T][]int{}}
	p.scratch = make([]uint64, p.words)
	for i, x := range pattern {
		p.seldom[x] = append(p.seldom[x], i)
	}
	for x, at := range p.seldom {
		if len(at) >= p.words {
			p.often[x] = make([]uint64, p.words)
			set(p.often[x], at)
			delete(p.seldom, x)
		}
	}
	return p
}

func set(words []uint64, at []int) {
	for _, i := range at {
		words[i/64] |= 1 << (i % 64)
	}
}

// of a symbol; valid until the next call.
func (p *positions[T]) of(x T) []uint64 {
	if words, ok := p.often[x]; ok {
		return words
	}
	for _, i := range p.filled {
		p.scratch[i/64] = 0
	}
	p.filled = p.seldom[x]
	set(p.scratch, p.filled)
	return p.scratch
}

// longestCommon is the length of the longest common subsequence, 64 cells of a row at once.
// Source: Hyyrö, "Bit-parallel LCS-length computation revisited" (2004).
func longestCommon[T comparable](a, b []T) int {
	p := positionsOf(b)
	row := make([]uint64, p.words)
	for i := range row {
		row[i] = ^uint64(0)
	}
	for _, x := range a {
		carry := uint64(0)
		for i, at := range p.of(x) {
			v, u := row[i], row[i]&at
			var sum uint64
			sum, carry = bits.Add64(v, u, carry)
			row[i] = sum | v&^u
		}
	}
	n := 0
	for i, v := range row {
		in := min(len(b)-64*i, 64) // of this word
		n += in - bits.OnesCount64(v<<(64-in))
	}
	return n
}

// editDistance is the Levenshtein distance, 64 cells of a column at once.
// Source: Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances" (2003), after Myers (1999).
func editDistance[T comparable](a, b []T) int {
	if len(b) == 0 {
		return len(a)
	}
	p := positionsOf(b)
	plus, minus := make([]uint64, p.words), make([]uint64, p.words) // where a cell is one more, one less than the one above
	for i := range plus {
		plus[i] = ^uint64(0)
	}
	last := uint64(1) << ((len(b) - 1) % 64)
	distance := len(b)
	for _, x := range a {
		up, down := uint64(1), uint64(0) // whether the cell above this word is one more, one less than the one to its left
		for i, at := range p.of(x) {
			pv, mv := plus[i], minus[i]
			xv := at | mv
			at |= down
			xh := (((at & pv) + pv) ^ pv) | at
			ph, mh := mv|^(xh|pv), pv&xh
			if i == p.words-1 {
				if ph&last != 0 {
					distance++
				} else if mh&last != 0 {
					distance--
				}
			}
			nextUp, nextDown := ph>>63, mh>>63
			ph, mh = ph<<1|up, mh<<1|down
			plus[i], minus[i] = mh|^(xv|ph), ph&xv
			up, down = nextUp, nextDown
		}
	}
	return distance
}
