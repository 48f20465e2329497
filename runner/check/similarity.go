package check

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/reading"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type similarCheck struct {
	To     texts    `yaml:"to" required:"true" doc:"what the answer is compared with; the most similar counts"`
	Metric string   `yaml:"metric" enum:"rouge_l|levenshtein|anls|bleu" doc:"how: rouge_l (the default: longest common subsequence of words), levenshtein or anls (edits of characters), bleu (BLEU-4; of fewer words where a text has fewer)"`
	Min    *float64 `yaml:"min" required:"true" min:"0" max:"1" doc:"least similarity, from 0 to 1"`
	Rule   string   `yaml:"rule" enum:"coco|vlmevalkit" doc:"a toolkit's folding and tokens instead of ours: coco (pycocoevalcap's, for rouge_l and bleu), vlmevalkit (for anls)"`
	common `yaml:",inline"`
}

// rules are the toolkits whose tokens and folding a metric can be computed with.
var similarRules = map[string]string{"rouge_l": "coco", "bleu": "coco", "anls": "vlmevalkit"}

func (c *similarCheck) compile(n spec.Node, _ Env) error {
	if err := c.To.check(at(n, "to")); err != nil {
		return err
	}
	c.Metric = either(c.Metric, "rouge_l")
	if c.Rule != "" && similarRules[c.Metric] != c.Rule {
		return at(n, "rule").Errorf("leave it out", "metric: %s has no rule of %s", c.Metric, c.Rule)
	}
	for _, to := range c.To {
		if script := reading.Unbounded(to); script != "" && c.Rule == "" && c.byWords() {
			return at(n, "to").Errorf("use metric: levenshtein", "%s has no marks between words, which %s counts", script, c.Metric)
		}
	}
	return nil
}

func (c *similarCheck) byWords() bool { return c.Metric == "rouge_l" || c.Metric == "bleu" }

func (c *similarCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	expected := c.To.String()
	if script := reading.Unbounded(text); script != "" && c.Rule == "" && c.byWords() {
		return unread(expected, text, "%s has no marks between words, which %s counts", script, c.Metric)
	}
	score, err := c.similarity(strings.TrimSpace(text))
	if err != nil {
		return broken("%v", err)
	}
	v := graded(score, *c.Min, expected, text, "%s is %s similar to %s by %s, expected at least %s", quote(text), num(score), c.To, c.Metric, num(*c.Min))
	v.Measures = []result.Measure{{What: "similarity", Value: score, Min: c.Min}}
	return v
}

// similarity is the best over the texts. Without a rule both sides are folded as
// for equals, and words are those of UAX #29.
func (c *similarCheck) similarity(text string) (best float64, err error) {
	switch {
	case c.Rule != "":
		return c.byRule(text)
	case c.Metric == "rouge_l":
		return metric.ROUGEL(worded(text), mappedTexts(c.To, worded))
	case c.Metric == "bleu":
		return c.bleu(text)
	}
	folded := Fold(text)
	for _, to := range c.To {
		best = max(best, metric.LevenshteinSimilarity(folded, Fold(to)))
	}
	return best, nil
}

// byRule computes a metric as its toolkit does, to the last digit.
func (c *similarCheck) byRule(text string) (float64, error) {
	switch c.Metric {
	case "anls":
		return metric.ANLS(text, c.To, 0)
	case "bleu":
		all, err := metric.BLEU([]metric.Caption{{Prediction: text, References: c.To}})
		return all[3], err
	}
	return metric.ROUGEL(text, c.To)
}

// bleu is BLEU-4, or less where a text has fewer than four words; 1 for the
// same words.
func (c *similarCheck) bleu(text string) (best float64, err error) {
	said := worded(text)
	for _, to := range mappedTexts(c.To, worded) {
		if to == said {
			return 1, nil
		}
		all, err := metric.BLEU([]metric.Caption{{Prediction: said, References: []string{to}}})
		if err != nil {
			return 0, err
		}
		order := min(len(strings.Fields(said)), len(strings.Fields(to)), len(all))
		best = max(best, all[max(order, 1)-1])
	}
	return best, nil
}

// worded is a text as its words, folded, with single spaces between them.
func worded(s string) string { return strings.Join(reading.Words(Fold(s)), " ") }

func mappedTexts(all texts, f func(string) string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = f(s)
	}
	return out
}

type anlsCheck struct {
	Answers texts    `yaml:"answers" required:"true" doc:"the right answers; the most similar counts"`
	Min     *float64 `yaml:"min" min:"0" max:"1" doc:"least similarity; 0.5 when not given, below which ANLS is 0"`
	common  `yaml:",inline"`
}

