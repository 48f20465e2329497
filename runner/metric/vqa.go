package metric

import (
	"fmt"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// softScore is VQA's accuracy over annotators' answers: each gold answer in turn is left out and the others that equal
// the prediction are counted; three are full marks; the mean over the left-out answers is the score, in [0,1].
//
//	score = 1/n · Σᵢ min(1, |{j≠i : gⱼ = p}| / 3)
func softScore(prediction string, golds []string) (float64, error) {
	n, k := float64(len(golds)), 0.0
	if n == 0 {
		return 0, fmt.Errorf("VQA score without gold answers: %w", ErrUndefined)
	}
	for _, g := range golds {
		k += one(g == prediction)
	}
	return (k*min(1, (k-1)/3) + (n-k)*min(1, k/3)) / n, nil
}

func mapped(f func(string) string, golds []string) []string {
	out := make([]string, len(golds))
	for i, g := range golds {
		out[i] = f(g)
	}
	return out
}

// VQASoftVLMEvalKit normalises both sides with NormalizeVQA. One gold answer gives 0 whatever the prediction, two
// matching ones 1/3. Source: open-compass/VLMEvalKit, vlmeval/dataset/utils/vqa_eval.py (process_line, vqa_score).
func VQASoftVLMEvalKit(prediction string, golds []string) (float64, error) {
	return softScore(NormalizeVQA(prediction), mapped(NormalizeVQA, golds))
}

// VQASoftOfficial is GT-Vision-Lab/VQA's: both sides are normalised only if the gold answers differ among themselves, so
// "Yes." against ten times "yes" is 0.
func VQASoftOfficial(prediction string, golds []string) (float64, error) {
	p, gs := oneLine(prediction), mapped(oneLine, golds)
	for _, g := range gs {
		if g != gs[0] {
			return softScore(NormalizeVQAOfficial(p), mapped(NormalizeVQAOfficial, gs))
		}
	}
	return softScore(p, gs)
}

// VQASoftTriVQAv2 is TRI-ML/vlm-evaluation's: gold answers get the punctuation step alone, so a gold with a capital
// never matches.
func VQASoftTriVQAv2(prediction string, golds []string) (float64, error) {
	return softScore(NormalizeVQAOfficial(prediction), mapped(punctuationVQA, golds))
}

// VQASoftM4C is the TextVQA score of M4C and TRI-ML, which insists on ten gold answers.
func VQASoftM4C(prediction string, golds []string) (float64, error) {
	if len(golds) != 10 {
		return 0, fmt.Errorf("TextVQA score needs 10 gold answers, got %d", len(golds))
	}
	return VQASoftLMMSTextVQA(prediction, golds)
}

// VQASoftLMMSTextVQA is lmms-eval's: the same for any number of gold answers.
func VQASoftLMMSTextVQA(prediction string, golds []string) (float64, error) {
	return softScore(NormalizeM4C(prediction), mapped(NormalizeM4C, golds))
}

// VQASoftLMMSVQAv2 is lmms-eval's for VQAv2: both sides always normalised.
func VQASoftLMMSVQAv2(prediction string, golds []string) (float64, error) {
	return softScore(NormalizeVQALMMS(prediction), mapped(NormalizeVQALMMS, golds))
}

// VQASoftVizWiz is TRI-ML's: prediction normalised with the VizWiz table, gold answers as they are.
func VQASoftVizWiz(prediction string, golds []string) (float64, error) {
	return softScore(NormalizeVizWiz(prediction), golds)
}

// VQASoftMolmo is allenai/molmo's: matches / 3, at most 1, nothing left out.
func VQASoftMolmo(prediction string, golds []string) float64 {
	p, k := NormalizeVQAMolmo(prediction), 0.0
	for _, g := range golds {
		k += one(NormalizeVQAMolmo(g) == p)
	}
	return min(1, k/3)
}

// VQASoftSmolVLM is huggingface/smollm's on texts already normalised: one gold answer is compared for equality.
func VQASoftSmolVLM(prediction string, golds []string) (float64, error) {
	if len(golds) == 1 {
		return one(prediction == golds[0]), nil
	}
	return softScore(prediction, golds)
}

// Percent2 rounds a fraction as scripts do that report percent with two decimals.
func Percent2(fraction float64) float64 { return pytext.Round(100*fraction, 2) }
