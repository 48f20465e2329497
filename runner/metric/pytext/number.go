package pytext

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

var (
	floatRE = regexp.MustCompile(`^[-+]?(?:[0-9]+(?:_[0-9]+)*\.?|(?:[0-9]+(?:_[0-9]+)*)?\.[0-9]+(?:_[0-9]+)*)(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$`)
	intRE   = regexp.MustCompile(`^[-+]?[0-9]+(?:_[0-9]+)*$`)
)

// Float is float(text). ok is false where Python raises ValueError. Accepted: white space around, a sign, underscores
// between digits, decimal digits of any script, inf, infinity and nan in any case. Refused: "1,000", "0x10", "5%", "".
func Float(text string) (x float64, ok bool) {
	s := ASCIIDigits(Strip(text))
	switch sign, word := cutSign(s); strings.ToLower(word) {
	case "nan":
		return math.NaN(), true
	case "inf", "infinity":
		return math.Inf(sign), true
	}
	if !floatRE.MatchString(s) {
		return 0, false
	}
	x, _ = strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64) // the one error left is overflow, and ±Inf is Python's answer too
	return x, true
}

// Int is int(text); ok is false where Python raises ValueError.
func Int(text string) (x *big.Int, ok bool) {
	s := ASCIIDigits(Strip(text))
	if !intRE.MatchString(s) {
		return nil, false
	}
	return new(big.Int).SetString(strings.ReplaceAll(s, "_", ""), 10)
}

func cutSign(s string) (sign int, rest string) {
	if after, ok := strings.CutPrefix(s, "-"); ok {
		return -1, after
	}
	return 1, strings.TrimPrefix(s, "+")
}

// ASCIIDigits replaces every decimal digit (category Nd) by 0 to 9.
func ASCIIDigits(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if v, ok := digit(r); ok {
			return '0' + v
		}
		return r
	}, s)
}

// digit gives the value of a decimal digit. Unicode lays the digits of a script out in runs of ten, zero first.
func digit(r rune) (rune, bool) {
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10, true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10, true
		}
	}
	return 0, false
}

// FormatFloat is repr(float) and str(float): 3.0, 1e-05, 1e+16, nan, inf.
func FormatFloat(x float64) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	}
	if a := math.Abs(x); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// Round is round(x, n): the exact binary value, half to even.
func Round(x float64, n int) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	if n < 0 {
		p := math.Pow(10, float64(-n))
		return math.RoundToEven(x/p) * p
	}
	r, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'f', n, 64), 64)
	return r
}
