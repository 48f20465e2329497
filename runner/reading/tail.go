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

// glued scales stand right after digits: 2.5k, 3M.
var gluedScales = map[string]float64{"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "bn": 1e9, "Bn": 1e9, "mn": 1e6, "mln": 1e6, "T": 0}

// units may stand right after digits without making a name of them.
var units = map[string]bool{
	"mm": true, "cm": true, "m": true, "km": true, "g": true, "kg": true, "mg": true, "lb": true, "lbs": true, "oz": true, "ft": true, "in": true,
	"s": true, "ms": true, "sec": true, "secs": true, "min": true, "mins": true, "h": true, "hr": true, "hrs": true, "px": true, "pt": true, "pts": true, "mph": true,
	"kmh": true, "kph": true, "l": true, "ml": true, "w": true, "kw": true, "v": true, "hz": true, "khz": true, "mhz": true, "ghz": true,
	"c": true, "f": true, "gb": true, "mb": true, "kb": true, "tb": true, "usd": true, "eur": true, "gbp": true, "deg": true, "degrees": true,
	"people": true, "years": true, "yrs": true, "percent": true, "pct": true, "cents": true, "dollars": true, "euros": true,
}

// foreignScales begin words of other languages for large numbers.
var foreignScales = []string{"milli", "millon", "milion", "milhõ", "millón", "tausend", "миллион", "миллиард", "тысяч", "mille", "billón", "quadrillion", "quintillion", "gazillion", "zillion"}

// scaled multiplies by the words and letters after a number, and looks at what else is joined to it.
func (r *numbers) scaled(f found, to int) (found, int) {
	d := r.doc
	letters := d.raw(to)
	switch {
	case cjkScales[letters] > 0:
		f.value *= cjkScales[letters]
		if to++; cjkScales[d.raw(to)] > 0 || d.kind(to) == digits && d.glued(to) {
			return r.failing(f, to+1, "is no number that is read"), to + 1
		}
		return f, to
	case d.glued(to) && d.latin(to):
		return r.lettered(f, to)
	case d.is(to) == "-" && d.glued(to) && d.glued(to+1):
		return r.hyphened(f, to)
	}
	last := math.Inf(1)
	for scale := scales[d.is(to)]; scale > 0 && scale < last*1e12; scale = scales[d.is(to)] {
		f.value *= scale
		last = scale
		to++
	}
	return r.followed(f, to, last)
}

// followed looks at the word after a number that has a space before it.
func (r *numbers) followed(f found, to int, last float64) (found, int) {
	d := r.doc
	s := d.is(to)
	for _, begin := range foreignScales {
		if strings.HasPrefix(s, begin) && d.kind(to) == word {
			return r.failing(f, to+1, "has a scale that is not known"), to + 1
		}
	}
	switch {
	case d.raw(to) == "K" && math.IsInf(last, 1), s == "k" && d.at(to).spaced:
		f.value *= 1e3
		return f, to + 1
	case d.any(to, "m", "b", "t", "bn") && d.raw(to) != "m" && d.at(to).spaced && d.kind(to) == word:
		return r.failing(f, to+1, "has a unit that may be a scale"), to + 1
	case d.any(to, "pair", "pairs"):
		return r.failing(f, to+1, "is no plain number"), to + 1
	case isOrdinal(s) && parts[s] > 0 && strings.HasSuffix(s, "s"):
		f.value /= parts[s]
		return f, to + 1
	case s == "and" && d.any(to+1, "a", "one") && d.is(to+2) == "half":
		f.value += 0.5
		if to += 3; scales[d.is(to)] > 0 {
			f.value *= scales[d.is(to)]
			to++
		}
		return f, to
	case !math.IsInf(last, 1) && d.kind(to) == digits && d.at(to).spaced:
		return r.failing(f, to+1, "is no number that is read"), to + 1
	}
	return f, to
}

// lettered reads letters that stand right after digits: a scale, a unit, or the rest of a name.
func (r *numbers) lettered(f found, to int) (found, int) {
	d := r.doc
	letters := d.raw(to)
	alone := !d.glued(to+1) || d.kind(to+1) == mark
	scale := gluedScales[letters]
	if d.any(f.at-1, "$", "€", "£", "¥") || d.any(f.at-2, "$", "€", "£") {
		scale = max(scale, map[string]float64{"m": 1e6, "b": 1e9, "t": 1e12, "T": 1e12}[letters])
	}
	switch {
	case d.is(to) == "x" && d.kind(to+1) == digits && d.glued(to+1): // 640x480
		return f, to + 1
	case alone && scale > 0:
		f.value *= scale
		return f, to + 1
	case scales[d.is(to)] > 0 && alone:
		f.value *= scales[d.is(to)]
		return f, to + 1
	case alone && units[d.is(to)] && letters != "G":
		return f, to + 1
	}
	to++
	for d.glued(to) && d.kind(to) != mark {
		to++
	}
	f.skip = note{f.at, to, "is a name"}
	return f, to
}

// hyphened reads what a hyphen joins to a number: the end of a range, a unit, or a compound.
func (r *numbers) hyphened(f found, to int) (found, int) {
	d := r.doc
	if d.kind(to+1) == word && d.latin(to+1) {
		if units[d.is(to+1)] || d.any(to+1, "star", "stars", "point") || isVagueRest(d, to+1) {
			return f, to + 2
		}
		f, to, _ = r.compound(f.at, to+1)
		return f, to
	}
	if d.kind(to+1) != digits || d.is(to+2) != "-" || !d.glued(to+2) || !d.glued(to+3) {
		return f, to
	}
	for d.is(to) == "-" && d.glued(to) && d.glued(to+1) && d.kind(to+1) == digits {
		to += 2
	}
	return r.failing(f, to, "is no number"), to
}

// isVagueRest is for a number and words that a dash without spaces sets apart: 5-there are five.
func isVagueRest(d *doc, i int) bool {
	return d.any(i, "the", "there", "it", "because", "as", "since", "in")
}

// signed gives a number its sign, or says that it is not clear whether it has one.
func (r *numbers) signed(f found, i int) found {
	d := r.doc
	k := i - 1
	for d.any(k, "$", "€", "£", "¥", "~", "≈", "(") && d.glued(k+1) && d.is(k) != "(" {
		k--
	}
	switch {
	case d.any(k, "minus", "negative"):
		if !r.negative(i) {
			return f
		}
		f.value = -f.value
	case d.any(k, "—", "―") && d.glued(k+1) && !r.closed(k):
		f.why = note{k, i + 1, "may have a sign or a dash before it"}
	case d.any(k, "√", "π", "∕", "⁻"), d.is(k) == "{" && d.is(k-1) == "√", d.is(k) == "/" && d.kind(k-1) != digits:
		f.why = note{k, i + 1, "is part of something that is not computed"}
	case d.is(k) != "-":
	case d.glued(k+1) && d.any(k-1, "minus", "negative") && d.glued(k):
		f.value = -f.value
	case d.glued(k + 1):
		if !r.closed(k) {
			f.value = -f.value
		} else if d.is(k-1) == "-" {
			f.why = note{k - 1, i + 1, "may have a sign or a dash before it"}
		}
	default:
		return r.spacedHyphen(f, k, i)
	}
	return f
}

// negative reports whether minus or negative stands before token i, and no number before that.
func (r *numbers) negative(i int) bool {
	d := r.doc
	k := i - 1
	for d.any(k, "$", "€", "£", "¥") {
		k--
	}
	if !d.any(k, "minus", "negative") {
		return false
	}
	return d.is(k) == "negative" || d.kind(k-1) != digits && !isNumberWord(d.is(k-1)) && d.is(k-1) != ")"
}

// closed reports whether a letter, a digit or a closing bracket stands right before the hyphen at k, so that it is
// no sign.
func (r *numbers) closed(k int) bool {
	d := r.doc
	if !d.glued(k) {
		return false
	}
	return d.latin(k-1) || d.kind(k-1) == digits || d.any(k-1, ")", "]", "}", "%", "°", "-")
}

// spacedHyphen decides what a hyphen with a space after it is: a bullet, a minus or a dash.
func (r *numbers) spacedHyphen(f found, k, i int) found {
	d := r.doc
	switch starts := k == 0 || d.kind(k-1) == newline; {
	case starts && r.bullet, d.kind(k-1) == digits, d.any(k-1, ")", "]", "%"), isNumberWord(d.is(k - 1)):
	case !starts && d.any(k-1, ":", "=", "是", "≈", "is", "("):
		f.value = -f.value
	default:
		f.why = note{max(k-1, 0), i + 1, "may have a minus or a dash before it"}
	}
	return f
}
