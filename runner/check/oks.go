package check

import (
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (c *keypointsCheck) compileSigmas(n spec.Node) error {
	switch {
	case c.Sigmas != nil && (c.OKS == 0 || len(c.Sigmas) != len(c.Targets)):
		return at(n, "sigmas").Errorf("", "sigmas go with oks, one for each of the %d targets", len(c.Targets))
	case c.Sigmas != nil:
		for _, s := range c.Sigmas {
			if !(s > 0) || !finite(s) {
				return at(n, "sigmas").Errorf("COCO's are from 0.025 to 0.107", "a sigma is above 0")
			}
		}
	case len(c.Targets) == len(metric.COCOSigmas):
		c.Sigmas = metric.COCOSigmas
	default:
		for range c.Targets {
			c.Sigmas = append(c.Sigmas, 0.05)
		}
	}
	return nil
}

// similarity judges by OKS, in which the points have the order of the targets.
func (c *keypointsCheck) similarity(seen sight[point.Point], img canvas, expected string) result.Verdict {
	found := seen.Items
	o := &result.Overlay{Image: img.index}
	for _, p := range found {
		o.Found = append(o.Found, pointShape([2]float64{p.X, p.Y}, p.Label, len(found) == len(c.Targets)))
	}
	for _, t := range c.Targets {
		o.Expected = append(o.Expected, pointShape(t.position, firstOf(t.label), true))
	}
	o.Expected = append(o.Expected, c.Box.shape("", true))
	v := fail(expected, listPoints(found), "read %s, and OKS compares %d in the order of the targets%s", plural(len(found), "point"), len(c.Targets), seen.note())
	if len(found) == len(c.Targets) && len(seen.Outside) == 0 {
		v = c.oks(found, img.Image, expected)
	}
	v.Overlay = o
	return v
}

func (c *keypointsCheck) oks(found []point.Point, img sdk.Image, expected string) result.Verdict {
	if i := c.mislabelled(found); i >= 0 {
		return fail(expected, listPoints(found), "point %d is labelled %s, expected %s", i+1, quote(found[i].Label), c.Targets[i].label)
	}
	w, h := float64(max(img.Width, 1)), float64(max(img.Height, 1))
	pred, gold := make([]metric.Keypoint, len(found)), make([]metric.Keypoint, len(found))
	for i, p := range found {
		pred[i] = metric.Keypoint{X: p.X * w, Y: p.Y * h, V: 2}
		gold[i] = metric.Keypoint{X: c.Targets[i].position[0] * w, Y: c.Targets[i].position[1] * h, V: 2}
	}
	b := inPixels(*c.Box, img)
	oks, err := metric.OKS(pred, gold, [4]float64{b[0], b[1], b[2] - b[0], b[3] - b[1]}, b.Area(), c.Sigmas)
	if err != nil {
		return broken("%v", err)
	}
	v := graded(oks, c.OKS, expected, listPoints(found), "read %s %s; their OKS is %s, expected at least %s", plural(len(found), "point"), listPoints(found), num(oks), num(c.OKS))
	v.Measures = []result.Measure{{What: "oks", Value: oks, Min: &c.OKS}}
	return v
}

// mislabelled is the first point whose label is another than its target's, or -1.
func (c *keypointsCheck) mislabelled(found []point.Point) int {
	labels := labelsOf(found)
	labelling := hasLabels(labels)
	for i, l := range labels {
		if !labelled(l, c.Targets[i].label, labelling) {
			return i
		}
	}
	return -1
}

func labelsOf(points []point.Point) (labels []string) {
	for _, p := range points {
		labels = append(labels, p.Label)
	}
	return labels
}
