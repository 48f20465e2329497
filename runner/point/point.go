// Package point reads points and boxes out of the text a vision-language model wrote, in every syntax in common use,
// and brings them to one coordinate system: fractions of the image in [0,1], x to the right, y down.
//
// Start with ReadPoints and ReadBoxes; format.go is the table of formats, each a syntax and a space; auto.go is the
// rule that recognises one; scan.go reads JSON, tuples and the like.
package point

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Point is one location. X and Y are fractions of the image's width and height. Start and End are the byte span of the
// answer it was read from; Label is the name the model gave it, if its syntax has one.
type Point struct {
	X, Y       float64
	Label      string
	Image      int // the image that the answer says it is in, from 1; 0 when it does not say
	Start, End int
}

// Box is an axis-parallel rectangle in the same coordinates, X0 <= X1 and Y0 <= Y1. A model that swaps corners is
// forgiven where the format is named; a box may have no area.
type Box struct {
	X0, Y0, X1, Y1 float64
	Label          string
	Start, End     int
}

// Reading is what was read of an answer, in the order of the text.
type Reading[T any] struct {
	Items []T
	// Outside are what lies beyond the image, as the answer writes it; it is not among
	// Items. When that is more than half, the scale is taken to be wrong: ErrRange.
	Outside []string
	// Clipped counts the items that lay a little beyond the border and were moved to it.
	Clipped int
}

// Options say how to read an answer.
type Options struct {
	// Format is a name from Formats; "" means "auto".
	Format string
	// Width and Height are the pixels that pixel formats count in: the size of the image as the model saw it.
	// 0 means unknown, and an answer that needs them is then ErrSize.
	Width, Height int
}

// ErrAmbiguous is wrapped by the error for an answer that cannot be read in one way only.
var ErrAmbiguous = errors.New("ambiguous coordinates")

// ErrRange is wrapped by the error for coordinates clearly outside the image, which nearly always means another scale.
var ErrRange = errors.New("coordinates outside the image")

// ErrSize is wrapped by the error for pixels where the size of the image that they count in is not known.
var ErrSize = errors.New("pixels of an image whose size the model was shown is not known")

func ambiguous(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrAmbiguous}, args...)...)
}

// ReadPoints returns the points. Boxes are skipped. Nothing found is no error.
func ReadPoints(answer string, o Options) (Reading[Point], error) {
	return reading(answer, o, 2, func(s shape) Point {
		return Point{X: s.v[0], Y: s.v[1], Label: s.label, Image: s.image, Start: s.start, End: s.end}
	})
}

// ReadBoxes returns the boxes. Points are skipped. Nothing found is no error.
func ReadBoxes(answer string, o Options) (Reading[Box], error) {
	return reading(answer, o, 4, func(s shape) Box {
		v := s.v
		return Box{
			X0: min(v[0], v[2]), Y0: min(v[1], v[3]), X1: max(v[0], v[2]), Y1: max(v[1], v[3]),
			Label: s.label, Start: s.start, End: s.end,
		}
	})
}

// Points is ReadPoints for those who need all of them: one outside the image is ErrRange.
func Points(answer string, o Options) ([]Point, error) { return allOf(ReadPoints(answer, o)) }

// Boxes is ReadBoxes for those who need all of them: one outside the image is ErrRange.
func Boxes(answer string, o Options) ([]Box, error) { return allOf(ReadBoxes(answer, o)) }

func allOf[T any](r Reading[T], err error) ([]T, error) {
	if err == nil && len(r.Outside) > 0 {
		err = fmt.Errorf("%w: %s", ErrRange, r.Outside[0])
	}
	if err != nil {
		return nil, err
	}
	return r.Items, nil
}

// Formats lists the accepted values of Options.Format, sorted.
func Formats() []string {
	names := []string{"auto"}
	for name := range formats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// shape is a point (two numbers) or a box (four) with the numbers as written until place has normalised them.
type shape struct {
	v          []float64
	decimal    bool   // a decimal point or an exponent occurs in the numbers
	suffix     string // "%" or "px" after each number
	key        string // the JSON key it came from
	named      bool   // the answer says which number is which axis, so a format's order does not apply
	label      string
	image      int // from 1, 0 for no word of it
	start, end int
}

// reading finds, selects by arity and normalises. Selection comes first, so that an unreadable box does not stop points.
func reading[T any](answer string, o Options, arity int, item func(shape) T) (Reading[T], error) {
	var r Reading[T]
	text := normalise(answer)
	p, err := read(text.text, o, arity)
	if err != nil {
		return r, err
	}
	r.Items = slices.Grow(r.Items, len(p.shapes))
	for _, s := range p.shapes {
		s.start, s.end = text.span(s.start, s.end)
		r.Items = append(r.Items, item(s))
	}
	for _, s := range p.outside {
		start, end := text.span(s.start, s.end)
		r.Outside = append(r.Outside, answer[start:end])
	}
	r.Clipped = p.clipped
	return r, nil
}

func read(text string, o Options, arity int) (placed, error) {
	name := strings.ToLower(o.Format)
	auto := name == "" || name == "auto"
	f, ok := formats[name]
	switch {
	case !auto && !ok:
		return placed{}, fmt.Errorf("unknown format %q; one of %s", o.Format, strings.Join(Formats(), ", "))
	case !strings.ContainsAny(text, "0123456789"):
		return placed{}, nil
	case auto:
		return readAuto(text, o, arity)
	}
	all, err := f.find(text)
	if err != nil {
		return placed{}, err
	}
	return place(name, f, only(all, arity), o)
}

// only keeps the shapes of so many numbers, in place.
func only(in []shape, arity int) []shape {
	return slices.DeleteFunc(in, func(s shape) bool { return len(s.v) != arity })
}
