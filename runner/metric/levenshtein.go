package metric

import "unicode/utf8"

// Levenshtein is the edit distance in code points: insertion, deletion and replacement cost 1. Text is not normalised.
func Levenshtein(a, b string) int {
	x, y := []rune(a), []rune(b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return editDistance(x, y)
}

// LevenshteinSimilarity is 1 − distance / length of the longer text, in [0,1]; two empty texts are 1.
func LevenshteinSimilarity(a, b string) float64 {
	n := max(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	if n == 0 {
		return 1
	}
	return 1 - float64(Levenshtein(a, b))/float64(n)
}
