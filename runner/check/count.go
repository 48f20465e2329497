package check

import (
	"context"

	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type countCheck struct {
	Value    *float64 `yaml:"value" min:"0" doc:"exactly so many"`
	Min      *float64 `yaml:"min" min:"0" doc:"at least so many"`
	Max      *float64 `yaml:"max" min:"0" doc:"at most so many"`
	Of       string   `yaml:"of" enum:"points|boxes" doc:"what is counted: points (the default) or boxes"`
	pointing `yaml:",inline"`
	common   `yaml:",inline"`
	limits   limits
}

func (c *countCheck) compile(n spec.Node, _ Env) (err error) {
	if c.Value != nil {
		if c.Min != nil || c.Max != nil {
			return n.Errorf("write either 3 or {min: 2, max: 4}", "value goes with neither min nor max")
		}
		c.Min, c.Max = c.Value, c.Value
	}
	c.limits, err = newLimits(n, c.Min, c.Max)
	return spec.Join(err, c.pointing.compile(n))
}

func (c *countCheck) judge(_ context.Context, in Input, text string) result.Verdict {
	o := point.Options{Format: c.Format}
	if img, _, err := c.image(in); err == nil {
		o.Width, o.Height = img.Width, img.Height
	} else if c.Image > 0 {
		return broken("%v", err)
	}
	unit, n := " points", 0
	var err error
	if c.Of == "boxes" {
		var boxes []point.Box
		boxes, err = point.Boxes(text, o)
		unit, n = " boxes", len(boxes)
	} else {
		var points []point.Point
		points, err = point.Points(text, o)
		n = len(points)
	}
	if err != nil {
		return fail(c.limits.String()+unit, text, "%v", err)
	}
	return c.limits.judge(float64(n), "", unit, "the answer has")
}
