package check

import "github.com/vlmspec/vlmspec/runner/result"

// measured adds the value that a verdict was made from, and what is allowed.
func measured(v result.Verdict, value float64, unit string, lower, upper *float64) result.Verdict {
	v.Measures = append(v.Measures, result.Measure{What: "value", Unit: unit, Value: value, Min: lower, Max: upper})
	return v
}
