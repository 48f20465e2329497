package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"io"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Shard is one of several parts of a run, each of which runs elsewhere. Every part
// computes the same split from the specs, the selection and Costs alone.
type Shard struct {
	Index, Count int // Index from 1
	// Costs are seconds by ID@backend, from one source that all parts have; nil splits
	// by a hash.
	Costs       map[string]float64
	CostsDigest string // of their source, "" for none
}

// group holds the cases that share images: an image is encoded once, in one shard.
type group struct {
	key   string // the least ID@backend of its cases
	cases []*Case
	cost  float64
}

// shard keeps the cases of the wanted part, in their order, and notes what all
// parts were.
func (p *Plan) shard(cases []*Case) []*Case {
	s := p.Options.Shard
	if s == nil {
		return cases
	}
	all := slices.Clone(cases)
	slices.SortFunc(all, func(a, b *Case) int { return cmp.Compare(a.Index, b.Index) })
	p.Shard = &result.Shard{Index: s.Index, Count: s.Count, Costs: s.CostsDigest, Digest: splitDigest(all, s)}
	for _, c := range all {
		p.Shard.Cases = append(p.Shard.Cases, result.Planned{ID: c.ID, Backend: c.Backend, Suite: c.Suite, Name: c.Name, File: c.Pos.File, Line: c.Pos.Line, Index: c.Index})
	}
	mine := map[*Case]bool{}
	for _, g := range split(groups(all), s)[s.Index-1] {
		for _, c := range g.cases {
			mine[c] = true
		}
	}
	p.Nothing = fmt.Sprintf("shard %d of %d has none of the %d cases", s.Index, s.Count, len(all))
	return slices.DeleteFunc(cases, func(c *Case) bool { return !mine[c] })
}

func key(c *Case) string { return c.ID + "@" + c.Backend }

// splitDigest is the same for the parts of one split, and for no other.
func splitDigest(cases []*Case, s *Shard) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %q\n", s.Count, s.CostsDigest)
	for _, c := range cases {
		fmt.Fprintf(h, "%q %d\n", key(c), c.Repeat)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// groups puts together the cases that share an image, directly or over others.
func groups(cases []*Case) []*group {
	above := make([]int, len(cases)) // union-find
	for i := range above {
		above[i] = i
	}
	root := func(i int) int {
		for above[i] != i {
			above[i] = above[above[i]]
			i = above[i]
		}
		return i
	}
	first := map[string]int{} // by image
	for i, c := range cases {
		for _, t := range c.Turns {
			for _, part := range t.Parts {
				if part.Image == nil {
					continue
				}
				if j, ok := first[part.Image.Path]; ok {
					above[root(i)] = root(j)
				} else {
					first[part.Image.Path] = i
				}
			}
		}
	}
	byRoot := map[int]*group{}
	var all []*group
	for i, c := range cases {
		g := byRoot[root(i)]
		if g == nil {
			g = &group{key: key(c)}
			byRoot[root(i)] = g
			all = append(all, g)
		}
		g.key = min(g.key, key(c))
		g.cases = append(g.cases, c)
	}
	return all
}

// split gives every group to a shard: with costs the longest first, each to the
// shard with the least to do (Graham 1969: at most 4/3 of the best), else by a
// hash of its key.
func split(all []*group, s *Shard) [][]*group {
	parts := make([][]*group, s.Count)
	if s.Costs == nil {
		for _, g := range all {
			h := fnv.New64a()
			_, _ = io.WriteString(h, g.key)
			i := h.Sum64() % uint64(s.Count)
			parts[i] = append(parts[i], g)
		}
		return parts
	}
	estimate(all, s.Costs)
	slices.SortFunc(all, func(a, b *group) int { return cmp.Or(cmp.Compare(b.cost, a.cost), cmp.Compare(a.key, b.key)) })
	load := make([]float64, s.Count)
	for _, g := range all {
		least := 0
		for i := range load {
			if load[i] < load[least] {
				least = i
			}
		}
		load[least] += g.cost
		parts[least] = append(parts[least], g)
	}
	return parts
}

// estimate adds up what the cases of each group cost; one that is not known costs
// the median of its suite, else of all, else a second.
func estimate(all []*group, costs map[string]float64) {
	bySuite, known := map[string][]float64{}, []float64{}
	for _, g := range all {
		for _, c := range g.cases {
			if s, ok := costs[key(c)]; ok {
				bySuite[c.Suite], known = append(bySuite[c.Suite], s), append(known, s)
			}
		}
	}
	usual := median(known, 1)
	medians := map[string]float64{}
	for suite, seconds := range bySuite {
		medians[suite] = median(seconds, usual)
	}
	for _, g := range all {
		for _, c := range g.cases {
			s, ok := costs[key(c)]
			if !ok {
				if s, ok = medians[c.Suite]; !ok {
					s = usual
				}
			}
			g.cost += s
		}
	}
}

func median(values []float64, none float64) float64 {
	if len(values) == 0 {
		return none
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}
