package compare_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/vlmspec/vlmspec/runner/compare"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// design is how two made-up runs differ. A case passes with the chance logit⁻¹(μ + image + case), both parts normal
// with standard deviation 1, with a mean of 0.80.
type design struct {
	name          string
	images, each  int
	share         float64 // that the candidate's mean is moved to
	shift         bool    // by image, up or down by 0.9·min(p, 1−p), the mean unchanged: another checkpoint
	null          bool    // nothing differs in the mean
	least         float64 // percent that the deciding test has to find; 0 for no bar
	clustersCount bool    // McNemar's test must differ from the deciding one
}

var designs = []design{
	{name: "N1 200×1", images: 200, each: 1, share: 0.8, null: true},
	{name: "N1 40×5", images: 40, each: 5, share: 0.8, null: true},
	{name: "N2 40×5", images: 40, each: 5, share: 0.8, shift: true, null: true, clustersCount: true},
	{name: "N2 400×5", images: 400, each: 5, share: 0.8, shift: true, null: true},
	{name: "N2 10×5", images: 10, each: 5, share: 0.8, shift: true, null: true},
	{name: "P 200×1", images: 200, each: 1, share: 0.65, least: 90},
	{name: "P 40×5", images: 40, each: 5, share: 0.65, least: 90},
	{name: "PI 40×5", images: 40, each: 5, share: 0.65, shift: true},
	{name: "P 10×5", images: 10, each: 5, share: 0.65},
	{name: "5 points 200×1", images: 200, each: 1, share: 0.75},
	{name: "N1 1000×1", images: 1000, each: 1, share: 0.8, null: true},
}

// tally counts, over comparisons, what each test calls different, and the verdicts.
type tally struct {
	n, drawn                                        int
	flips                                           float64
	mcnemar, mcnemarMid, signs, signsMid, t, resamp int
	verdicts                                        map[compare.Verdict]int
}

// simulated draws pairs of runs of a design and compares them, so many times; every tenth also by resampling.
func simulated(tb testing.TB, d design, comparisons int, seed uint64) tally {
	r := rand.New(rand.NewPCG(seed, 18))
	base, candidate := madeUp(d), madeUp(d)
	mu := meanAt(0.8)
	out := tally{verdicts: map[compare.Verdict]int{}}
	for range comparisons {
		was, now, images := draw(r, d, mu, base, candidate)
		c, err := compare.Runs(base, candidate, compare.Defaults())
		if err != nil {
			tb.Fatal(err)
		}
		out.add(tb, c, was, now, images)
	}
	return out
}

func (t *tally) add(tb testing.TB, c *compare.Comparison, was, now []float64, images []string) {
	s := &c.Suites[0]
	count := func(n *int, different bool) {
		if different {
			*n++
		}
	}
	t.n++
	t.verdicts[c.Verdict]++
	t.flips += float64(s.Beside.Lost+s.Beside.Gained) / float64(s.Cases)
	count(&t.mcnemar, s.Beside.McNemar <= 0.05)
	count(&t.mcnemarMid, s.Beside.McNemarMid <= 0.05)
	count(&t.signs, s.Test.P <= 0.05)
	count(&t.signsMid, s.Test.MidP <= 0.05)
	clustered, err := stats.PairedClustered(was, now, images, 0.95)
	if err != nil {
		tb.Fatal(err)
	}
	count(&t.t, clustered.P <= 0.05)
	if t.n%10 > 0 {
		return
	}
	t.drawn++
	_, i, err := stats.PairedBootstrap(was, now, images, 0.95, 1000)
	if err != nil {
		tb.Fatal(err)
	}
	count(&t.resamp, i.Low > 0 || i.High < 0)
}

// madeUp is a run of a design, whose outcomes are drawn later.
func madeUp(d design) *result.Run {
	r := run("", 1)
	n := d.images * d.each
	r.Manifest.Suites[0].Cases["tiny"] = n
	for i := range n {
		image := fmt.Sprint("i", i/d.each)
		r.Cases = append(r.Cases, result.Case{ID: fmt.Sprint("s/c", i), Suite: "s", Backend: "tiny", Images: []result.Image{{SHA256: image}}})
	}
	return r
}