func (c *anlsCheck) compile(n spec.Node, _ Env) error { return c.Answers.check(at(n, "answers")) }

func (c *anlsCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	score, err := metric.ANLS(text, c.Answers, metric.ANLSThreshold)
	if err != nil {
		return broken("%v", err)
	}
	lower := valueOr(c.Min, metric.ANLSThreshold)
	return graded(score, lower, c.Answers.String(), text, "the ANLS of %s and %s is %s, expected at least %s", quote(text), c.Answers, num(score), num(lower))
}

type relaxedCheck struct {
	Answer    texts    `yaml:"answer" required:"true" doc:"the right answer, or several of which one will do"`
	Tolerance *float64 `yaml:"tolerance" min:"0" doc:"how far off a number may be, as a fraction of the right one; 0.05 when not given"`
	Rule      string   `yaml:"rule" enum:"vlmevalkit|smolvlm" doc:"a toolkit's reading instead of ours: vlmevalkit (as ChartQA's own: the whole answer is the number, and 5% is 0.05), smolvlm"`
	common    `yaml:",inline"`
}

func (c *relaxedCheck) compile(n spec.Node, _ Env) error { return c.Answer.check(at(n, "answer")) }

func (c *relaxedCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	tolerance := valueOr(c.Tolerance, metric.RelaxedTolerance)
	expected := fmt.Sprintf("%s, numbers ± %s %%", c.Answer, num(100*tolerance))
	if c.Rule != "" {
		return c.byRule(text, expected, tolerance)
	}
	for _, gold := range c.Answer {
		if Fold(text) == Fold(gold) {
			return pass(expected, text)
		}
	}
	if !c.anyNumber() {
		return fail(expected, text, "%s is not %s", quote(text), expected)
	}
	return c.compare(text, expected, tolerance)
}

// anyNumber reports whether one of the answers is a number.
func (c *relaxedCheck) anyNumber() bool {
	return slices.ContainsFunc(c.Answer, func(gold string) bool { _, ok := OneNumber(gold); return ok })
}

// compare reads the number of the answer and compares it with those that are right.
func (c *relaxedCheck) compare(text, expected string, tolerance float64) result.Verdict {
	actual, err := reading.Number(text, reading.NumberOptions{})
	if err != nil {
		return misread(expected, text, err)
	}
	v := fail(expected, num(actual), "read %s in %s, expected %s", num(actual), quote(text), expected)
	for _, gold := range c.Answer {
		right, ok := OneNumber(gold)
		if strings.Contains(gold, "%") && !strings.Contains(text, "%") && math.Abs(actual) < math.Abs(right)/2 { // 0.05 is 5 %
			right /= 100
		}
		off := tolerance * math.Abs(right)
		if ok && math.Abs(actual-right) <= off+1e-12*math.Abs(right) {
			v = pass(expected, num(actual))
		}
		if ok {
			lower, upper := right-off, right+off
			v.Measures = append(v.Measures, result.Measure{What: "value", Value: actual, Min: &lower, Max: &upper})
		}
	}
	return v
}

func (c *relaxedCheck) byRule(text, expected string, tolerance float64) result.Verdict {
	for _, gold := range c.Answer {
		right := metric.RelaxedCorrect(strings.TrimSpace(text), gold, tolerance)
		if c.Rule == "smolvlm" {
			right = metric.RelaxedSmolVLM(text, gold)
		}
		if right {
			return pass(expected, text)
		}
	}
	return fail(expected, text, "%s is not %s; the whole answer must be the number or the text", quote(text), expected)
}

type vqaCheck struct {
	Answers texts    `yaml:"answers" required:"true" doc:"what the annotators answered, ten as a rule, equal ones as often as they came"`
	Min     *float64 `yaml:"min" above:"0" max:"1" doc:"least accuracy; 0.5 when not given, which two of ten annotators give"`
	common  `yaml:",inline"`
}

func (c *vqaCheck) compile(n spec.Node, _ Env) error {
	if len(c.Answers) < 3 {
		return at(n, "answers").Errorf("use one_of for a few right answers", "vqa compares with the answers of at least 3 annotators, here are %d", len(c.Answers))
	}
	return nil
}

func (c *vqaCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	score, err := metric.VQASoftVLMEvalKit(text, c.Answers)
	if err != nil {
		return broken("%v", err)
	}
	lower := valueOr(c.Min, 0.5)
	return graded(score, lower, c.Answers.String(), text, "the VQA accuracy of %s over %d annotators is %s, expected at least %s", quote(text), len(c.Answers), num(score), num(lower))
}

// valueOr is what a pointer points to, or a default.
func valueOr(p *float64, otherwise float64) float64 {
	if p == nil {
		return otherwise
	}
	return *p
}
