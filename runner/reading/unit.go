package reading

import (
	"math"
	"strings"
)

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
