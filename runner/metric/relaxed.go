package metric

import (
	"math"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// RelaxedTolerance is ChartQA's: 5 percent of the gold value.
const RelaxedTolerance = 0.05

// RelaxedCorrect is ChartQA's relaxed accuracy as VLMEvalKit, lmms-eval and pix2struct have it. Numbers (a trailing %
// divides by 100) are right within the tolerance of the gold, inclusive; anything else, and a gold of 0, is compared as
// lower-cased text. "5%" is not "5", and "1,000" is text. Source: google-research/pix2struct, metrics.py.
func RelaxedCorrect(prediction, gold string, tolerance float64) bool {
	p, okP := percentOrFloat(prediction)
	g, okG := percentOrFloat(gold)
	if okP && okG && g != 0 {
		return math.Abs(p-g)/math.Abs(g) <= tolerance
	}
	return pytext.Lower(prediction) == pytext.Lower(gold)
}

// RelaxedBest is 1 if the stripped prediction is right for one of the golds, which are not stripped. Source:
// open-compass/VLMEvalKit, dataset/utils/vqa_eval.py (process_line, relaxed_accuracy).
func RelaxedBest(prediction string, golds []string) (float64, error) {
	if len(golds) == 0 {
		return 0, ErrUndefined
	}
	for _, g := range golds {
		if RelaxedCorrect(pytext.Strip(prediction), g, RelaxedTolerance) {
			return 1, nil
		}
	}
	return 0, nil
}

func percentOrFloat(s string) (float64, bool) {
	if !strings.HasSuffix(s, "%") {
		return pytext.Float(s)
	}
	x, ok := pytext.Float(strings.TrimRight(s, "%"))
	return x / 100, ok
}

// RelaxedSmolVLM is huggingface/smollm's: strictly below 5 percent of the signed gold, so a negative gold accepts any
// number; number words inside the text and commas count as digits; a gold of 0 must be met exactly. Not recommended.
// Source: open_ended_vqa_metrics.py, _compute_relaxed_vqa_accuracy.
func RelaxedSmolVLM(prediction, gold string) bool {
	g, ok := smolNumber(gold)
	if !ok {
		return prediction == gold
	}
	p, ok := smolNumber(prediction)
	switch {
	case !ok:
		return false
	case g == 0:
		return p == 0
	}
	return math.Abs(p-g)/g < RelaxedTolerance
}

var smolWords = chain{
	strings.NewReplacer("one", "1"), strings.NewReplacer("two", "2"), strings.NewReplacer("three", "3"),
	strings.NewReplacer("four", "4"), strings.NewReplacer("five", "5"), strings.NewReplacer("six", "6"),
	strings.NewReplacer("seven", "7"), strings.NewReplacer("eight", "8"), strings.NewReplacer("nine", "9"),
	strings.NewReplacer("zero", "0"), strings.NewReplacer(",", ""),
}

func smolNumber(s string) (float64, bool) { return pytext.Float(smolWords.Replace(pytext.Lower(s))) }
