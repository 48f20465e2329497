package check

import (
	"context"
	"fmt"
	"math"
	"regexp"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type scoreCheck struct {
	Min     *float64  `yaml:"min" doc:"at least"`
	Max     *float64  `yaml:"max" doc:"at most"`
	Near    *float64  `yaml:"near" doc:"about; needs within"`
	Within  *float64  `yaml:"within" min:"0" doc:"how far from near it may be"`
	Scale   []float64 `yaml:"scale" doc:"least and greatest rating there is: [1, 5]; a rating outside fails"`
	picking `yaml:",inline"`
	common  `yaml:",inline"`
	limits  limits
}

// ScoreBetween checks that the rating in the answer is from least to most.
func ScoreBetween(least, most float64) Check {
	return build("score", &scoreCheck{Min: &least, Max: &most})
}

func (c *scoreCheck) compile(n spec.Node, _ Env) (err error) {
	switch {
	case (c.Near == nil) != (c.Within == nil):
		return n.Errorf("write {near: 4, within: 1}", "near and within belong together")
	case c.Near != nil && (c.Min != nil || c.Max != nil):
		return n.Errorf("write either {near: 4, within: 1} or {min: 3, max: 5}", "near goes with neither min nor max")
	case c.Scale != nil && (len(c.Scale) != 2 || !(c.Scale[0] < c.Scale[1])):
		return at(n, "scale").Errorf("write [1, 5]", "expected the least and the greatest rating")
	case c.Near != nil:
		least, most := *c.Near-*c.Within, *c.Near+*c.Within
		c.limits, err = newLimits(n, &least, &most)
		return err
	}
	c.limits, err = newLimits(n, c.Min, c.Max)
	return err
}

// ofScale is what a rating says about its scale rather than about the image.
var ofScale = regexp.MustCompile(`(?i)(\d(?:\.\d+)?)\s*(?:/|out of)\s*\d+(?:\.\d+)?|(?:on a |a )?scale (?:of|from) \d+ (?:to|-) \d+|from \d+ to \d+`)

func (c *scoreCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	f, problem := c.read(ofScale.ReplaceAllString(text, "$1"))
	if problem != "" {
		return fail(c.limits.String(), text, "%s", problem)
	}
	if c.Scale != nil && (f < c.Scale[0] || f > c.Scale[1]) {
		v := fail(c.limits.String(), num(f), "read %s in %s, which is outside the scale of %s to %s", num(f), quote(text), num(c.Scale[0]), num(c.Scale[1]))
		return measured(v, f, "", c.limits.min, c.limits.max)
	}
	v := c.limits.judge(f, num(f), "", fmt.Sprintf("read in %s:", quote(text)))
	v.Score = c.closeness(f, v)
	return v
}

// closeness grades a rating near another one: 1 on it, 0 twice as far off as allowed.
func (c *scoreCheck) closeness(f float64, v result.Verdict) float64 {
	if c.Near == nil || *c.Within == 0 {
		return v.Score
	}
	return unit(1 - math.Abs(f-*c.Near)/(2**c.Within))
}
