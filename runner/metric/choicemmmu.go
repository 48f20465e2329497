package metric

import (
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// ChoiceMMMU is MMMU's parse_multi_choice_response: letters in round brackets, else letters between spaces, else, in a
// reply of more than five words, options whose text occurs; of several the one that occurs last. ok is false where the
// original picks at random. Source: MMMU-Benchmark/MMMU, mmmu/utils/eval_utils.py.
func ChoiceMMMU(reply string, choices Choices) (letter string, ok bool) {
	text := padded(reply, ",", ".", "!", "?", ";", ":", "'")
	return mmmuPick(text, choices, []mmmuForm{
		{"(%)", "(%)"},
		{" % ", " % "},
	})
}

// ChoiceMMMULMMS is lmms-eval's copy: instead of " X " it looks for "X " (also the end of a word), then "X."; the
// tie-break still looks for the last " X ", so candidates without one tie and the first wins.
func ChoiceMMMULMMS(reply string, choices Choices) (letter string, ok bool) {
	text := padded(reply, ",", ".", "!", "?", ";", ":", "'")
	return mmmuPick(text, choices, []mmmuForm{
		{"(%)", "(%)"},
		{"% ", " % "},
		{"%.", " % "},
	})
}

// mmmuForm is a pattern to find letters by and the one that breaks ties; % stands for the letter.
type mmmuForm struct{ find, last string }

// padded strips each kind of mark once, in order, so "B,." keeps its comma, and adds a space on each side.
func padded(s string, marks ...string) string {
	for _, m := range marks {
		s = strings.Trim(s, m)
	}
	return " " + s + " "
}

func mmmuPick(text string, choices Choices, forms []mmmuForm) (string, bool) {
	letters := choices.Letters()
	for _, f := range forms {
		found := having(letters, func(l string) bool { return strings.Contains(text, form(f.find, l)) })
		if len(found) > 0 {
			return lastOf(found, func(l string) int { return strings.LastIndex(text, form(f.last, l)) }), true
		}
	}
	if len(pytext.Fields(text)) <= 5 {
		return "", false
	}
	lower := pytext.Lower(text)
	found := having(letters, func(l string) bool { return strings.Contains(lower, pytext.Lower(choices[l])) })
	if len(found) == 0 {
		return "", false
	}
	return lastOf(found, func(l string) int { return strings.LastIndex(lower, pytext.Lower(choices[l])) }), true
}

func form(pattern, letter string) string { return strings.Replace(pattern, "%", letter, 1) }

func having(letters []string, is func(string) bool) []string {
	var out []string
	for _, l := range letters {
		if is(l) {
			out = append(out, l)
		}
	}
	return out
}

// lastOf is the letter with the largest position, the first of equals.
func lastOf(letters []string, position func(string) int) string {
	best := letters[0]
	for _, l := range letters[1:] {
		if position(l) > position(best) {
			best = l
		}
	}
	return best
}
