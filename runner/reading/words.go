package reading

import (
	"unicode"

	"github.com/rivo/uniseg"
)

// Words are the words of a text by UAX #29, without what is only white space or punctuation. Characters of Chinese
// and Kana count as words of their own.
func Words(s string) []string {
	var out []string
	state := -1
	for s != "" {
		var w string
		w, s, state = uniseg.FirstWordInString(s, state)
		if hasWord(w) {
			out = append(out, w)
		}
	}
	return out
}

// WordBounds reports, for every offset of a text, whether a word may begin or end there by UAX #29.
func WordBounds(s string) []bool {
	bounds := make([]bool, len(s)+1)
	bounds[0] = true
	state, at := -1, 0
	for rest := s; rest != ""; {
		var w string
		w, rest, state = uniseg.FirstWordInString(rest, state)
		at += len(w)
		bounds[at] = true
	}
	return bounds
}

func hasWord(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return true
		}
	}
	return false
}

// unbounded are scripts in which UAX #29 finds no words, since they are told apart by a dictionary only.
var unbounded = map[string]*unicode.RangeTable{
	"Thai": unicode.Thai, "Lao": unicode.Lao, "Khmer": unicode.Khmer, "Burmese": unicode.Myanmar,
}

// Unbounded names the script of a text whose words cannot be told apart, "" for none.
func Unbounded(s string) string {
	for _, r := range s {
		if r < 0x0e00 {
			continue
		}
		for _, name := range []string{"Thai", "Lao", "Khmer", "Burmese"} {
			if unicode.IsLetter(r) && unicode.Is(unbounded[name], r) {
				return name
			}
		}
	}
	return ""
}
