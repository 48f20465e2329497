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

func TestStatistics(t *testing.T) {
	w, err := metric.Wilson(8, 10, .95) // statsmodels proportion_confint
	if err != nil || math.Abs(w.Low-0.4901624715) > 1e-6 || math.Abs(w.High-0.9433178485) > 1e-6 {
		t.Errorf("Wilson: %v, %v", w, err)
	}
	if _, err := metric.Wilson(0, 0, .95); !errors.Is(err, metric.ErrUndefined) {
		t.Errorf("Wilson of nothing: %v", err)
	}
	if p, _ := metric.McNemarExact(1, 9); !near(p, 22./1024) {
		t.Errorf("McNemar: %v", p)
	}
	if p, _ := metric.McNemarExact(0, 0); p != 1 {
		t.Errorf("McNemar of nothing: %v", p)
	}
	if h, _ := metric.Holm([]float64{.01, .04, .03, .005}); !near(h[0], .03) || !near(h[1], .06) || !near(h[2], .06) || !near(h[3], .02) {
		t.Errorf("Holm: %v", h) // R p.adjust
	}
	if p, _ := metric.PassAtK(10, 3, 2); !near(p, 1-21./45) {
		t.Errorf("pass@2: %v", p)
	}
	if p, _ := metric.PassHatK(10, 3, 2); !near(p, 3./45) {
		t.Errorf("pass^2: %v", p)
	}
	if _, err := metric.PassAtK(1, 0, 2); err == nil {
		t.Error("pass@2 of one sample: want an error")
	}
}

func TestBootstrap(t *testing.T) {
	scores, clusters := make([]float64, 200), make([]string, 200)
	for i := range scores {
		scores[i] = float64(i / 10 % 2)
		clusters[i] = string(rune('a' + i/10))
	}
	alone, err := metric.Bootstrap{Seed: 1}.Mean(scores, nil)
	if err != nil || !(alone.Low < .5 && alone.High > .5) {
		t.Fatalf("%v, %v", alone, err)
	}
	if again, _ := (metric.Bootstrap{Seed: 1}).Mean(scores, nil); again != alone {
		t.Errorf("seed 1 gives %v and %v", alone, again)
	}
	if together, _ := (metric.Bootstrap{Seed: 1}).Mean(scores, clusters); together.High-together.Low < 2*(alone.High-alone.Low) {
		t.Errorf("clusters of equal scores must widen %v, got %v", alone, together)
	}
	if _, err := (metric.Bootstrap{}).Mean([]float64{1, math.NaN()}, nil); err == nil {
		t.Error("NaN: want an error")
	}
	if _, err := (metric.Bootstrap{}).Mean(nil, nil); !errors.Is(err, metric.ErrUndefined) {
		t.Errorf("nothing: %v", err)
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

func BenchmarkBootstrap10000x10000(b *testing.B) {
	scores := make([]float64, 10_000)
	for i := range scores {
		scores[i] = float64(i % 3)
	}
	for b.Loop() {
		_, _ = metric.Bootstrap{Resamples: 10_000}.Mean(scores, nil)
	}
}

func BenchmarkIoU(b *testing.B) {
	for b.Loop() {
		metric.IoU(metric.Box{0, 0, 2, 2}, metric.Box{1, 1, 3, 3})
	}
}
