package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/vlmspec/vlmspec/plugins/sdk"
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

func (c *countCheck) compile(n spec.Node, env Env) (err error) {
	if c.Value != nil {
		if c.Min != nil || c.Max != nil {
			return n.Errorf("write either 3 or {min: 2, max: 4}", "value goes with neither min nor max")
		}
		c.Min, c.Max = c.Value, c.Value
	}
	c.limits, err = newLimits(n, c.Min, c.Max)
	return spec.Join(err, c.pointing.compile(n, env))
}

func (c *countCheck) judge(_ context.Context, in Input, text string) result.Verdict {
	img, shown := canvas{}, len(in.Images) > 0
	if shown || c.Image > 0 {
		var stop *result.Verdict
		if img, stop = c.canvas(in); stop != nil {
			return *stop
		}
	}
	unit, found, outside, stop := c.find(in, img, text)
	switch {
	case stop != nil && !stop.Unread && stop.Outcome == result.Failed: // the answer says that there is none
		return c.limits.judge(0, "", unit, "the answer has")
	case stop != nil:
		if n := c.missed(in, text); stop.Unread && n > 0 {
			return c.limits.judge(float64(n), "", unit, "the answer has")
		}
		return *stop
	}
	v := c.verdict(in, found, outside, unit, text)
	if len(found) > 0 && shown {
		for i := range found {
			found[i].OK = v.Outcome == result.Passed
		}
		v.Overlay = &result.Overlay{Image: img.index, Found: found}
	}
	return v
}

// missed is how many points or boxes the answer has, of a scale that is not known,
// where the count fails at any scale; 0 otherwise.
func (c *countCheck) missed(in Input, text string) int {
	if c.Format != "" || len(c.Label) > 0 || in.Finish == string(sdk.FinishLength) {
		return 0
	}
	if _, err := c.places(text, point.Options{}); !errors.Is(err, point.ErrAmbiguous) {
		return 0
	}
	all, err := c.places(text, point.Options{Format: "pixel", Width: math.MaxInt32, Height: math.MaxInt32})
	lower, upper := len(slices.Compact(slices.Sorted(slices.Values(all)))), len(all)
	if err != nil || upper == 0 || c.limits.hold(float64(lower)) || !c.limits.settled(float64(lower), float64(upper)) {
		return 0
	}
	return lower
}

// places are the points or boxes of an answer, as far as telling them apart goes.
func (c *countCheck) places(text string, o point.Options) (all []string, err error) {
	if c.Of == "boxes" {
		boxes, err := point.Boxes(text, o)
		for _, b := range boxes {
			all = append(all, fmt.Sprint(b.X0, b.Y0, b.X1, b.Y1, b.Label))
		}
		return all, err
	}
	points, err := point.Points(text, o)
	for _, p := range points {
		all = append(all, fmt.Sprint(p.X, p.Y, p.Label))
	}
	return all, err
}

// verdict counts. What is given twice, or lies outside the image, may count or
// not, and an answer that was cut off may have gone on: where that makes a
// difference, it cannot be read.
func (c *countCheck) verdict(in Input, found []result.Shape, outside int, unit, text string) result.Verdict {
	lower, upper := distinct(found), len(found)+outside
	switch {
	case !c.limits.settled(float64(lower), float64(upper)):
		return unread(c.limits.String()+unit, text, "the answer has %d%s, or %d with those that are given twice or lie outside the image", lower, unit, upper)
	case in.Finish == string(sdk.FinishLength) && !c.limits.settled(float64(lower), math.Inf(1)):
		return unread(c.limits.String()+unit, text, "the answer was cut off after %d%s, and may have gone on", lower, unit)
	}
	return c.limits.judge(float64(lower), "", unit, "the answer has")
}

// settled reports whether all values from one to another hold, or none does.
func (l limits) settled(from, to float64) bool {
	all := l.hold(from) && l.hold(to)
	return all || l.min != nil && to < *l.min || l.max != nil && from > *l.max
}

// distinct counts shapes that differ in place or label.
func distinct(found []result.Shape) int {
	keys := map[string]bool{}
	for _, s := range found {
		keys[fmt.Sprint(s.Points, s.Label)] = true
	}
	return len(keys)
}

// find returns what is counted, and its name.
func (c *countCheck) find(in Input, img canvas, text string) (unit string, found []result.Shape, outside int, stop *result.Verdict) {
	if c.Of == "boxes" {
		unit = " boxes"
		seen, stop := c.boxes(in, img, c.limits.String()+unit, text)
		_, labels := placesOf(seen.Items)
		labelling := hasLabels(labels)
		for _, b := range seen.Items {
			if labelled(b.Label, c.Label, labelling) {
				found = append(found, rectangle{b.X0, b.Y0, b.X1, b.Y1}.shape(b.Label, false))
			}
		}
		return unit, found, len(seen.Outside), stop
	}
	unit = " points"
	seen, stop := c.points(in, img, c.limits.String()+unit, text)
	about := seen.Items
	if len(in.Images) > 0 {
		about, _ = aboutImage(seen.Items, img.index)
	}
	labelling := hasLabels(labelsOf(about))
	for _, p := range about {
		if labelled(p.Label, c.Label, labelling) {
			found = append(found, pointShape([2]float64{p.X, p.Y}, p.Label, false))
		}
	}
	return unit, found, len(seen.Outside), stop
}
