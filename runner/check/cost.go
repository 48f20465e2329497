package check

import (
	"context"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type latencyCheck struct {
	Max    time.Duration `yaml:"max" required:"true" above:"0" doc:"longest time, such as 2s or 800ms"`
	Of     string        `yaml:"of" enum:"total|preprocess|encode|prefill|decode" doc:"what is timed: total (the default: from asking to the last token) or one phase"`
	common `yaml:",inline"`
}

// aside: it does not look at the text.
func (*latencyCheck) aside() {}

func (*latencyCheck) compile(spec.Node, Env) error { return nil }

func (*latencyCheck) timed() bool { return true }

func (c *latencyCheck) judge(_ context.Context, in Input, _ string) result.Verdict {
	seconds := map[string]float64{
		"": in.Timings.Total, "total": in.Timings.Total, "preprocess": in.Timings.Preprocess, "encode": in.Timings.Encode,
		"prefill": in.Timings.Prefill, "decode": in.Timings.Decode,
	}[c.Of]
	took := time.Duration(seconds * float64(time.Second)).Round(time.Microsecond * 100)
	expected := "at most " + c.Max.String()
	v := pass(expected, took.String())
	if took > c.Max {
		v = fail(expected, took.String(), "%s took %s, allowed are %s", either(c.Of, "the answer"), took, c.Max)
	}
	upper := c.Max.Seconds()
	return measured(v, took.Seconds(), "s", nil, &upper)
}

type tokensCheck struct {
	Min    *float64 `yaml:"min" min:"0" doc:"at least so many"`
	Max    *float64 `yaml:"max" min:"0" doc:"at most so many"`
	Of     string   `yaml:"of" enum:"output|image|text|prompt" doc:"what is counted: output (the default), image, text or prompt (image and text)"`
	common `yaml:",inline"`
	limits limits
}

func (*tokensCheck) aside() {}

func (c *tokensCheck) compile(n spec.Node, _ Env) (err error) {
	c.limits, err = newLimits(n, c.Min, c.Max)
	return err
}

func (c *tokensCheck) judge(_ context.Context, in Input, _ string) result.Verdict {
	of := either(c.Of, "output")
	count := map[string]int{
		"output": in.Tokens.Output, "image": in.Tokens.Image, "text": in.Tokens.Text, "prompt": in.Tokens.Image + in.Tokens.Text,
	}[of]
	return c.limits.judge(float64(count), "", " "+of+" tokens", "there are")
}
