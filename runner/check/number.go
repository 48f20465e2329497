package check

import (
	"context"
	"fmt"
	"math"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/reading"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// picking is how a check reads one number out of an answer.
type picking struct {
	Pick    string `yaml:"pick" enum:"only|first|last" doc:"which number is meant where the answer has several: only (the default: one that is announced as the answer, else different numbers cannot be read), first or last"`
	Decimal string `yaml:"decimal" enum:"point|comma" doc:"how decimals are written: point (the default) or comma, as in 3,5 and 1.234,5"`
}

func (p picking) options() reading.NumberOptions {
	return reading.NumberOptions{Pick: p.Pick, Comma: p.Decimal == "comma"}
}

type numberCheck struct {
	Value   *float64 `yaml:"value" required:"true" doc:"the number"`
	Abs     float64  `yaml:"abs" min:"0" doc:"how far off it may be; 0 when not given"`
	Rel     float64  `yaml:"rel" min:"0" doc:"how far off it may be, as a fraction of value: 0.05 is 5 %"`
	Rule    string   `yaml:"rule" enum:"mmmu" doc:"a toolkit's reading instead of ours: mmmu (an open answer of MMMU is right when one of the numbers read is value, rounded to two digits)"`
	picking `yaml:",inline"`
	common  `yaml:",inline"`
}

// Number checks that the answer holds a number no further than abs from value.
func Number(value, abs float64) Check { return build("number", &numberCheck{Value: &value, Abs: abs}) }

func (c *numberCheck) compile(n spec.Node, _ Env) error {
	switch {
	case !finite(*c.Value, c.Abs, c.Rel):
		return n.Errorf("", "value, abs and rel must be finite numbers")
	case c.Rule != "" && (c.Abs != 0 || c.Rel != 0 || c.picking != picking{}):
		return at(n, "rule").Errorf("leave them out", "rule: %s goes with neither abs, rel, pick nor decimal", c.Rule)
	}
	return nil
}

func (c *numberCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	if c.Rule != "" {
		return c.byRule(text)
	}
	off := max(c.Abs, c.Rel*math.Abs(*c.Value))
	expected := num(*c.Value)
	if off > 0 {
		expected = fmt.Sprintf("%s ± %s", expected, num(off))
	}
	actual, err := reading.Number(text, c.options())
	if err != nil {
		return misread(expected, text, err)
	}
	v := fail(expected, num(actual), "read %s in %s, expected %s", num(actual), quote(text), expected)
	// The slack forgives what binary fractions cannot hold: 0.3 is within 0.1 of 0.2.
	if math.Abs(actual-*c.Value) <= off+1e-12*max(math.Abs(actual), math.Abs(*c.Value)) {
		v = pass(expected, num(actual))
	}
	lower, upper := *c.Value-off, *c.Value+off
	return measured(v, actual, "", &lower, &upper)
}

func (c *numberCheck) byRule(text string) result.Verdict {
	expected := num(*c.Value)
	if metric.MMMUCorrect(text, []string{fmt.Sprint(*c.Value)}) {
		return pass(expected, text)
	}
	return fail(expected, text, "MMMU reads no %s in %s", expected, quote(text))
}

// OneNumber is the number in a text, if it has one, or the same one again.
func OneNumber(text string) (value float64, ok bool) {
	value, err := reading.Number(text, reading.NumberOptions{})
	return value, err == nil
}
