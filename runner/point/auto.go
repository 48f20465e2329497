package point

import (
	"fmt"
	"regexp"
	"strings"
)

// signs are the marks only one syntax uses.
var signs = []struct {
	format string
	re     *regexp.Regexp
}{
	{"paligemma", regexp.MustCompile(`<loc[0-9]{4}>`)},
	{"florence-2", regexp.MustCompile(`<loc_[0-9]+>`)},
	{"kosmos-2", regexp.MustCompile(`<patch_index_[0-9]{4}>`)},
	{"qwen2-vl", regexp.MustCompile(`<\|(?:box|point)_start\|>`)},
	{"deepseek-vl2", regexp.MustCompile(`<\|det\|>`)},
	{"qwen-vl", regexp.MustCompile(`<(?:box|point)>\s*\(`)},
	{"internvl", regexp.MustCompile(`<(?:box|point)>\s*\[`)},
	{"molmo", regexp.MustCompile(`<points?\s[^<>]*=|\bClick\(`)},
}

// readAuto recognises the syntax. The rule, in order:
//
//  1. A mark that only one syntax uses decides (<loc0256> is PaliGemma, <loc_300> Florence-2, …). Marks of two syntaxes
//     in one answer are an error. A <point x= y=> tag is Molmo, in percent; one above 105 is out of range and an error.
//  2. Else JSON objects, else bracketed tuples, are looked at, all of them together. Shapes with the key box_2d are
//     Gemini's, unless they look like fractions. Numbers that are all in [0,1], at least one of them written with a
//     decimal point, are fractions, x first.
//  3. Anything else needs a scale that the text does not tell: [452, 118] may be pixels (Qwen2.5-VL), thousandths
//     (Qwen3-VL) or thousandths with y first (Gemini). That is ErrAmbiguous, with one exception: a number above 1050
//     must be a pixel, so with Options.Width and Height known, x-first pixels are read.
func readAuto(answer string, o Options, arity int) ([]shape, error) {
	name, err := signOf(answer)
	if err != nil {
		return nil, err
	}
	if name != "" {
		f := formats[name]
		return place(name, f, only(f.find(answer), arity), o)
	}
	shapes := only(findPlain(answer), arity)
	if len(shapes) == 0 {
		return nil, nil
	}
	if name, err = scaleOf(shapes, o); err != nil {
		return nil, err
	}
	return place(name, formats[name], shapes, o)
}

func signOf(answer string) (string, error) {
	var found []string
	for _, s := range signs {
		if s.re.MatchString(answer) {
			found = append(found, s.format)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%w: the answer mixes %s; name one format", ErrAmbiguous, strings.Join(found, " and "))
}

// scaleOf applies steps 2 and 3 to what findPlain found.
func scaleOf(shapes []shape, o Options) (string, error) {
	gemini, unit, decimal, largest := 0, true, false, 0.0
	for _, s := range shapes {
		if s.key == "box_2d" {
			gemini++
		}
		decimal = decimal || s.decimal
		for _, v := range s.v {
			unit = unit && v >= 0 && v <= 1
			largest = max(largest, v)
		}
	}
	first := shapes[0]
	switch {
	case gemini == len(shapes) && (!unit || !decimal):
		return "gemini", nil
	case gemini > 0:
		return "", fmt.Errorf("%w: box_2d is y first in thousandths, but %v does not look so; name the format",
			ErrAmbiguous, first.v)
	case unit && decimal:
		return "fraction", nil
	case largest > (1+overshoot)*1000 && o.Width > 0 && o.Height > 0:
		return "pixel", nil
	case first.key == "point":
		return "", fmt.Errorf("%w: %v may be y first (gemini) or x first in thousandths or pixels; name the format",
			ErrAmbiguous, first.v)
	}
	return "", fmt.Errorf("%w: %v may count pixels (pixel, qwen2.5-vl), thousandths (thousandth, qwen3-vl) or percent; "+
		"name the format", ErrAmbiguous, first.v)
}
