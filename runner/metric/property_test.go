package metric_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/metric"
)

// words makes a sentence of few words, so that sentences share some.
func words(r *rand.Rand) string {
	all := []string{"a", "red", "blue", "circle", "square", "and", "the", "two"}
	out := make([]string, 1+r.IntN(9))
	for i := range out {
		out[i] = all[r.IntN(len(all))]
	}
	return strings.Join(out, " ")
}

func inUnit(t *testing.T, name string, v float64, err error, of ...any) {
	t.Helper()
	if err != nil || !(v >= 0 && v <= 1+1e-9) {
		t.Fatalf("%s of %v: %v, %v", name, of, v, err)
	}
}

// Similarities of texts lie in [0,1], and those of a text with itself are 1.
func TestTextProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		a, b := words(r), words(r)
		rouge, err := metric.ROUGEL(a, []string{b})
		inUnit(t, "ROUGE-L", rouge, err, a, b)
		more, err := metric.ROUGEL(a, []string{b, words(r)})
		if inUnit(t, "ROUGE-L", more, err, a); more < rouge-1e-12 {
			t.Fatalf("another reference makes ROUGE-L of %q worse: %v, then %v", a, rouge, more)
		}
		bleu, err := metric.BLEU([]metric.Caption{{Prediction: a, References: []string{b}}})
		for _, v := range bleu {
			inUnit(t, "BLEU", v, err, a, b)
		}
		lev := metric.LevenshteinSimilarity(a, b)
		if inUnit(t, "Levenshtein", lev, nil, a, b); lev != metric.LevenshteinSimilarity(b, a) {
			t.Fatalf("Levenshtein of %q and %q depends on their order", a, b)
		}
		anls, err := metric.ANLS(a, []string{b}, 0)
		inUnit(t, "ANLS", anls, err, a, b)
		golds := []string{b, b, a, b, words(r), words(r), b, a, a, a}
		soft, err := metric.VQASoftVLMEvalKit(a, golds)
		inUnit(t, "VQA", soft, err, a)
		r.Shuffle(len(golds), func(i, j int) { golds[i], golds[j] = golds[j], golds[i] })
		if again, _ := metric.VQASoftVLMEvalKit(a, golds); math.Abs(again-soft) > 1e-12 {
			t.Fatalf("the order of annotators changes VQA of %q: %v, then %v", a, soft, again)
		}
		same, err := metric.ROUGEL(a, []string{a})
		if anls, _ := metric.ANLS(a, []string{a}, .5); err != nil || math.Abs(same-1) > 1e-12 || anls != 1 || metric.LevenshteinSimilarity(a, a) != 1 || !metric.RelaxedCorrect(a, a, 0) {
			t.Fatalf("%q is not like itself: ROUGE-L %v, ANLS %v", a, same, anls)
		}
	}
	var corpus []metric.Caption
	for range 20 {
		corpus = append(corpus, metric.Caption{Prediction: words(r), References: []string{words(r), words(r)}})
	}
	first, err := metric.CIDErD(corpus)
	if err != nil || !(first >= 0 && first <= 10) {
		t.Fatalf("CIDEr-D %v, %v", first, err)
	}
	r.Shuffle(len(corpus), func(i, j int) { corpus[i], corpus[j] = corpus[j], corpus[i] })
	if again, _ := metric.CIDErD(corpus); math.Abs(again-first) > 1e-9 {
		t.Fatalf("the order of captions changes CIDEr-D: %v, then %v", first, again)
	}
}

// Correlations lie in [-1,1], do not depend on the order of their sides, on
// scale or offset, nor rank correlations on any growing function.
func TestCorrelationProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		n := 3 + r.IntN(20)
		x, y, grown, scaled := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], y[i] = float64(r.IntN(9)), r.NormFloat64() // with ties
			grown[i], scaled[i] = math.Exp(x[i]/3), 5*x[i]-7
		}
		for name, of := range map[string]func(x, y []float64) (float64, error){"SRCC": metric.SRCC, "PLCC": metric.PLCC, "KRCC": metric.KRCC} {
			v, err := of(x, y)
			if err != nil {
				continue // all of x the same
			}
			back, _ := of(y, x)
			moved, _ := of(scaled, y)
			if !(math.Abs(v) <= 1+1e-9) || math.Abs(v-back) > 1e-9 || math.Abs(v-moved) > 1e-9 {
				t.Fatalf("%s of %v and %v: %v, turned round %v, scaled %v", name, x, y, v, back, moved)
			}
			if ranks, _ := of(grown, y); name != "PLCC" && math.Abs(v-ranks) > 1e-9 {
				t.Fatalf("%s of %v: %v, of a growing function of it %v", name, x, v, ranks)
			}
			if self, _ := of(x, x); math.Abs(self-1) > 1e-9 {
				t.Fatalf("%s of %v with itself: %v", name, x, self)
			}
		}
	}
}

// OKS and shares in masks lie in [0,1]; moving all of an object changes nothing.
func TestPointingProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		n := len(metric.COCOSigmas)
		pred, gold := make([]metric.Keypoint, n), make([]metric.Keypoint, n)
		movedPred, movedGold := make([]metric.Keypoint, n), make([]metric.Keypoint, n)
		for i := range pred {
			gold[i] = metric.Keypoint{X: 100 * r.Float64(), Y: 100 * r.Float64(), V: 2}
			pred[i] = metric.Keypoint{X: gold[i].X + 20*r.NormFloat64(), Y: gold[i].Y + 20*r.NormFloat64(), V: 2}
			movedGold[i], movedPred[i] = metric.Keypoint{X: gold[i].X + 37, Y: gold[i].Y - 5, V: 2}, metric.Keypoint{X: pred[i].X + 37, Y: pred[i].Y - 5, V: 2}
		}
		box, area := [4]float64{0, 0, 100, 100}, 5000.0
		v, err := metric.OKS(pred, gold, box, area, metric.COCOSigmas)
		inUnit(t, "OKS", v, err)
		if moved, _ := metric.OKS(movedPred, movedGold, [4]float64{37, -5, 100, 100}, area, metric.COCOSigmas); math.Abs(moved-v) > 1e-9 {
			t.Fatalf("OKS %v, moved %v", v, moved)
		}
		if larger, _ := metric.OKS(pred, gold, box, 4*area, metric.COCOSigmas); larger < v {
			t.Fatalf("OKS %v, of a larger object %v", v, larger)
		}
		if self, _ := metric.OKS(gold, gold, box, area, metric.COCOSigmas); math.Abs(self-1) > 1e-12 {
			t.Fatalf("OKS with itself: %v", self)
		}
		var points []metric.Pixel
		for range 1 + r.IntN(9) {
			points = append(points, metric.Pixel{X: r.IntN(60) - 20, Y: r.IntN(60) - 20})
		}
		inUnit(t, "points in mask", metric.PointsInMask(points, metric.NewMask(20, 10)), nil, points)
	}
}
