package point

import (
	"errors"
	"strconv"
	"strings"
)

const number = `[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?`

// numeral is a number as an answer writes it.
type numeral struct {
	v       float64
	decimal bool   // a decimal point or an exponent stands in it
	suffix  string // "%", "px" or ""
}

// newNumeral reads a text that is one number; ±Inf for what floats cannot hold.
func newNumeral(text string) (n numeral, ok bool) {
	text = strings.TrimSpace(text)
	if bare, cut := strings.CutSuffix(text, "%"); cut {
		text, n.suffix = strings.TrimRight(bare, " "), "%"
	} else if bare, cut := strings.CutSuffix(text, "px"); cut {
		text, n.suffix = strings.TrimRight(bare, " "), "px"
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9' || c == '+' || c == '-':
		case c == '.' || (c == 'e' || c == 'E') && i > 0:
			n.decimal = true
		default:
			return n, false
		}
	}
	var err error
	if n.v, err = strconv.ParseFloat(text, 64); err != nil && !errors.Is(err, strconv.ErrRange) {
		return n, false
	}
	return n, true
}

// numerals reads a value: a number, or a text of numbers with commas or blanks
// between.
func numerals(n node) (out []numeral, ok bool) {
	text := strings.Trim(n.text, "[]() \t\n")
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
	for _, f := range fields {
		one, ok := newNumeral(f)
		if !ok {
			return nil, false
		}
		out = append(out, one)
	}
	return out, len(out) > 0
}

// numbers are all those in a text.
func numbers(text string) (v []float64, decimal bool) {
	for i := 0; i < len(text); {
		n := numberLen(text[i:])
		if n == 0 {
			i++
			continue
		}
		x, _ := strconv.ParseFloat(text[i:i+n], 64) // out of range gives ±Inf, which place refuses
		v = append(v, x)
		decimal = decimal || strings.ContainsAny(text[i:i+n], ".eE")
		i += n
	}
	return v, decimal
}

// numberLen is how long the number is that a text begins with, 0 for none.
func numberLen(text string) int {
	digits := func(i int) int {
		for i < len(text) && text[i] >= '0' && text[i] <= '9' {
			i++
		}
		return i
	}
	sign := 0
	if text[0] == '-' || text[0] == '+' {
		sign = 1
	}
	end := digits(sign)
	whole := end - sign
	if end < len(text) && text[end] == '.' {
		if after := digits(end + 1); whole > 0 || after > end+1 {
			end = after
		}
	}
	if end == sign || whole == 0 && end == sign+1 {
		return 0
	}
	if end < len(text) && (text[end] == 'e' || text[end] == 'E') {
		exponent := end + 1
		if exponent < len(text) && (text[exponent] == '-' || text[exponent] == '+') {
			exponent++
		}
		if after := digits(exponent); after > exponent {
			end = after
		}
	}
	return end
}

// newShape makes a shape of two or four numbers, which have one suffix or none.
func newShape(all []numeral) (s shape, ok bool) {
	if len(all) != 2 && len(all) != 4 {
		return s, false
	}
	s.suffix = all[0].suffix
	for _, n := range all {
		if n.suffix != s.suffix {
			return s, false
		}
		s.v, s.decimal = append(s.v, n.v), s.decimal || n.decimal
	}
	return s, true
}
