package report

import (
	"fmt"
	"math"
	"strings"
)

// How numbers of comparisons are written.

func percentOf(share float64) string { return trimmed(100*share) + " %" }

// trimmed has one digit behind the point at most.
func trimmed(x float64) string { return digits(x, 1) }

// fine has three.
func fine(x float64) string { return digits(x, 3) }

func digits(x float64, n int) string {
	s := fmt.Sprintf("%.*f", n, x)
	if s = strings.TrimRight(s, "0"); strings.HasSuffix(s, ".") {
		s = s[:len(s)-1]
	}
	if s == "-0" {
		return "0"
	}
	return s
}

func signed(x float64) string     { return withSign(trimmed(x)) }
func signedFine(x float64) string { return withSign(fine(x)) }

// withSign writes a plus, and a minus as one.
func withSign(s string) string {
	if rest, minus := strings.CutPrefix(s, "-"); minus {
		return "−" + rest
	}
	if s == "0" {
		return s
	}
	return "+" + s
}

func pText(p float64) string {
	if p < 0.0001 {
		return "< 0.0001"
	}
	return fmt.Sprintf("%.*f", int(max(3, 1-math.Floor(math.Log10(p)))), p)
}

func images(n int) string { return fmt.Sprintf("%d %s", n, oneOrMany(n, "image", "images")) }

func oneOrMany(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
