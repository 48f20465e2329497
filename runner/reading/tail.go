package reading

import (
	"math"
	"strings"
)

// tail reads what follows digits and changes their value or makes them something else: an exponent, a power, a
// fraction, a scale, a unit, another part of a date.
func (r *numbers) tail(f found, to int) (found, int) {
	d := r.doc
	if f, next, ok := r.exponent(f, to); ok {
		return f, next
	}
	switch {
	case d.glued(to) && superscript(d.raw(to)) >= 0, d.is(to) == "^" && f.value != 10, d.is(to) == "*" && d.is(to+1) == "*":
		return r.failing(f, to+2, "is a power, which is not computed"), to + 2
	case d.is(to) == "⁻" && d.glued(to):
		return r.failing(f, to+2, "is a power, which is not computed"), to + 2
	case d.is(to) == "'" && d.glued(to) && d.is(to+1) == "s" && d.glued(to+1):
		return r.failing(f, to+2, "is no plain number"), to + 2
	case d.is(to) == "^":
		n, next, ok := r.power(to + 1)
		if !ok {
			return r.failing(f, next, "is a power, which is not computed"), next
		}
		f.value = math.Pow(10, n)
		return f, next
	case d.is(to) == "/":
		return r.over(f, to)
	case d.kind(to) == digits && d.at(to).spaced && d.is(to+1) == "/" && d.glued(to+1) && d.glued(to+2) && d.kind(to+2) == digits:
		half, next := r.over(found{at: to, value: number(d.raw(to))}, to+1)
		f.value, f.why = f.value+half.value, half.why
		return f, next
	case d.any(to, "∕", "π", "√", "±"):
		return r.failing(f, to+1, "is part of something that is not computed"), to + 1
	}
	if v, ok := vulgar(d.raw(to)); ok {
		f.value += v
		to++
	}
	return r.scaled(f, to)
}

func (r *numbers) failing(f found, to int, why string) found {
	f.why = note{f.at, min(to, len(r.doc.tok)), why}
	return f
}

// exponent reads 1e5 and 3 × 10^5.
func (r *numbers) exponent(f found, to int) (found, int, bool) {
	d := r.doc
	if d.is(to) == "e" && d.glued(to) {
		n, next, ok := r.power(to + 1)
		if ok && d.glued(to+1) {
			f.value *= math.Pow(10, n)
			return f, next, true
		}
	}
	if !d.any(to, "×", "x", "*", "·") || d.raw(to+1) != "10" {
		return f, to, false
	}
	if s := superscript(d.raw(to + 2)); s >= 0 {
		n, next := 0.0, to+2
		for ; superscript(d.raw(next)) >= 0; next++ {
			n = 10*n + float64(superscript(d.raw(next)))
		}
		f.value *= math.Pow(10, n)
		return f, next, true
	}
	if d.is(to+2) == "⁻" {
		return r.failing(f, to+4, "is a power, which is not computed"), to + 4, true
	}
	if d.is(to+2) != "^" {
		return f, to, false
	}
	n, next, ok := r.power(to + 3)
	f.value *= math.Pow(10, n)
	return f, next, ok
}

// power reads the digits of an exponent, with a sign or in braces.
func (r *numbers) power(i int) (n float64, to int, ok bool) {
	d := r.doc
	braces, sign := d.is(i) == "{", 1.0
	if braces {
		i++
	}
	if d.any(i, "-", "+") {
		if d.is(i) == "-" {
			sign = -1
		}
		i++
	}
	if d.kind(i) != digits {
		return 0, i, false
	}
	n = sign * number(d.raw(i))
	if braces && d.is(i+1) == "}" {
		i++
	}
	return n, i + 1, true
}

// superscript is the value of a raised digit, -1 for anything else.
func superscript(s string) int {
	switch s {
	case "¹":
		return 1
	case "²":
		return 2
	case "³":
		return 3
	}
	if i := strings.Index("⁰…⁴⁵⁶⁷⁸⁹", s); len(s) == 3 && i >= 0 && s != "…" {
		if i == 0 {
			return 0
		}
		return i/3 + 2
	}
	return -1
}

// over reads a fraction from its slash on.
func (r *numbers) over(f found, slash int) (found, int) {
	d := r.doc
	to := slash + 2
	if d.kind(slash+1) != digits {
		return r.failing(f, slash+1, "is no number"), slash + 1
	}
	if d.is(to) == "/" || d.any(to, ".", ",", ":", "-") && d.glued(to) && d.glued(to+1) && d.kind(to+1) == digits || number(d.raw(slash+1)) == 0 {
		for d.any(to, "/", ".", ",", ":", "-") && d.kind(to+1) == digits {
			to += 2
		}
		return r.failing(f, to, "is no number"), to
	}
	if d.latin(to) && d.glued(to) && isOrdinal(d.is(to)) {
		to++
	}
	f.value /= number(d.raw(slash + 1))
	return f, to
}
