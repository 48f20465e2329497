package check

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// picking is how a check reads one number out of an answer.
type picking struct {
	Pick string `yaml:"pick" enum:"only|first|last" doc:"which number is meant where the answer has several: only (the default: different numbers fail), first or last"`
}

type numberCheck struct {
	Value   *float64 `yaml:"value" required:"true" doc:"the number"`
	Abs     float64  `yaml:"abs" min:"0" doc:"how far off it may be; 0 when not given"`
	Rel     float64  `yaml:"rel" min:"0" doc:"how far off it may be, as a fraction of value: 0.05 is 5 %"`
	picking `yaml:",inline"`
	common  `yaml:",inline"`
}

// Number checks that the answer holds a number no further than abs from value.
func Number(value, abs float64) Check { return build("number", &numberCheck{Value: &value, Abs: abs}) }

func (c *numberCheck) compile(n spec.Node, _ Env) error {
	if !finite(*c.Value, c.Abs, c.Rel) {
		return n.Errorf("", "value, abs and rel must be finite numbers")
	}
	return nil
}

func (c *numberCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	off := max(c.Abs, c.Rel*math.Abs(*c.Value))
	expected := num(*c.Value)
	if off > 0 {
		expected = fmt.Sprintf("%s ± %s", expected, num(off))
	}
	got, problem := c.read(text)
	if problem != "" {
		return fail(expected, text, "%s", problem)
	}
	v := fail(expected, num(got), "read %s in %s, expected %s", num(got), quote(text), expected)
	// The slack forgives what binary fractions cannot hold: 0.3 is within 0.1 of 0.2.
	if math.Abs(got-*c.Value) <= off+1e-12*max(math.Abs(got), math.Abs(*c.Value)) {
		v = pass(expected, num(got))
	}
	least, most := *c.Value-off, *c.Value+off
	return measured(v, got, "", &least, &most)
}

// OneNumber is the number in a text, if it has one, or the same one again.
func OneNumber(text string) (value float64, ok bool) {
	value, problem := picking{}.read(text)
	return value, problem == ""
}

// read returns the number that is meant, or a sentence that says why there is none.
func (p picking) read(text string) (value float64, problem string) {
	found := numbersIn(text)
	switch {
	case len(found) == 0:
		return 0, "there is no number in " + quote(text)
	case p.Pick == "first":
		return found[0], ""
	case p.Pick == "last":
		return found[len(found)-1], ""
	}
	for _, f := range found {
		if f != found[0] {
			return 0, fmt.Sprintf("there are %d numbers in %s: %s; say which one is meant with pick: first or pick: last",
				len(found), quote(text), list(found))
		}
	}
	return found[0], ""
}

func list(numbers []float64) string {
	texts := make([]string, len(numbers))
	for i, f := range numbers {
		texts[i] = num(f)
	}
	return shorten(strings.Join(texts, ", "), mostQuoted)
}

// numberRE finds digits, with thousands separated by commas, a fraction and an
// exponent, and the English words up to twenty. A sign counts at the start of a
// word only: 3-4 is no negative number.
var numberRE = regexp.MustCompile(`(?i)[-+−]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?|\b(?:` + strings.Join(numerals, "|") + `)\b`)

var numerals = []string{
	"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
	"thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
}

// numbersIn reads every number in the order of the text.
func numbersIn(text string) []float64 {
	var found []float64
	for _, at := range numberRE.FindAllStringIndex(text, -1) {
		word := text[at[0]:at[1]]
		if n := numeral(word); n >= 0 {
			found = append(found, float64(n))
			continue
		}
		word = strings.Replace(strings.ReplaceAll(word, ",", ""), "−", "-", 1)
		if at[0] > 0 && !startsWord(text[at[0]-1]) {
			word = strings.TrimLeft(word, "+-")
		}
		if f, err := strconv.ParseFloat(word, 64); err == nil {
			found = append(found, f)
		}
	}
	return found
}

func numeral(word string) int {
	for i, n := range numerals {
		if strings.EqualFold(word, n) {
			return i
		}
	}
	return -1
}

// startsWord reports whether a sign may follow this byte.
func startsWord(before byte) bool { return strings.IndexByte(" \t\n\r([{:=,;", before) >= 0 }
