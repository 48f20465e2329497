package metric

import (
	"regexp"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// ExactVLMEvalKit is 1 if the stripped, lower-cased prediction equals one of the golds treated alike.
// Source: open-compass/VLMEvalKit, vqa_eval.py (accuracy), as used for OCRVQA.
func ExactVLMEvalKit(prediction string, golds []string) float64 {
	p := pytext.Lower(pytext.Strip(prediction))
	for _, g := range golds {
		if pytext.Lower(pytext.Strip(g)) == p {
			return 1
		}
	}
	return 0
}

// ExactOptions are lmms-eval's, applied to both sides in this order.
type ExactOptions struct {
	Ignore            []*regexp.Regexp // matches are deleted
	IgnoreCase        bool
	IgnorePunctuation bool // the 32 ASCII marks
	IgnoreNumbers     bool // ASCII digits
}

var (
	noPunctuation = dropper(pytext.Punctuation)
	noDigits      = dropper("0123456789")
)

func dropper(chars string) *strings.Replacer {
	var pairs []string
	for _, r := range chars {
		pairs = append(pairs, string(r), "")
	}
	return strings.NewReplacer(pairs...)
}

// ExactLMMS compares after the options; nothing is stripped. Source: EvolvingLMMs-Lab/lmms-eval, api/metrics.py.
func ExactLMMS(prediction, gold string, o ExactOptions) float64 {
	return one(o.apply(prediction) == o.apply(gold))
}

func (o ExactOptions) apply(s string) string {
	for _, re := range o.Ignore {
		s = re.ReplaceAllString(s, "")
	}
	if o.IgnoreCase {
		s = pytext.Lower(s)
	}
	if o.IgnorePunctuation {
		s = noPunctuation.Replace(s)
	}
	if o.IgnoreNumbers {
		s = noDigits.Replace(s)
	}
	return s
}

// CleanGQA is how TRI-ML prepares a prediction for equality with GQA's gold: no ASCII punctuation, lower case.
func CleanGQA(prediction string) string { return pytext.Lower(noPunctuation.Replace(prediction)) }

// ContainsMTVQA is 1 if the gold is part of the prediction, both stripped, lower-cased and without periods.
// Source: open-compass/VLMEvalKit, image_vqa.py (MTVQADataset).
func ContainsMTVQA(prediction, gold string) float64 {
	return one(strings.Contains(noPeriods(prediction), noPeriods(gold)))
}

func noPeriods(s string) string { return strings.ReplaceAll(pytext.Lower(pytext.Strip(s)), ".", "") }

var bracesRE = regexp.MustCompile(`\{(.*?)\}`)

// ContainsZEROBench is 1 if the last {…} of the prediction, lower-cased, has the gold in it. Source: VLMEvalKit,
// image_vqa.py (ZEROBench).
func ContainsZEROBench(prediction, gold string) float64 {
	answer := ""
	if all := bracesRE.FindAllStringSubmatch(pytext.Lower(pytext.Strip(prediction)), -1); len(all) > 0 {
		answer = all[len(all)-1][1]
	}
	return one(strings.Contains(pytext.Lower(answer), pytext.Lower(pytext.Strip(gold))))
}
