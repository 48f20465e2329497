package spec

import (
	"fmt"
	"strings"
	"testing"
)

func TestRepeat(t *testing.T) {
	load := func(repeat string) (*Case, error) {
		p := project(t, oneBackend+fmt.Sprintf("\n-- specs/a.yaml --\nsuite: a\nvars: {n: 7}\ncases:\n  - {name: a, prompt: hi, repeat: %s, expect: [golden]}\n", repeat))
		specs, err := Load(p, nil)
		if err != nil {
			return nil, err
		}
		return &specs.Cases[0], nil
	}
	for text, want := range map[string]Case{"5": {Repeat: 5}, `"${n}"`: {Repeat: 7}, "{max: 20, until: decided}": {Repeat: 20, Decided: true}, `{max: "${n}", until: decided}`: {Repeat: 7, Decided: true}, "{max: 200, until: rate}, require: 80%": {Repeat: 200, Sequential: 0.95}, "{max: 200, until: rate, confidence: 0.9}, require: 4/5": {Repeat: 200, Sequential: 0.9}} {
		if c, err := load(text); err != nil || c.Repeat != want.Repeat || c.Decided != want.Decided || c.Sequential != want.Sequential {
			t.Errorf("%s: %+v, %v", text, c, err)
		}
	}
	for text, want := range map[string]string{
		"0":                                   "0 is out of range: expected at least 1 and at most 100000",
		"100001":                              "out of range",
		"many":                                "expected a whole number",
		"{max: 20}":                           `key "until" is missing`,
		"{until: decided}":                    `key "max" is missing`,
		"{max: 0, until: decided}":            "0 is out of range",
		"{max: 9, until: sure}":               `"sure"`,
		"{max: 9, until: rate}, require: all": `until: rate compares how often the case passes with a share, and require is "all"; write require: 80%`,
		"{max: 9, until: decided, confidence: 0.9}":           "until: decided is certain, and takes no confidence",
		"{max: 9, until: rate, confidence: 95}, require: 80%": "out of range",
		"{max: 9, until: decided, min: 3}":                    `unknown key "min"`,
	} {
		if _, err := load(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