func draw(r *rand.Rand, d design, mu float64, base, candidate *result.Run) (was, now []float64, images []string) {
	for g := range d.images {
		image, up := r.NormFloat64(), r.IntN(2) == 0
		for k := range d.each {
			i := g*d.each + k
			p := logistic(mu + image + r.NormFloat64())
			q := p
			if d.shift {
				by := 0.9 * math.Min(p, 1-p)
				if !up {
					by = -by
				}
				q += by
			}
			q *= d.share / 0.8
			b, c := set(&base.Cases[i], r.Float64() < p), set(&candidate.Cases[i], r.Float64() < q)
			was, now, images = append(was, b), append(now, c), append(images, candidate.Cases[i].Images[0].SHA256)
		}
	}
	return was, now, images
}

func set(c *result.Case, passed bool) float64 {
	if c.Outcome, c.Score = result.Failed, 0; passed {
		c.Outcome, c.Score = result.Passed, 1
	}
	return c.Score
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// meanAt is the μ at which the chances have a mean.
func meanAt(mean float64) float64 {
	low, high := -10.0, 10.0
	for range 60 {
		mid := (low + high) / 2
		total, weights := 0.0, 0.0
		for z := -8.0; z <= 8; z += 0.01 {
			w := math.Exp(-z * z / 2)
			total += w * logistic(mid+math.Sqrt2*z)
			weights += w
		}
		if total/weights < mean {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// check says what a right implementation would not show.
func (t *tally) check(tb testing.TB, d design) {
	signs := t.percent(t.signs)
	if most := 5.7; d.null && signs > most {
		tb.Errorf("%s: the deciding test calls %.1f %% different, more than %.1f %%, and nothing is", d.name, signs, most)
	}
	if signs < d.least {
		tb.Errorf("%s: the deciding test finds %.1f %%, less than %.0f %%", d.name, signs, d.least)
	}
	if d.clustersCount && t.mcnemar == t.signs {
		tb.Errorf("%s: McNemar's test and the deciding one agree on everything, so clusters are not used", d.name)
	}
}

func (t *tally) percent(n int) float64 { return 100 * float64(n) / float64(t.n) }

func (t *tally) row(d design) string {
	return fmt.Sprintf("| %s | %.2f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f |", d.name, t.flips/float64(t.n),
		t.percent(t.mcnemar), t.percent(t.mcnemarMid), t.percent(t.signs), t.percent(t.signsMid), t.percent(t.t), 100*float64(t.resamp)/float64(t.drawn),
		t.percent(t.verdicts[compare.Block]), t.percent(t.verdicts[compare.Warn]), t.percent(t.verdicts[compare.Inconclusive]), t.percent(t.verdicts[compare.Pass]))
}

// BenchmarkSimulation prints the table of docs/statistics.md, and fails where it should not look like that.
func BenchmarkSimulation(b *testing.B) {
	const comparisons = 10_000
	for b.Loop() {
		fmt.Println("\n| images × prompts | flips | McNemar exact | mid-p | sign flips | their mid-p | clustered t | percentile | BLOCK | WARN | INCONCLUSIVE | PASS |")
		fmt.Println("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
		for _, d := range designs {
			t := simulated(b, d, comparisons, 1)
			fmt.Println(t.row(d))
			t.check(b, d)
		}
	}
}

// The same over fewer comparisons, which sees what is grossly wrong.
func TestSimulation(t *testing.T) {
	for _, d := range designs {
		if d.images*d.each > 200 {
			continue
		}
		tally := simulated(t, d, 400, 7)
		if signs := tally.percent(tally.signs); d.null && signs > 9 || signs < d.least-5 || d.clustersCount && tally.mcnemar <= tally.signs {
			t.Errorf("%s", tally.row(d))
		}
	}
}

func BenchmarkCompare2000(b *testing.B) {
	d := design{images: 400, each: 5, share: 0.8}
	base, candidate := madeUp(d), madeUp(d)
	draw(rand.New(rand.NewPCG(1, 1)), d, 1.8, base, candidate)
	for b.Loop() {
		if _, err := compare.Runs(base, candidate, compare.Defaults()); err != nil {
			b.Fatal(err)
		}
	}
}
