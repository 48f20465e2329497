package plan

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// casesOf makes n cases on images, two or three prompts an image, some with two
// images that chain groups.
func casesOf(n int) []*Case {
	var all []*Case
	for i := range n {
		image := func(k int) spec.Part { return spec.Part{Image: &spec.Image{Path: fmt.Sprintf("/i/%d.png", k)}} }
		c := &spec.Case{ID: fmt.Sprintf("s%d/c%d", i%3, i), Suite: fmt.Sprintf("s%d", i%3), Backend: "tiny", Repeat: 1, Turns: []spec.Turn{{}}}
		switch {
		case i%7 == 0: // text only
		case i%11 == 0:
			c.Turns[0].Parts = []spec.Part{image(i / 3), image(i/3 + 1)}
		default:
			c.Turns[0].Parts = []spec.Part{image(i / 3)}
		}
		all = append(all, &Case{Case: c, Index: i})
	}
	return all
}

func TestShardsAreAPartition(t *testing.T) {
	costs := map[string]float64{}
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range casesOf(200)[:150] {
		costs[key(c)] = r.Float64() * 10
	}
	for _, costs := range []map[string]float64{nil, costs, {}} {
		for _, count := range []int{1, 2, 4, 7, 300} {
			seen, shardOf, digest := map[string]int{}, map[string]int{}, ""
			for index := 1; index <= count; index++ {
				p := &Plan{Options: Options{Shard: &Shard{Index: index, Count: count, Costs: costs}}}
				for _, c := range p.shard(casesOf(200)) {
					if was, twice := seen[key(c)]; twice {
						t.Fatalf("%s is in shards %d and %d of %d", key(c), was, index, count)
					}
					seen[key(c)] = index
					for _, part := range c.Turns[0].Parts {
						if was, ok := shardOf[part.Image.Path]; ok && was != index {
							t.Errorf("%s is in shards %d and %d of %d", part.Image.Path, was, index, count)
						}
						shardOf[part.Image.Path] = index
					}
				}
				if digest == "" {
					digest = p.Shard.Digest
				}
				if p.Shard.Digest != digest || len(p.Shard.Cases) != 200 {
					t.Errorf("shard %d of %d knows another split", index, count)
				}
			}
			if len(seen) != 200 {
				t.Errorf("%d of 200 cases are in one of %d shards", len(seen), count)
			}
		}
	}
}

// With costs no shard has much more to do than another (Graham's bound).
func TestShardsAreBalanced(t *testing.T) {
	all, costs := casesOf(400), map[string]float64{}
	for i, c := range all {
		costs[key(c)] = float64(1 + i%17)
	}
	total, longest := 0.0, 0.0
	for _, g := range groups(all) {
		cost := 0.0
		for _, c := range g.cases {
			cost += costs[key(c)]
		}
		total, longest = total+cost, max(longest, cost)
	}
	for i, part := range split(groups(all), &Shard{Count: 4, Costs: costs}) {
		load := 0.0
		for _, g := range part {
			load += g.cost
		}
		if best := max(total/4, longest); load > best*4/3 {
			t.Errorf("shard %d has %.0f s to do, the best is %.0f s", i+1, load, best)
		}
	}
}

func TestSplitDigest(t *testing.T) {
	all := casesOf(10)
	was := splitDigest(all, &Shard{Count: 2})
	for name, other := range map[string]string{
		"a case less": splitDigest(all[1:], &Shard{Count: 2}), "more parts": splitDigest(all, &Shard{Count: 3}), "costs": splitDigest(all, &Shard{Count: 2, CostsDigest: "ab"}),
	} {
		if other == was {
			t.Errorf("%s: the same digest", name)
		}
	}
}

func TestMedian(t *testing.T) {
	if median(nil, 7) != 7 || median([]float64{3, 1, 2}, 0) != 2 || median([]float64{4, 1}, 0) != 1 {
		t.Error("wrong median")
	}
}
