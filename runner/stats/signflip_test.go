package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/vlmspec/vlmspec/runner/stats"
)

// runs are scores of two runs over images with some cases each, of which a share flips.
func runs(r *rand.Rand, images, each int, score func() (base, candidate float64)) (base, candidate []float64, clusters []string) {
	for i := range images {
		for range each {
			b, c := score()
			base, candidate, clusters = append(base, b), append(candidate, c), append(clusters, fmt.Sprint("i", i))
		}
	}
	r.Shuffle(len(base), func(i, j int) {
		base[i], base[j] = base[j], base[i]
		candidate[i], candidate[j] = candidate[j], candidate[i]
		clusters[i], clusters[j] = clusters[j], clusters[i]
	})
	return base, candidate, clusters
}

// With one case an image the sign flips are McNemar's exact test.
func TestSignFlipIsMcNemar(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		b, c := 0, 0
		base, candidate, clusters := runs(r, 1+r.IntN(300), 1, func() (float64, float64) {
			x, y := float64(r.IntN(2)), float64(r.IntN(2))
			if x > y {
				b++
			} else if y > x {
				c++
			}
			return x, y
		})
		f, err := stats.SignFlip(base, candidate, clusters)
		exact, _ := stats.McNemarExact(b, c)
		mid, _ := stats.McNemarMidP(b, c)
		if err != nil || !f.Exact || math.Abs(f.P-exact) > 1e-12 || math.Abs(f.MidP-mid) > 1e-12 || f.Lost != b || f.Gained != c {
			t.Fatalf("%d lost, %d gained: %+v, %v; McNemar %v and %v", b, c, f, err, exact, mid)
		}
	}
}

// Counting, trying every sign and drawing signs are the same test; scale does not matter, nor which run is the base.
func TestSignFlipWays(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for round := range 30 {
		images := []int{7, 12, 40}[round%3]
		base, candidate, clusters := runs(r, images, 3, func() (float64, float64) { return float64(r.IntN(6)) / 5, float64(r.IntN(7)) / 6 })
		counted, err := stats.SignFlip(base, candidate, clusters)
		if err != nil || !counted.Exact {
			t.Fatal(counted, err)
		}
		back, _ := stats.SignFlip(candidate, base, clusters)
		if back.P != counted.P || back.Diff != -counted.Diff {
			t.Fatalf("%+v, turned round %+v", counted, back)
		}
		for i := range base {
			base[i] *= math.Pi
			candidate[i] *= math.Pi
		}
		tolerance := 1e-12
		other, err := stats.SignFlip(base, candidate, clusters)
		if images > 20 {
			tolerance = 0.006
		}
		if err != nil || other.Exact != (other.Clusters <= 20) || math.Abs(other.P-counted.P) > tolerance || math.Abs(other.MidP-counted.MidP) > tolerance {
			t.Fatalf("%d images: counted %+v, else %+v (%v)", images, counted, other, err)
		}
	}
}

// Whole images that are lost count once each, however many cases they have.
func TestSignFlipCountsImages(t *testing.T) {
	lost := func(images int) stats.Flips {
		base, candidate, clusters := runs(rand.New(rand.NewPCG(3, 3)), images, 5, func() (float64, float64) { return 1, 0 })
		f, err := stats.SignFlip(base, candidate, clusters)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if five, six := lost(5), lost(6); !near(five.P, 2./32) || !near(six.P, 2./64) || six.Lost != 6 {
		t.Errorf("%+v, %+v", five, six)
	}
}

func TestDetectable(t *testing.T) {
	for _, c := range []struct {
		n           int
		discordance float64
		points      float64
	}{{200, .1, 6.2}, {200, .25, 9.8}, {1000, .1, 2.8}, {1000, .25, 4.4}} {
		d := stats.Design{Discordance: c.discordance, Alpha: .05, Power: .8}
		got, err := d.Detectable(c.n)
		if err != nil || math.Abs(100*got-c.points) > 0.05 {
			t.Errorf("%d cases, %v flips: %v, %v, want %v points", c.n, c.discordance, got, err, c.points)
		}
		if n, err := d.Cases(got); err != nil || n < c.n-1 || n > c.n+1 {
			t.Errorf("%v points take %d cases (%v), want %d", c.points, n, err, c.n)
		}
	}
	// So few cases find nothing, however much flips.
	if v, err := (stats.Design{Discordance: 1, Alpha: .01, Power: .95}).Detectable(5); err == nil {
		t.Errorf("five cases find %v", v)
	}
}

func BenchmarkSignFlip10000(b *testing.B) {
	r := rand.New(rand.NewPCG(4, 4))
	base, candidate, clusters := runs(r, 2000, 5, func() (float64, float64) { return float64(r.IntN(6)) / 5, float64(r.IntN(6)) / 5 })
	for b.Loop() {
		if _, err := stats.SignFlip(base, candidate, clusters); err != nil {
			b.Fatal(err)
		}
	}
}
