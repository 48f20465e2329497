package metric

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// DepictQAEqual is 1 if the stripped texts are equal, case included: "Image A." is not "Image A".
// Source: XPixelGroup/DepictQA, src/eval/cal_acc_rating.py.
func DepictQAEqual(prediction, gold string) float64 {
	return one(pytext.Strip(prediction) == pytext.Strip(gold))
}

// DepictQADistortions scores a list of distortions joined by "and" (even inside a word): 1 if the predicted set is the
// gold list, else the predicted names that are in the gold over the longer of the two.
// Source: src/eval/cal_acc_multi_distortion.py.
func DepictQADistortions(prediction, gold string) float64 {
	pred := distortions(prediction)
	slices.Sort(pred)
	pred = slices.Compact(pred)
	want := distortions(gold)
	slices.Sort(want)
	if slices.Equal(pred, want) {
		return 1
	}
	found := 0.0
	for _, p := range pred {
		found += one(slices.Contains(want, p))
	}
	return found / float64(max(len(pred), len(want)))
}

func distortions(s string) []string {
	return mapped(func(s string) string { return pytext.Lower(pytext.Strip(s)) }, strings.Split(pytext.Strip(s), "and"))
}

// ConfidenceBin is the accuracy of answers with a confidence in (Low, High].
type ConfidenceBin struct{ Samples, Right int }

// ConfidenceBins sorts answers into bins by confidence rounded to six decimals. A confidence that falls into no bin
// (0, or above the last bound) is an error. Source: src/eval/cal_acc_rating.py --confidence.
func ConfidenceBins(right []bool, confidence, bounds []float64) ([]ConfidenceBin, error) {
	if len(bounds) < 2 || len(right) != len(confidence) {
		return nil, fmt.Errorf("%d bounds for %d answers with %d confidences", len(bounds), len(right), len(confidence))
	}
	bins := make([]ConfidenceBin, len(bounds)-1)
	for i, c := range confidence {
		c = pytext.Round(c, 6)
		bin := -1
		for j := range bins {
			if c > bounds[j] && c <= bounds[j+1] {
				bin = j
				break
			}
		}
		if bin < 0 {
			return nil, fmt.Errorf("confidence %v is in no interval", c)
		}
		bins[bin].Samples++
		if right[i] {
			bins[bin].Right++
		}
	}
	return bins, nil
}

// Vote is one comparison of two images: Text "Image A" or "Image B" names the better one.
type Vote struct {
	A, B, Text string
	Confidence float64 // of the named one, used on request
}

// VoteScores gives each image the mean of its votes: 1 or 0, or the confidence and its complement. Any other text is
// an error. Source: src/eval/cal_srcc_plcc_voting.py.
func VoteScores(votes []Vote, useConfidence bool) (map[string]float64, error) {
	total, n := map[string]float64{}, map[string]float64{}
	for _, v := range votes {
		c := 1.0
		if useConfidence {
			c = v.Confidence
		}
		a, b := c, 1-c
		switch pytext.Strip(v.Text) {
		case "Image A":
		case "Image B":
			a, b = b, a
		default:
			return nil, fmt.Errorf("vote %q is neither Image A nor Image B", v.Text)
		}
		total[v.A] += a
		total[v.B] += b
		n[v.A]++
		n[v.B]++
	}
	for image := range total {
		total[image] /= n[image]
	}
	return total, nil
}

// FittedCorrelation maps scores to opinions by FitLogistic4 and correlates the fitted values with the opinions.
func FittedCorrelation(scores, opinions []float64) (fitted []float64, srcc, plcc float64, err error) {
	b, err := FitLogistic4(scores, opinions)
	if err != nil {
		return nil, 0, 0, err
	}
	for _, x := range scores {
		fitted = append(fitted, b.At(x))
	}
	if srcc, err = SRCC(fitted, opinions); err != nil {
		return fitted, 0, 0, err
	}
	plcc, err = PLCC(fitted, opinions)
	return fitted, srcc, plcc, err
}

// JudgePair reads two scores from a judge's first line, commas as spaces; ok is false if there are not exactly two.
// Source: src/eval/cal_gpt4_score_detail_v1.py.
func JudgePair(review string) (first, second float64, ok bool) {
	line, _, _ := strings.Cut(review, "\n")
	parts := strings.Split(strings.ReplaceAll(line, ",", " "), " ")
	if len(parts) != 2 {
		return 0, 0, false
	}
	first, ok1 := pytext.Float(parts[0])
	second, ok2 := pytext.Float(parts[1])
	return first, second, ok1 && ok2
}

// JudgeScore reads one score from a judge's first line. Source: src/eval/cal_gpt4_score_detail_v2.py.
func JudgeScore(review string) (score float64, ok bool) {
	line, _, _ := strings.Cut(review, "\n")
	return pytext.Float(line)
}
