package check

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// pointing is how a check reads points or boxes out of an answer.
type pointing struct {
	Format      string `yaml:"format" doc:"how the model writes coordinates, and what they count: auto (the default), fraction, percent, thousandth, pixel, molmo, qwen2.5-vl, gemini, ...; docs/coordinates.md lists them by model"`
	Image       int    `yaml:"image" min:"1" doc:"which image of the conversation is meant, from 1; needed where there are several"`
	Label       texts  `yaml:"label" doc:"what they must be labelled, or a list of words for it, where the answer labels them"`
	spec.Sizing `yaml:",inline"`
	suite       spec.Sizing
}

func (p *pointing) compile(n spec.Node, env Env) error {
	p.suite = env.Sizing
	err := p.Settle(n)
	if p.Label != nil {
		err = spec.Join(err, p.Label.check(at(n, "label")))
	}
	for _, f := range point.Formats() {
		if p.Format == "" || strings.EqualFold(f, p.Format) {
			return err
		}
	}
	hint := spec.DidYouMean(p.Format, point.Formats())
	return spec.Join(err, at(n, "format").Errorf(either(hint, "one of "+strings.Join(point.Formats(), ", ")), "unknown format %q", p.Format))
}

// canvas is the image that an answer points into.
type canvas struct {
	sdk.Image
	index int // in the conversation
}

// canvas finds the image that is meant, or says why nothing can be judged.
func (p *pointing) canvas(in Input) (c canvas, stop *result.Verdict) {
	index := p.Image - 1
	if p.Image == 0 {
		index = len(in.Images) - 1
	}
	switch {
	case index < 0 || index >= len(in.Images):
		v := broken("the check is about image %d, and the conversation has %s", max(p.Image, 1), plural(len(in.Images), "image"))
		return c, &v
	case p.Image == 0 && len(in.Images) > 1:
		v := unread("", in.Answer, "the conversation shows %s; say which one is meant by image: 1, or another number", plural(len(in.Images), "image"))
		return c, &v
	}
	return canvas{in.Images[index], index}, nil
}

// options say how to read an answer about an image.
func (p *pointing) options(in Input, c canvas) (point.Options, error) {
	w, h, err := p.size(in, c)
	return point.Options{Format: p.Format, Width: w, Height: h}, err
}

// size is that of the image as the model was shown it: as the check says, else as
// the backend does, else as the suite says; 0 by 0 when nobody does.
func (p *pointing) size(in Input, c canvas) (w, h int, err error) {
	if p.ModelSize != nil || p.Resize != nil {
		return sizeBy(p.Sizing, c.Image)
	}
	if s := shownAt(in, c.index); s.Width > 0 {
		return s.Width, s.Height, nil
	}
	return sizeBy(p.suite, c.Image)
}

func shownAt(in Input, index int) result.Size {
	if len(in.Shown) == len(in.Images) && index < len(in.Shown) {
		return in.Shown[index]
	}
	return result.Size{}
}

func sizeBy(s spec.Sizing, img sdk.Image) (w, h int, err error) {
	switch {
	case s.Resize != nil:
		r := point.Resize{Factor: s.Resize.Factor, MinPixels: s.Resize.MinPixels, MaxPixels: s.Resize.MaxPixels}
		return r.Size(img.Width, img.Height)
	case s.ModelSize == nil:
		return 0, 0, nil
	case s.ModelSize.Original:
		return img.Width, img.Height, nil
	}
	return s.ModelSize.Width, s.ModelSize.Height, nil
}

// illegible is the verdict on an answer whose coordinates cannot be read.
func illegible(expected, text string, err error) *result.Verdict {
	hint := ""
	if errors.Is(err, point.ErrSize) {
		hint = "; give model_size: [width, height], resize, or model_size: original for pixels of the file"
	}
	v := unread(expected, text, "%v%s", err, hint)
	return &v
}

// points reads the points of an answer.
func (p *pointing) points(in Input, c canvas, expected, text string) (sight[point.Point], *result.Verdict) {
	return look(p, in, c, expected, text, "point", point.ReadPoints)
}

func (p *pointing) boxes(in Input, c canvas, expected, text string) (sight[point.Box], *result.Verdict) {
	return look(p, in, c, expected, text, "box", point.ReadBoxes)
}

// look reads what an answer points at: at least one thing, or the verdict that
// it cannot be read, or says that there is none.
func look[T any](p *pointing, in Input, c canvas, expected, text, what string, read func(string, point.Options) (point.Reading[T], error)) (s sight[T], stop *result.Verdict) {
	o, err := p.options(in, c)
	if err == nil {
		s.Reading, err = read(text, o)
	}
	switch {
	case err != nil:
		return s, illegible(expected, text, err)
	case len(s.Items) > 0:
		return s, nil
	case saysNone(text):
		v := fail(expected, text, "the answer says that there is none: %s", quote(text))
		return s, &v
	}
	v := unread(expected, text, "there is no %s in %s%s", what, quote(text), s.note())
	return s, &v
}

// sight is what was read, and sentences about it.
type sight[T any] struct{ point.Reading[T] }

// note says what was left out or moved, "" for nothing.
func (s sight[T]) note() string {
	var b strings.Builder
	if n := len(s.Outside); n > 0 {
		fmt.Fprintf(&b, "; %d left out, outside the image: %s", n, shorten(strings.Join(s.Outside[:min(n, 5)], " "), maxQuoted))
	}
	if s.Clipped > 0 {
		fmt.Fprintf(&b, "; %d moved to the border of the image", s.Clipped)
	}
	return b.String()
}

// distance is between two points in fractions of an image, as a fraction of its
// longer side, so that a radius is a circle in pixels.
func distance(a, b [2]float64, img sdk.Image) float64 {
	dx, dy := a[0]-b[0], a[1]-b[1]
	if longer := float64(max(img.Width, img.Height)); longer > 0 && img.Width > 0 && img.Height > 0 {
		dx, dy = dx*float64(img.Width)/longer, dy*float64(img.Height)/longer
	}
	return math.Hypot(dx, dy)
}

func pointShape(p [2]float64, label string, ok bool) result.Shape {
	return result.Shape{Kind: "point", Points: [][2]float64{p}, Label: label, OK: ok}
}

// listPoints lists points for a sentence: "(0.31, 0.4) (0.8, 0.1)".
func listPoints(points []point.Point) string {
	return listed(points, func(p point.Point) string { return fmt.Sprintf("(%s, %s)", num(p.X), num(p.Y)) })
}

// listed writes as many of the first things as a sentence has room for.
func listed[T any](all []T, write func(T) string) string {
	const limit = 24
	var parts []string
	for _, one := range all[:min(len(all), limit)] {
		parts = append(parts, write(one))
	}
	if n := len(all) - limit; n > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", n))
	}
	return shorten(strings.Join(parts, " "), 2*maxQuoted)
}
