package reading

import (
	"math"
	"strings"
)

// small are number words that add up, scales those that multiply.
var small = map[string]float64{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
	"eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
	"eighty": 80, "ninety": 90,
}

var scales = map[string]float64{
	"hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12,
	"millions": 1e6, "billions": 1e9, "trillions": 1e12, "thousands": 1e3, "hundreds": 100, "dozens": 12,
	"lakh": 1e5, "lakhs": 1e5, "crore": 1e7, "crores": 1e7, "mln": 1e6, "mio": 1e6, "bln": 1e9,
}

// parts are what "two thirds" divides by.
var parts = map[string]float64{
	"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4, "fifth": 5, "fifths": 5,
	"sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8, "ninth": 9, "ninths": 9, "tenth": 10, "tenths": 10,
	"hundredth": 100, "hundredths": 100, "thousandth": 1000, "thousandths": 1000,
}

// cjkScales multiply digits before them.
var cjkScales = map[string]float64{
	"百": 100, "千": 1e3, "万": 1e4, "萬": 1e4, "億": 1e8, "亿": 1e8, "兆": 1e12, "만": 1e4, "억": 1e8, "천": 1e3,
}

// cardinal reads number words from token i on: "two hundred and five". found is the number, to is the token after
// it. A run of words that make no number together cannot be read.
func (r *numbers) cardinal(i int) (f found, to int, ok bool) {
	d := r.doc
	start := i
	total, group, last := 0.0, 0.0, math.Inf(1) // last is the scale that was used last
	words := 0
	article := d.any(i, "a", "an") && scales[d.is(i+1)] > 0
	if article {
		group, i = 1, i+1
	}
	for {
		value, is := small[d.is(i)]
		scale := scales[d.is(i)]
		switch {
		case is && !fits(group, value):
			return found{at: start, why: note{start, i + 1, "is no number"}}, r.pastWords(i), true
		case is:
			group += value
		case scale == 100 || scale == 12:
			if group == 0 && words > 0 || group >= 100 {
				return found{at: start, why: note{start, i + 1, "is no number"}}, r.pastWords(i), true
			}
			group = max(group, 1) * scale
		case scale > 0 && scale >= last:
			return found{at: start, why: note{start, i + 1, "is no number"}}, r.pastWords(i), true
		case scale > 0:
			total, group, last = total+max(group, 1)*scale, 0, scale
		default:
			return r.cardinalEnd(start, i, total+group, words)
		}
		words++
		i++
		switch {
		case d.is(i) == "-" && d.glued(i) && d.glued(i+1) && isNumberWord(d.is(i+1)):
			i++
		case d.is(i) == "and" && isNumberWord(d.is(i+1)) && (group >= 100 && fits(group, small[d.is(i+1)]) || group == 0 && total > 0) && small[d.is(i+1)] > 0:
			i++
		case d.kind(i) == newline:
			return r.cardinalEnd(start, i, total+group, words)
		}
	}
}

// fits reports whether a word for value may follow what stands in a group: forty two, hundred five.
func fits(group, value float64) bool {
	switch {
	case group == 0:
		return true
	case math.Mod(group, 100) == 0:
		return value > 0
	}
	tens := math.Mod(group, 100)
	return tens >= 20 && math.Mod(tens, 10) == 0 && value > 0 && value < 10
}

func isNumberWord(s string) bool {
	_, is := small[s]
	return is || scales[s] > 0
}

// pastWords skips the rest of a run of number words.
func (r *numbers) pastWords(i int) int {
	d := r.doc
	for isNumberWord(d.is(i)) || d.is(i) == "-" && d.glued(i) && isNumberWord(d.is(i+1)) {
		i++
	}
	return i
}

// cardinalEnd looks at what follows the words: halves and other parts, decimals, an ordinal, a compound.
func (r *numbers) cardinalEnd(start, i int, value float64, words int) (f found, to int, ok bool) {
	d := r.doc
	f = found{at: start, value: value}
	hyphen := d.is(i) == "-" && d.glued(i) && d.glued(i+1)
	if hyphen && d.kind(i+1) == word && parts[d.is(i+1)] == 0 {
		return r.compound(start, i+1)
	}
	next := i
	if hyphen {
		next++
	}
	switch part, s := parts[d.is(next)], d.is(next); {
	case words == 1 && isVague(d.is(start)):
		return found{at: start, why: note{start, i, "is no exact number"}}, i, true
	case part > 0 && (value == 1 && (s != "half" || d.is(start) == "one") || strings.HasSuffix(s, "s")):
		f.value /= part
		return f, next + 1, true
	case part > 0 && s != "half", isOrdinal(s) && (hyphen || value >= 20):
		return found{at: start, skip: note{start, next + 1, "is an ordinal"}}, next + 1, true
	case s == "point":
		return r.spokenDecimals(f, i+1)
	case s == "and" && d.any(next+1, "a", "one") && d.is(next+2) == "half":
		f.value += 0.5
		if next += 3; scales[d.is(next)] > 0 {
			f.value *= scales[d.is(next)]
			next++
		}
		return f, next, true
	case s == "oh":
		return found{at: start, why: note{start, next + 1, "is no number"}}, next + 1, true
	case d.any(next, "pair", "pairs", "couple", "couples"):
		return found{at: start, why: note{start, next + 1, "is no plain number"}}, next + 1, true
	case d.kind(next) == digits && d.at(next).spaced && scales[d.is(i-1)] > 0 && i-1 > start:
		return found{at: start, why: note{start, next + 1, "is no number"}}, next + 1, true
	}
	return f, i, true
}

func isVague(s string) bool { return scales[s] > 0 && strings.HasSuffix(s, "s") }

var ordinals = map[string]bool{"first": true, "second": true, "third": true, "twelfth": true, "fifth": true, "eighth": true, "ninth": true}

func isOrdinal(s string) bool {
	return ordinals[s] || strings.HasSuffix(s, "th") && (small[s[:len(s)-2]] > 0 || scales[s[:len(s)-2]] > 0 || parts[s] > 0)
}

// spokenDecimals reads "point one four" after a number.
func (r *numbers) spokenDecimals(f found, i int) (found, int, bool) {
	d := r.doc
	unit := 0.1
	for ; ; i++ {
		value, is := small[d.is(i)]
		if !is || value > 9 {
			break
		}
		f.value += value * unit
		unit /= 10
	}
	if unit == 0.1 {
		f.why = note{f.at, i, "is no number"}
	}
	return f, i, true
}

// halves reads "half", "half a dozen", "a half", which stand for numbers without a number word before them.
func (r *numbers) halves(i int) (f found, to int, ok bool) {
	d := r.doc
	if d.is(i) != "half" || d.glued(i+1) && d.is(i+1) == "-" {
		return f, i, false
	}
	f = found{at: i, value: 0.5}
	switch {
	case d.any(i+1, "a", "an") && scales[d.is(i+2)] > 0:
		f.value *= scales[d.is(i+2)]
		return f, i + 3, true
	case scales[d.is(i+1)] > 0:
		f.value *= scales[d.is(i+1)]
		return f, i + 2, true
	}
	return f, i + 1, true
}
