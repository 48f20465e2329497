package check

import "github.com/vlmspec/vlmspec/runner/reading"

// Fold is how `equals` sees a text: without its form, as [reading.Fold] has it.
func Fold(s string) string { return reading.Fold(s) }
