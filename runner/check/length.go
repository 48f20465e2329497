package check

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/runner/reading"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type lengthCheck struct {
	Min    *float64 `yaml:"min" min:"0" doc:"at least so many"`
	Max    *float64 `yaml:"max" min:"0" doc:"at most so many"`
	Unit   string   `yaml:"unit" enum:"characters|words|lines" doc:"what is counted: characters (Unicode code points, the default), words (of UAX #29, so Chinese and Japanese have them) or lines"`
	common `yaml:",inline"`
	limits limits
}

func (*lengthCheck) empty() bool { return true }

func (c *lengthCheck) compile(n spec.Node, _ Env) (err error) {
	c.limits, err = newLimits(n, c.Min, c.Max)
	return err
}

func (c *lengthCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	text = strings.TrimSpace(text)
	unit := either(c.Unit, "characters")
	var n int
	switch unit {
	case "words":
		if script := reading.Unbounded(text); script != "" {
			return unread(c.limits.String()+" words", text, "%s has no marks between words, so they cannot be counted; count characters", script)
		}
		n = len(reading.Words(text))
	case "lines":
		for range strings.Lines(text) {
			n++
		}
	default:
		n = utf8.RuneCountInString(text)
	}
	return c.limits.judge(float64(n), "", " "+unit, "the answer has")
}

// limits are a least and a greatest value, either of which may be missing.
type limits struct{ min, max *float64 }

// newLimits refuses what no value can satisfy, or every value.
func newLimits(n spec.Node, lower, upper *float64) (limits, error) {
	switch {
	case lower == nil && upper == nil:
		return limits{}, n.Errorf("write {max: 20}", "neither min nor max is given")
	case !finite(deref(lower), deref(upper)):
		return limits{}, n.Errorf("", "min and max must be finite numbers")
	case lower != nil && upper != nil && *lower > *upper:
		return limits{}, at(n, "min").Errorf("", "min %s is more than max %s", num(*lower), num(*upper))
	}
	return limits{lower, upper}, nil
}

func deref(f *float64) float64 {
	if f == nil {
		return 0
	}
	return *f
}

func (l limits) String() string {
	switch {
	case l.min == nil:
		return "at most " + num(*l.max)
	case l.max == nil:
		return "at least " + num(*l.min)
	case *l.min == *l.max:
		return num(*l.min)
	}
	return num(*l.min) + " to " + num(*l.max)
}

func (l limits) hold(f float64) bool {
	return (l.min == nil || f >= *l.min) && (l.max == nil || f <= *l.max)
}

// judge says "the answer has 31 words, allowed are at most 20". read is what
// the value was read from, where that says more than the value.
func (l limits) judge(f float64, read, unit, subject string) result.Verdict {
	expected, actual := l.String()+unit, either(read, num(f)+unit)
	v := pass(expected, actual)
	if !l.hold(f) {
		v = fail(expected, actual, "%s", fmt.Sprintf("%s %s%s, expected %s", subject, num(f), unit, l))
	}
	return measured(v, f, strings.TrimSpace(unit), l.min, l.max)
}
