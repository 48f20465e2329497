package stats

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// Flips is the test of [SignFlip].
type Flips struct {
	Diff     float64 // candidate − base, mean over the cases
	Clusters int     // with a difference: the only ones that count
	Lost     int     // clusters whose sum is below 0
	Gained   int     // above 0
	P, MidP  float64 // two-sided
	Exact    bool    // false where signs were drawn at random
}

// SignFlip tests whether two runs over the same cases differ, when cases that share an image depend on each other. The
// differences are added up by cluster; if nothing differs, each sum is as likely as its opposite, so P is the share of all
// choices of signs whose total is as far from 0 as the one seen. MidP gives half the weight to totals just as far; both
// are 1 where the total is 0. With one case a cluster it is [McNemarExact]. No case is ErrUndefined.
//
// Scores that are fractions of a common denominator (0 and 1, or k of n samples) are counted exactly, in
// O(clusters · sum of |differences|); others exactly up to 20 clusters, then by 100,000 draws with a fixed seed.
// Source: Canay, Romano, Shaikh 2017, Econometrica 85:1013.
func SignFlip(base, candidate []float64, clusters []string) (Flips, error) {
	diffs, err := differences(base, candidate, clusters)
	if err != nil {
		return Flips{}, err
	}
	if len(diffs) == 0 {
		return Flips{}, fmt.Errorf("difference over no case: %w", ErrUndefined)
	}
	return signFlip(sum(diffs)/float64(len(diffs)), groupScores(diffs, clusters)), nil
}

func signFlip(diff float64, groups []group) Flips {
	out := Flips{Diff: diff, P: 1, MidP: 1, Exact: true}
	var sums []float64
	total, size := 0.0, 0.0
	for _, g := range groups {
		if math.Abs(g.total) <= 1e-12*g.n {
			continue // rounding
		}
		if g.total < 0 {
			out.Lost++
		} else {
			out.Gained++
		}
		sums = append(sums, math.Abs(g.total))
		total += g.total
		size += math.Abs(g.total)
	}
	out.Clusters = len(sums)
	if math.Abs(total) <= 1e-12*size { // also without clusters
		return out
	}
	if whole, ok := integers(sums); ok {
		out.P, out.MidP = countSigns(whole, math.Abs(total)/size)
	} else if len(sums) <= 20 {
		out.P, out.MidP = everySign(sums, math.Abs(total))
	} else {
		out.P, out.MidP = drawSigns(sums, math.Abs(total))
		out.Exact = false
	}
	return out
}

// integers scales sums to integers without a common factor, if they are fractions of a small common denominator and not
// too much to count with.
func integers(sums []float64) ([]int, bool) {
	const denominators, work = 1000, 400_000_000
	for d := 1.0; d <= denominators; d++ {
		fraction := func(s float64) bool { return math.Abs(s*d-math.Round(s*d)) > 1e-9*max(1, s*d) }
		if slices.ContainsFunc(sums, fraction) {
			continue
		}
		whole := make([]int, len(sums))
		size, common := 0.0, 0
		for i, s := range sums {
			size += math.Round(s * d)
			if size > work {
				return nil, false
			}
			whole[i] = int(math.Round(s * d))
			common = gcd(common, whole[i])
		}
		for i := range whole {
			whole[i] /= common
		}
		return whole, size/float64(common)*float64(len(sums)) <= work
	}
	return nil, false
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// countSigns counts the choices of signs by what the negative ones add up to: a total is as far from 0 as the one seen,
// which is a share of the sum, where that is at most so much, or as much from the other end.
func countSigns(sums []int, share float64) (p, mid float64) {
	size := 0
	for _, s := range sums {
		size += s
	}
	bound := (size - int(math.Round(share*float64(size)))) / 2
	chance := make([]float64, bound+1) // that the negative ones add up to the index
	chance[0] = 1
	reached := 0
	for _, s := range sums {
		reached = min(bound, reached+s)
		for t := reached; t >= 0; t-- {
			chance[t] /= 2
			if t >= s {
				chance[t] += chance[t-s] / 2
			}
		}
	}
	p = 2 * sum(chance)
	return min(1, p), min(1, p-chance[bound])
}

// everySign goes through all choices of signs, one change at a time.
func everySign(sums []float64, observed float64) (p, mid float64) {
	total := sum(sums)
	slack := 1e-12 * total
	signs := slices.Clone(sums)
	count := func() {
		switch far := math.Abs(total) - observed; {
		case far > slack:
			p, mid = p+1, mid+1
		case far >= -slack:
			p, mid = p+1, mid+0.5
		}
	}
	count()
	choices := 1 << (len(sums) - 1) // the first sign may stay: the others come with their opposites
	for i := 1; i < choices; i++ {
		k := 1 + bits.TrailingZeros(uint(i))
		signs[k] = -signs[k]
		total += 2 * signs[k]
		count()
	}
	return p / float64(choices), mid / float64(choices)
}

// drawSigns draws signs at random; the choice that was seen counts as one of the draws.
func drawSigns(sums []float64, observed float64) (p, mid float64) {
	const draws = 100_000
	rng := rand.New(rand.NewPCG(1, 2))
	slack := 1e-12 * sum(sums)
	hits, ties := 1.0, 1.0
	for range draws {
		total, signs := 0.0, uint64(0)
		for i, s := range sums {
			if i%64 == 0 {
				signs = rng.Uint64()
			}
			// The lowest bit becomes the sign of the number.
			total += math.Float64frombits(math.Float64bits(s) | signs<<63)
			signs >>= 1
		}
		if far := math.Abs(total) - observed; far >= -slack {
			hits++
			if far <= slack {
				ties++
			}
		}
	}
	return hits / (draws + 1), (hits - ties/2) / (draws + 1)
}
