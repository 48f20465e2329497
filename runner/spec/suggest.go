package spec

import (
	"slices"
	"strings"
)

// Suggest returns the one of known that word was most likely meant to be, or
// "" when none is near. Case, hyphens and underscores weigh nothing.
func Suggest(word string, known []string) string {
	w := foldName(word)
	best, least := "", max(1, len(w)/3)+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		if d := editDistance(w, foldName(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// DidYouMean makes the hint for a word that is none of known.
func DidYouMean(word string, known []string) string {
	if s := Suggest(word, known); s != "" {
		return "did you mean " + s + "?"
	}
	const limit = 30
	switch sorted := slices.Sorted(slices.Values(known)); {
	case len(sorted) == 0:
		return ""
	case len(sorted) > limit:
		return "known: " + strings.Join(sorted[:limit], ", ") + ", …"
	default:
		return "known: " + strings.Join(sorted, ", ")
	}
}

func foldName(s string) string {
	if len(s) > 64 {
		s = s[:64]
	}
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}

// editDistance counts insertions, deletions, substitutions and swaps of
// neighbours (optimal string alignment), in bytes.
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
