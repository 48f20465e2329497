package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type similarCheck struct {
	To     texts    `yaml:"to" required:"true" doc:"what the answer is compared with; the most similar counts"`
	Metric string   `yaml:"metric" enum:"rouge_l|levenshtein|anls|bleu" doc:"how: rouge_l (the default: longest common run of words), levenshtein (edits of characters), anls, bleu (BLEU-4)"`
	Min    *float64 `yaml:"min" required:"true" min:"0" max:"1" doc:"least similarity, from 0 to 1"`
	common `yaml:",inline"`
}

func (c *similarCheck) compile(n spec.Node, _ Env) error { return c.To.check(at(n, "to")) }

func (c *similarCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	score, err := c.similarity(strings.TrimSpace(text))
	if err != nil {
		return broken("%v", err)
	}
	name := either(c.Metric, "rouge_l")
	return graded(score, *c.Min, c.To.String(), text, "%s is %s similar to %s by %s, expected at least %s", quote(text), num(score), c.To, name, num(*c.Min))
}

func (c *similarCheck) similarity(text string) (best float64, err error) {
	switch c.Metric {
	case "levenshtein":
		for _, to := range c.To {
			best = max(best, metric.LevenshteinSimilarity(text, to))
		}
		return best, nil
	case "anls":
		return metric.ANLS(text, c.To, 0)
	case "bleu":
		all, err := metric.BLEU([]metric.Caption{{Prediction: text, References: c.To}})
		return all[3], err
	}
	return metric.ROUGEL(text, c.To)
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
	least := valueOr(c.Min, metric.ANLSThreshold)
	return graded(score, least, c.Answers.String(), text, "the ANLS of %s and %s is %s, expected at least %s", quote(text), c.Answers, num(score), num(least))
}

type relaxedCheck struct {
	Answer    texts    `yaml:"answer" required:"true" doc:"the right answer, or several of which one will do"`
	Tolerance *float64 `yaml:"tolerance" min:"0" doc:"how far off a number may be, as a fraction of the right one; 0.05 when not given"`
	common    `yaml:",inline"`
}

func (c *relaxedCheck) compile(n spec.Node, _ Env) error { return c.Answer.check(at(n, "answer")) }

func (c *relaxedCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	tolerance := valueOr(c.Tolerance, metric.RelaxedTolerance)
	expected := fmt.Sprintf("%s, numbers ± %s %%", c.Answer, num(100*tolerance))
	for _, gold := range c.Answer {
		if metric.RelaxedCorrect(strings.TrimSpace(text), gold, tolerance) {
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
	least := valueOr(c.Min, 0.5)
	return graded(score, least, c.Answers.String(), text, "the VQA accuracy of %s over %d annotators is %s, expected at least %s", quote(text), len(c.Answers), num(score), num(least))
}

// valueOr is what a pointer points to, or a default.
func valueOr(p *float64, otherwise float64) float64 {
	if p == nil {
		return otherwise
	}
	return *p
}
