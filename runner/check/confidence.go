package check

import (
	"context"
	"math"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type confidenceCheck struct {
	Min    *float64 `yaml:"min" required:"true" min:"0" max:"1" doc:"least probability"`
	Of     string   `yaml:"of" enum:"mean|least|first|answer" doc:"of what: mean (the default: geometric mean over the tokens), least (the most doubtful token), first (the first token), answer (all of it, the product)"`
	common `yaml:",inline"`
}

func (*confidenceCheck) aside() {}

func (*confidenceCheck) compile(spec.Node, Env) error { return nil }

func (c *confidenceCheck) judge(_ context.Context, in Input, _ string) result.Verdict {
	if in.Reasoning != "" {
		return unread("", "", "the model reasoned, and its log-probabilities are not known to be those of the answer alone")
	}
	if len(in.LogProbs) == 0 {
		return broken("the backend gave no log-probabilities for this answer, so there is no confidence to check")
	}
	p := c.probability(in.LogProbs)
	if !(p >= 0 && p <= 1+1e-9) {
		return broken("the backend gave log-probabilities that are none: %v", in.LogProbs[0])
	}
	expected := "at least " + num(*c.Min)
	v := graded(p, *c.Min, expected, num(p), "the probability (%s) is %s, expected %s", either(c.Of, "mean"), num(p), expected)
	return measured(v, p, "", c.Min, nil)
}

func (c *confidenceCheck) probability(logProbs []float64) float64 {
	sum, lower := 0.0, 0.0
	for _, l := range logProbs {
		sum += l
		lower = min(lower, l)
	}
	switch c.Of {
	case "least":
		return math.Exp(lower)
	case "first":
		return math.Exp(logProbs[0])
	case "answer":
		return math.Exp(sum)
	}
	return math.Exp(sum / float64(len(logProbs)))
}
