package check

import (
	"context"
	"fmt"
	"math"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/reading"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type scoreCheck struct {
	Min     *float64  `yaml:"min" doc:"at least"`
	Max     *float64  `yaml:"max" doc:"at most"`
	Near    *float64  `yaml:"near" doc:"about; needs within"`
	Within  *float64  `yaml:"within" min:"0" doc:"how far from near it may be"`
	Scale   []float64 `yaml:"scale" doc:"least and greatest rating there is: [1, 5]; a rating outside it, or on another one, cannot be read"`
	Rescale bool      `yaml:"rescale" doc:"a rating on another scale is brought to scale: 8/10 on [1, 5] is 8·5/10, and 10 from 1 to 10 is 5"`
	Rule    string    `yaml:"rule" enum:"depictqa" doc:"a toolkit's reading instead of ours: depictqa (the first line is the number)"`
	picking `yaml:",inline"`
	common  `yaml:",inline"`
	limits  limits
}

// ScoreBetween checks that the rating in the answer is from least to most.
func ScoreBetween(lower, upper float64) Check {
	return build("score", &scoreCheck{Min: &lower, Max: &upper})
}

func (c *scoreCheck) compile(n spec.Node, _ Env) (err error) {
	switch {
	case (c.Near == nil) != (c.Within == nil):
		return n.Errorf("write {near: 4, within: 1}", "near and within belong together")
	case c.Near != nil && (c.Min != nil || c.Max != nil):
		return n.Errorf("write either {near: 4, within: 1} or {min: 3, max: 5}", "near goes with neither min nor max")
	case c.Scale != nil && (len(c.Scale) != 2 || !(c.Scale[0] < c.Scale[1])):
		return at(n, "scale").Errorf("write [1, 5]", "expected the least and the greatest rating")
	case c.Rescale && c.Scale == nil:
		return at(n, "rescale").Errorf("add scale: [1, 5]", "rescale needs the scale that ratings are brought to")
	case c.Rule != "" && (c.Scale != nil || c.picking != picking{}):
		return at(n, "rule").Errorf("leave them out", "rule: %s goes with neither scale, rescale, pick nor decimal", c.Rule)
	case c.Near != nil:
		lower, upper := *c.Near-*c.Within, *c.Near+*c.Within
		c.limits, err = newLimits(n, &lower, &upper)
		return err
	}
	c.limits, err = newLimits(n, c.Min, c.Max)
	return err
}

func (c *scoreCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	f, err := c.read(text)
	if err != nil {
		return misread(c.limits.String(), text, err)
	}
	v := c.limits.judge(f, num(f), "", fmt.Sprintf("read in %s:", quote(text)))
	v.Score = c.closeness(f, v)
	return v
}

func (c *scoreCheck) read(text string) (float64, error) {
	if c.Rule != "" {
		f, ok := metric.JudgeScore(text)
		if !ok {
			return 0, fmt.Errorf("by the rule of %s the first line is no number", c.Rule)
		}
		return f, nil
	}
	o := reading.ScoreOptions{Number: c.options(), Rescale: c.Rescale}
	if c.Scale != nil {
		o.Scale = reading.Scale{Min: c.Scale[0], Max: c.Scale[1]}
	}
	return reading.Score(text, o)
}

// closeness grades a rating near another one: 1 on it, 0 twice as far off as allowed.
func (c *scoreCheck) closeness(f float64, v result.Verdict) float64 {
	if c.Near == nil || *c.Within == 0 {
		return v.Score
	}
	return unit(1 - math.Abs(f-*c.Near)/(2**c.Within))
}
