package metric

import (
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// ANLSThreshold is the similarity below which the published ANLS counts an answer as wrong.
const ANLSThreshold = 0.5

// ANLS is the average normalised Levenshtein similarity of one answer, as VLMEvalKit and lmms-eval compute it for
// DocVQA and InfoVQA: 1 − the smallest over golds of distance / longer length, and 0 below the threshold (exactly the
// threshold counts). Distances are between texts stripped, lower-cased and with white space collapsed; the divisor is
// the longer of the raw texts, upper-cased, so padding makes errors cheaper. Range: 0 or [threshold, 1].
// Source: open-compass/VLMEvalKit, vlmeval/dataset/utils/vqa_eval.py (anls_compute, hit_calculate).
func ANLS(prediction string, golds []string, threshold float64) (float64, error) {
	if len(golds) == 0 {
		return 0, fmt.Errorf("ANLS without gold answers: %w", ErrUndefined)
	}
	p := collapsed(prediction)
	least := 2.0
	for _, g := range golds {
		nl := 0.0
		if n := max(pytext.Len(pytext.Upper(g)), pytext.Len(pytext.Upper(prediction))); n > 0 {
			nl = float64(Levenshtein(collapsed(g), p)) / float64(n)
		}
		least = min(least, nl)
	}
	if 1-least < threshold {
		return 0, nil
	}
	return 1 - least, nil
}

func collapsed(s string) string {
	return strings.Join(pytext.Fields(pytext.Lower(pytext.Strip(s))), " ")
}

// ANLSSTVQA is the ST-VQA form of M4C and TRI-ML: texts are lower-cased and stripped, and these divide; the best gold
// counts. Two empty texts have no similarity, which is an error. Source: m4c_evaluators.py, STVQAANLSEvaluator.
func ANLSSTVQA(prediction string, golds []string) (float64, error) {
	if len(golds) == 0 {
		return 0, fmt.Errorf("ANLS without gold answers: %w", ErrUndefined)
	}
	p, best := pytext.Strip(pytext.Lower(prediction)), 0.0
	for _, g := range golds {
		g = pytext.Strip(pytext.Lower(g))
		n := max(pytext.Len(p), pytext.Len(g))
		if n == 0 {
			return 0, fmt.Errorf("ST-VQA ANLS of two empty texts: division by zero")
		}
		if s := 1 - float64(Levenshtein(p, g))/float64(n); s >= ANLSThreshold {
			best = max(best, s)
		}
	}
	return best, nil
}

// ANLSSmolVLM is huggingface/smollm's on texts as handed in: the distance must be strictly below the threshold, and an
// empty prediction is 0. Source: doc_vqa_metrics.py.
func ANLSSmolVLM(prediction string, golds []string, threshold float64) (float64, error) {
	if len(golds) == 0 {
		return 0, fmt.Errorf("ANLS without gold answers: %w", ErrUndefined)
	}
	best := 0.0
	if prediction == "" {
		return 0, nil
	}
	for _, g := range golds {
		nl := float64(Levenshtein(g, prediction)) / float64(max(pytext.Len(g), pytext.Len(prediction)))
		if nl < threshold {
			best = max(best, 1-nl)
		}
	}
	return best, nil
}
