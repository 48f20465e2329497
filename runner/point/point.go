// Package point reads points and boxes out of the text a vision-language model wrote, in every syntax in common use,
// and brings them to one coordinate system: fractions of the image in [0,1], x to the right, y down.
//
// Start with Points and Boxes; format.go is the table of syntaxes; auto.go is the rule that recognises one.
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
	Start, End int
}

// Box is an axis-parallel rectangle in the same coordinates, X0 <= X1 and Y0 <= Y1. A model that swaps corners is
// forgiven; a box may have no area.
type Box struct {
	X0, Y0, X1, Y1 float64
	Label          string
	Start, End     int
}

// Options say how to read an answer.
type Options struct {
	// Format is a name from Formats; "" means "auto".
	Format string
	// Width and Height are the pixels that pixel formats count in: the size of the image as the model saw it.
	// 0 means unknown, and a format that needs them then gives an error.
	Width, Height int
}

// ErrAmbiguous is wrapped by the error for an answer that "auto" cannot read in one way only.
var ErrAmbiguous = errors.New("ambiguous coordinates")

// ErrRange is wrapped by the error for a coordinate clearly outside the image, which nearly always means another scale.
var ErrRange = errors.New("coordinates outside the image")

// Points returns the points in the order of the text. Boxes are skipped. Nothing found is no error.
func Points(answer string, o Options) ([]Point, error) {
	shapes, err := read(answer, o, 2)
	if err != nil {
		return nil, fmt.Errorf("read points: %w", err)
	}
	var out []Point
	for _, s := range shapes {
		out = append(out, Point{X: s.v[0], Y: s.v[1], Label: s.label, Start: s.start, End: s.end})
	}
	return out, nil
}

// Boxes returns the boxes in the order of the text. Points are skipped. Nothing found is no error.
func Boxes(answer string, o Options) ([]Box, error) {
	shapes, err := read(answer, o, 4)
	if err != nil {
		return nil, fmt.Errorf("read boxes: %w", err)
	}
	var out []Box
	for _, s := range shapes {
		v := s.v
		out = append(out, Box{
			X0: min(v[0], v[2]), Y0: min(v[1], v[3]), X1: max(v[0], v[2]), Y1: max(v[1], v[3]),
			Label: s.label, Start: s.start, End: s.end,
		})
	}
	return out, nil
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
	key        string // the JSON key it came from
	named      bool   // every number carried its axis ("x_min": …), so a format's order does not apply
	label      string
	start, end int
}

// read finds, selects by arity and normalises. Selection comes first, so that an unreadable box does not stop points.
func read(answer string, o Options, arity int) ([]shape, error) {
	name := strings.ToLower(o.Format)
	if name == "" || name == "auto" {
		return readAuto(answer, o, arity)
	}
	f, ok := formats[name]
	if !ok {
		return nil, fmt.Errorf("unknown format %q; one of %s", o.Format, strings.Join(Formats(), ", "))
	}
	return place(name, f, only(f.find(answer), arity), o)
}

func only(in []shape, arity int) []shape {
	var out []shape
	for _, s := range in {
		if len(s.v) == arity {
			out = append(out, s)
		}
	}
	return out
}
