package metric

import (
	"unicode"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// MMMUNumbers lists the numbers in a text: those with comma groups, then scientific ones, then plain ones that no
// comma, digit or exponent follows ("12,34" has only 34). The original is three regular expressions that backtrack; these
// read the same in time linear in the text. Source: MMMU-Benchmark/MMMU, mmmu/utils/eval_utils.py.
func MMMUNumbers(text string) []string {
	s := runes(text)
	var out []string
	for _, match := range []func(runes, int) int{runes.groups, runes.scientific, runes.plain} {
		for i := 0; i < len(s); {
			if end := match(s, i); end > i {
				out = append(out, string(s[i:end]))
				i = end
			} else {
				i = s.next(i)
			}
		}
	}
	return out
}

// runes is a text to find numbers in. The methods that match return where what begins at i ends, and -1 where nothing does.
type runes []rune

func (s runes) is(i int, r rune) bool { return i < len(s) && s[i] == r }

func (s runes) digit(i int) bool { return i >= 0 && i < len(s) && unicode.IsDigit(s[i]) }

func (s runes) word(i int) bool { return i >= 0 && i < len(s) && pytext.IsWord(s[i]) }

// digits is the end of the digits that begin at i.
func (s runes) digits(i int) int {
	for s.digit(i) {
		i++
	}
	return i
}

// next is where another match may begin when none does at i: what is wrong with a number is wrong with its tails.
func (s runes) next(i int) int { return max(s.digits(i), i+1) }

func (s runes) unsigned(i int) int {
	if s.is(i, '-') {
		i++
	}
	return i
}

// groups matches -?\b\d{1,3}(?:,\d{3})+\b.
func (s runes) groups(i int) int {
	i = s.unsigned(i)
	end := s.digits(i)
	if end == i || end > i+3 || s.word(i-1) {
		return -1
	}
	groups := 0
	for s.is(end, ',') && s.digit(end+1) && s.digit(end+2) && s.digit(end+3) {
		end += 4
		groups++
	}
	if s.word(end) { // the last group is part of a word: without it the number ends at a comma
		end -= 4
		groups--
	}
	if groups < 1 {
		return -1
	}
	return end
}

// scientific matches -?\d+(?:\.\d+)?[eE][+-]?\d+.
func (s runes) scientific(i int) int {
	i = s.unsigned(i)
	end := s.digits(i)
	if end == i {
		return -1
	}
	if s.is(end, '.') && s.digit(end+1) {
		end = s.digits(end + 1)
	}
	return s.exponent(end)
}

// exponent matches [eE][+-]?\d+.
func (s runes) exponent(i int) int {
	if !s.is(i, 'e') && !s.is(i, 'E') {
		return -1
	}
	if i++; s.is(i, '+') || s.is(i, '-') {
		i++
	}
	if !s.digit(i) {
		return -1
	}
	return s.digits(i)
}

// plain matches -?(?:\d+\.\d+|\.\d+|\d+\b)(?![eE][+-]?\d+)(?![,\d]).
func (s runes) plain(i int) int {
	i = s.unsigned(i)
	whole := s.digits(i)
	if s.is(whole, '.') && s.digit(whole+1) {
		if end := s.digits(whole + 1); s.exponent(end) < 0 && !s.is(end, ',') {
			return end
		}
	}
	if whole > i && !s.word(whole) && !s.is(whole, ',') {
		return whole
	}
	return -1
}
