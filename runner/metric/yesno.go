package metric

import (
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// YesNoUnknown is what YesNo returns for an answer that says neither or both.
const YesNoUnknown = "Unknown"

// YesNo reads "Yes" or "No" if exactly one of the words stands in the answer, else YesNoUnknown. Punctuation goes as in
// NormalizeVQA, so "Yes.No" and a quoted 'Yes' are unknown. Source: open-compass/VLMEvalKit, dataset/utils/yorn.py.
func YesNo(answer string) string {
	fields := pytext.Fields(punctuation(pytext.Lower(answer), rulesVLMEvalKit))
	yes, no := slices.Contains(fields, "yes"), slices.Contains(fields, "no")
	switch {
	case yes && !no:
		return "Yes"
	case no && !yes:
		return "No"
	}
	return YesNoUnknown
}

// YesNoLLaVA is POPE's reading in haotian-liu/LLaVA: of the text before the first period, without commas, the words
// No, no or not mean no; everything else is yes.
func YesNoLLaVA(answer string) string {
	answer, _, _ = strings.Cut(answer, ".")
	for word := range strings.SplitSeq(strings.ReplaceAll(answer, ",", ""), " ") {
		if word == "No" || word == "no" || word == "not" {
			return "no"
		}
	}
	return "yes"
}

// YesNoLMMSMME is lmms-eval's for MME: the whole answer without periods, or one letter y or n, or yes, then no, among
// the first four characters; else "other".
func YesNoLMMSMME(answer string) string {
	s := CleanLMMSMME(answer)
	switch s {
	case "yes", "no":
		return s
	case "y":
		return "yes"
	case "n":
		return "no"
	}
	runes := []rune(s)
	head := string(runes[:min(4, len(runes))])
	switch {
	case len(runes) == 1:
		return "other"
	case strings.Contains(head, "yes"):
		return "yes"
	case strings.Contains(head, "no"):
		return "no"
	}
	return "other"
}

// CleanLMMSMME is how lmms-eval prepares an MME gold answer: lower case, stripped, without periods.
func CleanLMMSMME(gold string) string {
	return strings.ReplaceAll(pytext.Strip(pytext.Lower(gold)), ".", "")
}

// YesNoRoboSpatial is lmms-eval's for RoboSpatial: the last line must contain the gold word and not the other one, as
// substrings, so "I do not know" counts as no. Any gold but yes is no.
func YesNoRoboSpatial(answer, gold string) bool {
	s := pytext.Lower(pytext.Strip(answer))
	s = s[strings.LastIndexByte(s, '\n')+1:]
	yes, no := strings.Contains(s, "yes"), strings.Contains(s, "no")
	if pytext.Lower(pytext.Strip(gold)) == "yes" {
		return yes && !no
	}
	return no && !yes
}

// Confusion counts yes (positive) and no answers. An unread answer is "not yes": a miss on a yes gold, harmless for
// precision and recall on a no gold, and always wrong for accuracy.
type Confusion struct {
	TP, FP, TN, FN int
	UnknownYes     int // unread answers on a yes gold; they are in FN too
	UnknownNo      int // unread answers on a no gold; they are in no other count
}

// Add counts one answer; words compare without regard to case.
func (c *Confusion) Add(gold, answer string) {
	yes, no := strings.EqualFold(answer, "yes"), strings.EqualFold(answer, "no")
	switch goldYes := strings.EqualFold(gold, "yes"); {
	case goldYes && yes:
		c.TP++
	case goldYes && no:
		c.FN++
	case goldYes:
		c.FN++
		c.UnknownYes++
	case yes:
		c.FP++
	case no:
		c.TN++
	default:
		c.UnknownNo++
	}
}

// Total is the number of answers counted.
func (c Confusion) Total() int { return c.TP + c.FP + c.TN + c.FN + c.UnknownNo }

// Accuracy is the share of right answers, 0 for none counted.
func (c Confusion) Accuracy() float64 { return ratio(float64(c.TP+c.TN), float64(c.Total())) }

// YesRatio is the share of answers that say yes, 0 for none counted.
func (c Confusion) YesRatio() float64 { return ratio(float64(c.TP+c.FP), float64(c.Total())) }

// UnknownRate is the share of answers that say neither, 0 for none counted.
func (c Confusion) UnknownRate() float64 {
	return ratio(float64(c.UnknownYes+c.UnknownNo), float64(c.Total()))
}

// Precision is TP/(TP+FP), 0 if nothing was answered yes.
func (c Confusion) Precision() float64 { return ratio(float64(c.TP), float64(c.TP+c.FP)) }

// Recall is TP/(TP+FN), 0 without yes golds.
func (c Confusion) Recall() float64 { return ratio(float64(c.TP), float64(c.TP+c.FN)) }

// F1 is the harmonic mean of precision and recall, 0 if both are.
func (c Confusion) F1() float64 { return harmonic(c.Precision(), c.Recall()) }

func harmonic(p, r float64) float64 { return ratio(2*(p*r), p+r) }
