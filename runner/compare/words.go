package compare

import (
	"fmt"
	"math"
	"strings"
)

// points writes a share as percentage points.
func points(share float64) string {
	s := number(100 * share)
	if s == "1" || s == "-1" {
		return s + " point"
	}
	return s + " points"
}

// number writes a value with at most one digit behind the point, more below 1.
func number(x float64) string {
	format := "%.1f"
	if math.Abs(x) < 1 {
		format = "%.2f"
	}
	s := fmt.Sprintf(format, x)
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

// pValue writes a p-value.
func pValue(p float64) string {
	switch {
	case p < 0.0001:
		return "below 0.0001"
	case p < 0.01:
		return fmt.Sprintf("%.4f", p)
	}
	return fmt.Sprintf("%.3f", p)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// list names a few things.
func list(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
