package point

import (
	"regexp"
	"slices"
	"strings"
)

// signs are the marks only one syntax uses.
var signs = []struct {
	format string
	part   string // of every such mark; it is quick to look for
	re     *regexp.Regexp
}{
	{"paligemma", "<loc", regexp.MustCompile(`<loc[0-9]{4}>`)},
	{"florence-2", "<loc_", regexp.MustCompile(`<loc_[0-9]+>`)},
	{"kosmos-2", "<patch_index_", regexp.MustCompile(`<patch_index_[0-9]{4}>`)},
	{"qwen2-vl", "_start|>", regexp.MustCompile(`<\|(?:box|point)_start\|>`)},
	{"deepseek-vl2", "<|det|>", regexp.MustCompile(`<\|det\|>`)},
	{"glm-v", "<|begin_of_box|>", regexp.MustCompile(`<\|begin_of_box\|>[\s\[({]*[-0-9.]+\s*,`)},
	{"seed-vl", "<bbox>", regexp.MustCompile(`<bbox>\s*[0-9]`)},
	{"qwen-vl", "<", regexp.MustCompile(`<(?:box|point)>\s*\(`)},
	{"internvl", "<", regexp.MustCompile(`<(?:box|point)>\s*\[`)},
	{"minicpm-v", "<box>", regexp.MustCompile(`<box>\s*[0-9]`)},
	{"minigpt-v2", "{<", regexp.MustCompile(`\{(?:<[0-9]+>){4}\}`)},
	{"molmo", "<point", regexp.MustCompile(`<points?\s[^<>]*=`)},
	{"molmo", "Click(", regexp.MustCompile(`\bClick\(`)},
}

// readAuto recognises the syntax. The rule, in order:
//
//  1. A mark that only one syntax uses decides (<loc0256> is PaliGemma, <loc_300> Florence-2, …). Marks of two syntaxes
//     in one answer are an error. A <point x= y=> tag is Molmo, in percent; one above 105 is out of range.
//  2. Else JSON objects, else lists in brackets, else named or bare numbers are looked at, all of them together. A sign
//     after the numbers (50%, 320px) says what they count. Shapes with the key box_2d are Gemini's, unless they look
//     like fractions. Numbers that are all in [0,1], at least one of them written with a decimal point, are fractions,
//     x first.
//  3. Anything else needs a scale that the text does not give: [452, 118] may be pixels (Qwen2.5-VL), thousandths
//     (Qwen3-VL) or thousandths with y first (Gemini). That is ErrAmbiguous, with one exception: a number above 1050
//     must be a pixel, and is read where the size of the image as the model saw it is known.
//  4. A box whose second corner lies before its first may be a corner and a size: ErrAmbiguous.
func readAuto(text string, o Options, arity int) (placed, error) {
	name, err := signOf(text)
	if err != nil {
		return placed{}, err
	}
	find := findPlain
	if name != "" {
		find = formats[name].find
	}
	all, err := find(text)
	if err != nil {
		return placed{}, err
	}
	shapes := only(all, arity)
	if len(shapes) == 0 {
		return placed{}, nil
	}
	if name == "" {
		if name, err = scaleOf(shapes); err != nil {
			return placed{}, err
		}
		if i := slices.IndexFunc(shapes, func(s shape) bool { return !s.named && reversed(s) }); i >= 0 && name != "gemini" {
			return placed{}, ambiguous("%v ends before it begins, so it may be a corner and a size; name the format", shapes[i].v)
		}
	}
	return place(name, formats[name], shapes, o)
}

func signOf(text string) (string, error) {
	var found []string
	for _, s := range signs {
		if strings.Contains(text, s.part) && s.re.MatchString(text) && !slices.Contains(found, s.format) {
			found = append(found, s.format)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", ambiguous("the answer mixes %s; name one format", strings.Join(found, " and "))
}

// scaleOf applies steps 2 and 3 to what findPlain found.
func scaleOf(shapes []shape) (string, error) {
	gemini, signed, unit, decimal, largest := 0, 0, true, false, 0.0
	for _, s := range shapes {
		if s.key == "box_2d" {
			gemini++
		}
		if s.suffix != "" {
			signed++
		}
		decimal = decimal || s.decimal
		for _, v := range s.v {
			unit = unit && v >= 0 && v <= 1
			largest = max(largest, v)
		}
	}
	first := shapes[0]
	switch {
	case signed == len(shapes):
		return "fraction", nil // each has a unit of its own
	case signed > 0:
		return "", ambiguous("some numbers have a unit and others none, such as %v; name the format", first.v)
	case gemini == len(shapes) && (!unit || !decimal):
		return "gemini", nil
	case gemini > 0:
		return "", ambiguous("box_2d is y first in thousandths, but %v does not look so; name the format", first.v)
	case unit && decimal:
		return "fraction", nil
	case largest > (1+overshoot)*1000:
		return "pixel", nil
	case first.key == "point":
		return "", ambiguous("%v may be y first (gemini) or x first in thousandths or pixels; name the format", first.v)
	}
	return "", ambiguous("%v may count pixels (pixel, qwen2.5-vl), thousandths (thousandth, qwen3-vl) or percent; name the format", first.v)
}
