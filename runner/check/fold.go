package check

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is how `equals` sees a text: Unicode NFKC, case-folded, white space
// around it and final punctuation (. , ; : ! ? and their like) dropped. A text
// that is nothing but punctuation keeps it.
func Fold(s string) string {
	s = strings.TrimFunc(foldCase(s), unicode.IsSpace)
	bare := strings.TrimRightFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(".,;:!?。、؟।", r)
	})
	if bare == "" {
		return s
	}
	return bare
}

// foldCase brings text to NFKC and folds its case.
func foldCase(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	// Folding can leave text that NFKC would compose, so it comes last again.
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
