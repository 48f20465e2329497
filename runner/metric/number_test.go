package metric_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vlmspec/vlmspec/runner/metric"
)

func randomMatrix(rng *rand.Rand, n, m int) [][]float64 {
	c := make([][]float64, n)
	for i := range c {
		c[i] = make([]float64, m)
		for j := range c[i] {
			c[i][j] = math.Floor(rng.Float64() * 20)
		}
	}
	return c
}

// least tries every matching.
func least(cost [][]float64, row int, used []bool, skips int) float64 {
	if row == len(cost) {
		return 0
	}
	best := math.Inf(1)
	if skips > 0 {
		best = least(cost, row+1, used, skips-1)
	}
	for j := range used {
		if !used[j] {
			used[j] = true
			best = min(best, cost[row][j]+least(cost, row+1, used, skips))
			used[j] = false
		}
	}
	return best
}

func TestAssignIsOptimal(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		n, m := 1+rng.IntN(5), 1+rng.IntN(5)
		cost := randomMatrix(rng, n, m)
		total, seen := 0.0, map[int]bool{}
		for i, j := range metric.Assign(cost) {
			if j < 0 {
				continue
			}
			if seen[j] {
				t.Fatalf("column %d twice for %v", j, cost)
			}
			seen[j] = true
			total += cost[i][j]
		}
		if want := least(cost, 0, make([]bool, m), max(0, n-m)); len(seen) != min(n, m) || !near(total, want) {
			t.Fatalf("%v: %d pairs at %v, want %v", cost, len(seen), total, want)
		}
	}
}

func TestAssignForbidden(t *testing.T) {
	inf := math.Inf(1)
	for _, tc := range []struct {
		cost [][]float64
		want []int
	}{
		{nil, nil},
		{[][]float64{{inf, inf}, {1, inf}}, []int{-1, 0}},
		{[][]float64{{1, 2}, {1, math.NaN()}}, []int{1, 0}},
		{[][]float64{{3}, {1}, {2}}, []int{-1, 0, -1}},
	} {
		if got := metric.Assign(tc.cost); !slices.Equal(got, tc.want) {
			t.Errorf("%v: %v, want %v", tc.cost, got, tc.want)
		}
	}
}

func TestIoU(t *testing.T) {
	for _, tc := range []struct {
		name string
		a, b metric.Box
		want float64
	}{
		{"same", metric.Box{0, 0, 2, 2}, metric.Box{0, 0, 2, 2}, 1},
		{"touching", metric.Box{0, 0, 1, 1}, metric.Box{1, 0, 2, 1}, 0},
		{"half", metric.Box{0, 0, 2, 1}, metric.Box{0, 0, 1, 1}, .5},
		{"no area", metric.Box{1, 1, 1, 1}, metric.Box{1, 1, 1, 1}, 0},
		{"not a number", metric.Box{math.NaN(), 0, 1, 1}, metric.Box{0, 0, 1, 1}, 0},
	} {
		if got := metric.IoU(tc.a, tc.b); !near(got, tc.want) || metric.IoU(tc.b, tc.a) != got {
			t.Errorf("%s: %v, want %v both ways", tc.name, got, tc.want)
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		var a, b, a2, b2 metric.Box
		for i := range a {
			a[i], b[i] = rng.Float64(), rng.Float64()
			a2[i], b2[i] = 3*a[i]+7, 3*b[i]+7
		}
		v := metric.IoU(a, b)
		if v < 0 || v > 1 || !near(v, metric.IoU(a2, b2)) {
			t.Fatalf("%v %v: %v, scaled %v", a, b, v, metric.IoU(a2, b2))
		}
	}
}

// scipy.stats 1.17: spearmanr, pearsonr, kendalltau.
func TestCorrelations(t *testing.T) {
	x, y := []float64{1, 2, 2, 4, 5}, []float64{2, 1, 3, 3, 5}
	for _, tc := range []struct {
		name string
		f    func(x, y []float64) (float64, error)
		want float64
	}{{"srcc", metric.SRCC, 7.25 / 9.5}, {"plcc", metric.PLCC, 7.8 / math.Sqrt(10.8*8.8)}, {"krcc", metric.KRCC, 6. / 9}} {
		got, err := tc.f(x, y)
		if err != nil || !near(got, tc.want) {
			t.Errorf("%s: %v, %v, want %v", tc.name, got, err, tc.want)
		}
		if back, _ := tc.f(y, x); !near(back, got) {
			t.Errorf("%s is not symmetric", tc.name)
		}
		if _, err := tc.f(x, []float64{1, 1, 1, 1, 1}); !errors.Is(err, metric.ErrUndefined) {
			t.Errorf("%s with a constant: %v", tc.name, err)
		}
		if _, err := tc.f([]float64{1, math.NaN()}, []float64{1, 2}); err == nil {
			t.Errorf("%s with NaN: want an error", tc.name)
		}
	}
}

func TestPolygon(t *testing.T) {
	square := [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}}
	if !metric.InPolygon(.5, .5, square) || !metric.InPolygon(0, .5, square) || metric.InPolygon(1.1, .5, square) {
		t.Error("square")
	}
	if metric.InPolygonRoboSpatial(.5, .5, square) {
		t.Error("the RoboSpatial quirk leaves a rectangle without inside")
	}
}

func BenchmarkAssign1000(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	cost := make([][]float64, 1000)
	for i := range cost {
		cost[i] = make([]float64, 1000)
		for j := range cost[i] {
			cost[i][j] = rng.Float64()
		}
	}
	for b.Loop() {
		metric.Assign(cost)
	}
}

func BenchmarkIoU(b *testing.B) {
	for b.Loop() {
		metric.IoU(metric.Box{0, 0, 2, 2}, metric.Box{1, 1, 3, 3})
	}
}
