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
	img, index, err := c.image(in)
	shown := err == nil
	if shown {
		o.Width, o.Height = img.Width, img.Height
	} else if c.Image > 0 {
		return broken("%v", err)
	}
	unit, found, err := c.find(text, o)
	if err != nil {
		return fail(c.limits.String()+unit, text, "%v", err)
	}
	v := c.limits.judge(float64(len(found)), "", unit, "the answer has")
	if len(found) > 0 && shown {
		for i := range found {
			found[i].OK = v.Outcome == result.Passed
		}
		v.Overlay = &result.Overlay{Image: index, Found: found}
	}
	return v
}

// find returns what is counted, and its name.
func (c *countCheck) find(text string, o point.Options) (unit string, found []result.Shape, err error) {
	if c.Of == "boxes" {
		boxes, err := point.Boxes(text, o)
		for _, b := range boxes {
			found = append(found, rectangle{b.X0, b.Y0, b.X1, b.Y1}.shape(b.Label, false))
		}
		return " boxes", found, err
	}
	points, err := point.Points(text, o)
	for _, p := range points {
		found = append(found, pointShape([2]float64{p.X, p.Y}, p.Label, false))
	}
	return " points", found, err
}
