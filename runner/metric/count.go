package metric

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

var countWords = counts()

func counts() map[string]int {
	out := map[string]int{}
	for i, w := range strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen " +
		"fourteen fifteen sixteen seventeen eighteen nineteen twenty") {
		out[w], out[strconv.Itoa(i)] = i, i
	}
	return out
}

// CountTallyQA reads the first whole word that is a number from 0 to 20, in digits without leading zeros or in English:
// "3.5" is 3, "-4" is 4, "twenty-one" is 20. Source: open-compass/VLMEvalKit, dataset/utils/tallyqa.py.
func CountTallyQA(prediction string) (n int, ok bool) {
	for _, word := range strings.FieldsFunc(pytext.Lower(prediction), func(r rune) bool { return !isWord(r) }) {
		if n, ok := countWords[word]; ok {
			return n, true
		}
	}
	return 0, false
}

// isWord is Python's \w on str.
func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

// CountBenchQA is 1 if the gold is part of the prediction ("13" contains "3"). Source: VLMEvalKit, image_vqa.py.
func CountBenchQA(prediction, gold string) float64 { return one(strings.Contains(prediction, gold)) }

var digitsRE = regexp.MustCompile(`\p{Nd}+`)

// CountPixMo compares the first run of digits of both sides as text, so "03" is not "3"; a side without digits is
// taken whole. Source: lmms-eval, tasks/pixmo_count/utils.py.
func CountPixMo(prediction, gold string) float64 {
	return one(firstDigits(prediction) == firstDigits(gold))
}

func firstDigits(s string) string {
	s = pytext.Strip(s)
	if m := digitsRE.FindString(s); m != "" {
		return m
	}
	return s
}

// MeanRelativeAccuracy is VSI-Bench's score of a numeric answer: the share of the ten thresholds θ = 0.5 … 0.95 with
// relative error ≤ 1−θ (absolute error if the gold is 0). The thresholds are computed as numpy.linspace does, whose
// last bit decides an error of exactly 10 percent. Source: VLMEvalKit, spatial_bench/cal_scores.py.
func MeanRelativeAccuracy(prediction, gold float64) float64 {
	e := math.Abs(prediction - gold)
	if gold != 0 {
		e = math.Abs((prediction - gold) / gold)
	}
	const n = 10
	start, end := 0.5, 0.95 // variables: constant arithmetic would be exact
	step := (end - start) / (n - 1)
	hits := 0.0
	for k := range n {
		theta := float64(float64(k)*step) + start
		if k == n-1 {
			theta = end
		}
		hits += one(e <= 1-theta)
	}
	return hits / n
}
