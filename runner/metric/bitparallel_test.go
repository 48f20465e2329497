package metric

import (
	"math/rand/v2"
	"testing"
)

// table fills the whole table of a dynamic programme: the definition of both distances.
func table(a, b []int, cell func(same bool, diagonal, above, left int) int, border func(i int) int) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = border(j)
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = border(i + 1)
		for j, y := range b {
			d := cell(x == y, diagonal, row[j+1], row[j])
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}

func TestBitParallel(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	list := func(symbols int) []int {
		l := make([]int, random.IntN(300))
		for i := range l {
			l[i] = random.IntN(symbols)
		}
		return l
	}
	for range 2000 {
		symbols := []int{1, 2, 5, 1000}[random.IntN(4)]
		a, b := list(symbols), list(symbols)
		if got, want := editDistance(a, b), table(a, b, func(same bool, diagonal, above, left int) int {
			if same {
				return diagonal
			}
			return 1 + min(diagonal, above, left)
		}, func(i int) int { return i }); got != want {
			t.Fatalf("edit distance %d, want %d: %v %v", got, want, a, b)
		}
		if got, want := longestCommon(a, b), table(a, b, func(same bool, diagonal, above, left int) int {
			if same {
				return diagonal + 1
			}
			return max(above, left)
		}, func(int) int { return 0 }); got != want {
			t.Fatalf("longest common %d, want %d: %v %v", got, want, a, b)
		}
	}
}
