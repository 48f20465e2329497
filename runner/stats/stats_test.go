package stats_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/vlmspec/vlmspec/runner/stats"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(b)) }

func TestStatistics(t *testing.T) {
	w, err := stats.Wilson(8, 10, .95) // statsmodels proportion_confint
	if err != nil || math.Abs(w.Low-0.4901624715) > 1e-6 || math.Abs(w.High-0.9433178485) > 1e-6 {
		t.Errorf("Wilson: %v, %v", w, err)
	}
	if _, err := stats.Wilson(0, 0, .95); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("Wilson of nothing: %v", err)
	}
	if p, _ := stats.McNemarExact(1, 9); !near(p, 22./1024) {
		t.Errorf("McNemar: %v", p)
	}
	if p, _ := stats.McNemarExact(0, 0); p != 1 {
		t.Errorf("McNemar of nothing: %v", p)
	}
	if h, _ := stats.Holm([]float64{.01, .04, .03, .005}); !near(h[0], .03) || !near(h[1], .06) || !near(h[2], .06) || !near(h[3], .02) {
		t.Errorf("Holm: %v", h) // R p.adjust
	}
	if p, _ := stats.PassAtK(10, 3, 2); !near(p, 1-21./45) {
		t.Errorf("pass@2: %v", p)
	}
	if p, _ := stats.PassHatK(10, 3, 2); !near(p, 3./45) {
		t.Errorf("pass^2: %v", p)
	}
	if _, err := stats.PassAtK(1, 0, 2); err == nil {
		t.Error("pass@2 of one sample: want an error")
	}
}

func TestBootstrap(t *testing.T) {
	scores, clusters := make([]float64, 200), make([]string, 200)
	for i := range scores {
		scores[i] = float64(i / 10 % 2)
		clusters[i] = string(rune('a' + i/10))
	}
	alone, err := stats.Bootstrap{Seed: 1}.Mean(scores, nil)
	if err != nil || !(alone.Low < .5 && alone.High > .5) {
		t.Fatalf("%v, %v", alone, err)
	}
	if again, _ := (stats.Bootstrap{Seed: 1}).Mean(scores, nil); again != alone {
		t.Errorf("seed 1 gives %v and %v", alone, again)
	}
	if together, _ := (stats.Bootstrap{Seed: 1}).Mean(scores, clusters); together.High-together.Low < 2*(alone.High-alone.Low) {
		t.Errorf("clusters of equal scores must widen %v, got %v", alone, together)
	}
	if _, err := (stats.Bootstrap{}).Mean([]float64{1, math.NaN()}, nil); err == nil {
		t.Error("NaN: want an error")
	}
	if _, err := (stats.Bootstrap{}).Mean(nil, nil); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("nothing: %v", err)
	}
}

// pass^k <= pass@1 <= pass@k, all in [0,1], and more right samples never hurt.
func TestPassProperties(t *testing.T) {
	for n := 1; n <= 8; n++ {
		for k := 1; k <= n; k++ {
			before := -1.0
			for c := 0; c <= n; c++ {
				one, err1 := stats.PassAtK(n, c, 1)
				at, err2 := stats.PassAtK(n, c, k)
				hat, err3 := stats.PassHatK(n, c, k)
				if err1 != nil || err2 != nil || err3 != nil || hat < 0 || at > 1 || hat > one+1e-12 || one > at+1e-12 || at < before {
					t.Fatalf("n %d, c %d, k %d: pass^k %v, pass@1 %v, pass@k %v", n, c, k, hat, one, at)
				}
				before = at
				i, err := stats.Wilson(c, n, 0.95)
				if p := float64(c) / float64(n); err != nil || i.Low > p || i.High < p || i.Low < 0 || i.High > 1 {
					t.Fatalf("Wilson of %d of %d: %v, %v", c, n, i, err)
				}
			}
		}
	}
}

// The interval of a mean as a statistic is the interval of the mean; it repeats,
// and draws of one cluster alone have none.
func TestBootstrapOf(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	scores := make([]float64, 80)
	clusters := make([]string, 80)
	for i := range scores {
		scores[i], clusters[i] = r.Float64(), string(rune('a'+i/4))
	}
	meanOf := func(drawn []int) (float64, bool) {
		sum := 0.0
		for _, i := range drawn {
			sum += scores[i]
		}
		return sum / float64(len(drawn)), true
	}
	b := stats.Bootstrap{Resamples: 4000}
	want, err1 := b.Mean(scores, clusters)
	got, err2 := b.Of(len(scores), clusters, meanOf)
	again, err3 := b.Of(len(scores), clusters, meanOf)
	if err1 != nil || err2 != nil || err3 != nil || math.Abs(got.Low-want.Low) > 0.01 || math.Abs(got.High-want.High) > 0.01 || got != again {
		t.Errorf("as a statistic %v, again %v, as a mean %v (%v, %v, %v)", got, again, want, err1, err2, err3)
	}
	if _, err := b.Of(3, []string{"a", "a", "a"}, meanOf); err == nil {
		t.Error("one cluster has an interval")
	}
	if _, err := b.Of(3, []string{"a"}, meanOf); err == nil {
		t.Error("three cases have one cluster")
	}
	if _, err := b.Of(3, nil, func([]int) (float64, bool) { return 0, false }); err == nil {
		t.Error("what is never defined has an interval")
	}
}

func BenchmarkBootstrap10000x10000(b *testing.B) {
	scores := make([]float64, 10_000)
	for i := range scores {
		scores[i] = float64(i % 3)
	}
	for b.Loop() {
		_, _ = stats.Bootstrap{Resamples: 10_000}.Mean(scores, nil)
	}
}
