package metric

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// POPERow is one yes/no question with the words read ("Yes", "No", …). Category may list several, comma-separated.
type POPERow struct{ Gold, Answer, Category string }

// POPEScore is in percent.
type POPEScore struct{ F1, Accuracy, Precision, Recall float64 }

// POPEVLMEvalKit scores all rows as "Overall" and each category. A row with several categories counts once for each of
// them, in Overall too. Words compare exactly. Source: open-compass/VLMEvalKit, dataset/utils/yorn.py (POPE_rating).
func POPEVLMEvalKit(rows []POPERow) (map[string]POPEScore, error) {
	if len(rows) == 0 {
		return nil, fmt.Errorf("POPE without rows: %w", ErrUndefined)
	}
	by := map[string][]POPERow{}
	for _, r := range rows {
		for category := range strings.SplitSeq(r.Category, ",") {
			by["Overall"] = append(by["Overall"], r)
			if r.Category != "" && category != "Overall" {
				by[category] = append(by[category], r)
			}
		}
	}
	out := map[string]POPEScore{}
	for name, rows := range by {
		c, equal := exactConfusion(rows)
		out[name] = POPEScore{100 * c.F1(), 100 * equal, 100 * c.Precision(), 100 * c.Recall()}
	}
	return out, nil
}

// exactConfusion counts with case-sensitive words; equal is the share of answers that are the gold word.
func exactConfusion(rows []POPERow) (c Confusion, equal float64) {
	for _, r := range rows {
		equal += one(r.Gold == r.Answer) / float64(len(rows))
		c.Add(exactly(r.Gold), exactly(r.Answer))
	}
	return c, equal
}

func exactly(word string) string {
	if word == "Yes" || word == "No" {
		return word
	}
	return YesNoUnknown
}

// VSRScore is VLMEvalKit's, with its mixed units: F1 is a fraction, the others are percent.
type VSRScore struct{ Precision, Recall, Accuracy, F1 float64 }

// VSRVLMEvalKit scores yes/no rows; their categories are not read. Source: yorn.py (VSR_rating).
func VSRVLMEvalKit(rows []POPERow) (VSRScore, error) {
	if len(rows) == 0 {
		return VSRScore{}, fmt.Errorf("VSR without rows: %w", ErrUndefined)
	}
	c, equal := exactConfusion(rows)
	return VSRScore{100 * c.Precision(), 100 * c.Recall(), 100 * equal, c.F1()}, nil
}

// POPELLaVA counts raw replies as haotian-liu/LLaVA's eval_pope.py reads them against labels, of which only "no" is no.
// Where that script divides by zero this is an error.
func POPELLaVA(replies, labels []string) (Confusion, error) {
	var c Confusion
	for i := range min(len(replies), len(labels)) {
		gold := "yes"
		if labels[i] == "no" {
			gold = "no"
		}
		c.Add(gold, YesNoLLaVA(replies[i]))
	}
	if c.TP == 0 {
		return c, fmt.Errorf("POPE without a right yes: division by zero")
	}
	return c, nil
}

// POPELMMSScore is in fractions; YesRatio is that of the gold labels.
type POPELMMSScore struct{ Accuracy, Precision, Recall, F1, YesRatio float64 }

// POPELMMS is lmms-eval's: a whole reply, stripped and lower-cased, must be the gold word. A reply that is neither word
// is no miss either, so recall is inflated. Source: lmms-eval, tasks/pope/utils.py.
func POPELMMS(replies, golds []string) (POPELMMSScore, error) {
	if len(replies) == 0 || len(replies) != len(golds) {
		return POPELMMSScore{}, fmt.Errorf("POPE of %d replies and %d golds: %w", len(replies), len(golds), ErrUndefined)
	}
	var c Confusion
	right := 0.0
	for i := range replies {
		reply, gold := pytext.Strip(pytext.Lower(replies[i])), pytext.Strip(pytext.Lower(golds[i]))
		if !slices.Contains([]string{"yes", "no"}, gold) {
			return POPELMMSScore{}, fmt.Errorf("POPE gold %q is neither yes nor no", golds[i])
		}
		right += one(reply == gold)
		c.Add(gold, reply)
	}
	n := float64(len(replies))
	p := c.Precision()
	r := ratio(float64(c.TP), float64(c.TP+c.FN-c.UnknownYes))
	return POPELMMSScore{right / n, p, r, harmonic(p, r), float64(c.TP+c.FN) / n}, nil
}
