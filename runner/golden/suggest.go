package golden

import (
	"context"
	"encoding/json"
	"math"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Suggest offers tolerances that would pass a pending answer where another was
// accepted: a number ± t, keypoints within r, similar ≥ x, as far as they make
// sense. Each was tried: it passes the answer and what was accepted.
func (r *Review) Suggest(p Pending) []Tolerance {
	old, ok := r.Accepted(p)
	if !ok {
		return nil
	}
	var out []Tolerance
	for _, t := range candidates(old.Answers, p) {
		if passes(t, p.Answer(), p) && passes(t, old.Answers[0], p) {
			out = append(out, t)
		}
	}
	return out
}

// candidates are the tolerances to try.
func candidates(accepted []string, p Pending) []Tolerance {
	var all []Tolerance
	answer := p.Answer()
	if a, ok := check.OneNumber(accepted[0]); ok {
		if b, ok := check.OneNumber(answer); ok {
			all = append(all, Tolerance{"number": map[string]any{"value": a, "abs": roundUp(math.Abs(a - b))}})
		}
	}
	if n := len(p.Images); n > 0 {
		all = append(all, keypoints(accepted[0], answer, p.Images[n-1])...)
	}
	if all != nil {
		return all
	}
	to := make([]any, len(accepted))
	for i, a := range accepted {
		to[i] = a
	}
	if like, err := metric.ROUGEL(answer, accepted); err == nil {
		if like = math.Floor(like*100) / 100; like > 0 {
			all = append(all, Tolerance{"similar": map[string]any{"to": to, "min": like}})
		}
	}
	return all
}

// keypoints lets points be as far off as those of the answer are.
func keypoints(accepted, answer string, img result.Image) []Tolerance {
	want, err := point.Points(accepted, point.Options{})
	actual, errActual := point.Points(answer, point.Options{})
	if err != nil || errActual != nil || len(want) == 0 || len(want) != len(actual) {
		return nil
	}
	off, targets := 0.0, []any{}
	longer := float64(max(img.Width, img.Height, 1))
	for i := range want {
		dx, dy := (want[i].X-actual[i].X)*float64(img.Width)/longer, (want[i].Y-actual[i].Y)*float64(img.Height)/longer
		off = max(off, math.Hypot(dx, dy))
		targets = append(targets, []any{want[i].X, want[i].Y})
	}
	return []Tolerance{{"keypoints": map[string]any{"targets": targets, "within": roundUp(off)}}}
}

// roundUp gives a bound that reads well: two digits, not below f.
func roundUp(f float64) float64 {
	if f == 0 {
		return 0
	}
	scale := math.Pow(10, 1-math.Floor(math.Log10(f)))
	return math.Ceil(f*scale-1e-9) / scale
}

// passes reports whether a tolerance can be written, and passes a text.
func passes(t Tolerance, text string, p Pending) bool {
	data, err := json.Marshal(t) // which is YAML too
	if err != nil {
		return false
	}
	n, err := spec.Parse("tolerance", data)
	if err != nil {
		return false
	}
	c, err := compile(n)
	if err != nil {
		return false
	}
	return c.Judge(context.Background(), inputOf(p, text)).Outcome == result.Passed
}

// inputOf is what a check would be given if the answer were text.
func inputOf(p Pending, text string) check.Input {
	in := check.Input{CaseID: p.CaseID, Turn: p.Turn, Prompt: p.Prompt, PromptSHA256: p.Entry.Prompt, Answer: text}
	for _, img := range p.Images {
		in.Images = append(in.Images, sdk.Image{Path: img.Path, SHA256: img.SHA256, Width: img.Width, Height: img.Height})
	}
	return in
}
