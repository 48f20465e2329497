package review

import (
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/internal/worddiff"
	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
)

// caseOf finds the case that a pending answer was given in; nil when the run is
// gone or cannot be read, which costs the overlay and nothing else.
func (g *Goldens) caseOf(p golden.Pending) *result.Case {
	cases, ok := g.runs[p.Run]
	if !ok {
		cases = map[string]*result.Case{}
		if run, err := g.Run(p.Run); err == nil {
			for i := range run.Cases {
				cases[run.Cases[i].ID] = &run.Cases[i]
			}
		}
		if g.runs == nil {
			g.runs = map[string]map[string]*result.Case{}
		}
		g.runs[p.Run] = cases
	}
	return cases[p.CaseID]
}

// sample is the first one that gave a pending answer.
func sample(c *result.Case, p golden.Pending) []result.Turn {
	for _, s := range c.Samples {
		if p.Turn >= len(s.Turns) {
			continue
		}
		for _, known := range p.Samples {
			if known.Seed == s.Seed && known.Answer == p.Answer() {
				return s.Turns
			}
		}
	}
	return nil
}

// earlier are the turns before the pending one.
func earlier(c *result.Case, p golden.Pending) []Exchange {
	var all []Exchange
	for _, t := range sample(c, p)[:min(p.Turn, len(sample(c, p)))] {
		all = append(all, Exchange{t.Prompt, t.Answer})
	}
	return all
}

// thought is what the model thought before the pending answer.
func thought(c *result.Case, p golden.Pending) string {
	if turns := sample(c, p); p.Turn < len(turns) {
		return turns[p.Turn].Reasoning
	}
	return ""
}

// looked are the overlays of the checks on the pending answer.
func looked(c *result.Case, p golden.Pending) []result.Overlay {
	turns := sample(c, p)
	if p.Turn >= len(turns) {
		return nil
	}
	var all []result.Overlay
	for _, v := range turns[p.Turn].Verdicts {
		if v.Overlay != nil && v.Overlay.Image < len(p.Images) {
			all = append(all, *v.Overlay)
		}
	}
	return all
}

// said2D reads points and boxes out of the answers themselves: green is where
// the accepted one points, red where the new one does.
func said2D(i *Item) []result.Overlay {
	if len(i.Images) == 0 {
		return nil
	}
	o := result.Overlay{Image: len(i.Images) - 1} // of several, the question is about the last
	o.Found = shapes(i.Answer)
	if o.Found == nil {
		return nil
	}
	if len(i.Accepted) > 0 {
		o.Expected = shapes(worddiff.Nearest(i.Accepted, i.Answer))
	}
	return []result.Overlay{o}
}

func shapes(text string) []result.Shape {
	var all []result.Shape
	points, err := point.Points(text, point.Options{})
	if err != nil {
		return nil
	}
	for _, p := range points {
		all = append(all, result.Shape{Kind: "point", Points: [][2]float64{{p.X, p.Y}}, Label: p.Label})
	}
	boxes, err := point.Boxes(text, point.Options{})
	if err != nil {
		return all
	}
	for _, b := range boxes {
		all = append(all, result.Shape{Kind: "box", Points: [][2]float64{{b.X0, b.Y0}, {b.X1, b.Y1}}, Label: b.Label})
	}
	return all
}
