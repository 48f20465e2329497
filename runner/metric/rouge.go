package metric

import (
	"fmt"
	"strings"
)

// rougeBeta weighs recall over precision.
const rougeBeta = 1.2

// ROUGEL is the F-measure of the longest common subsequence of words, in [0,1]: the best precision P and the best
// recall R over the references, taken separately, as (1+β²)PR/(R+β²P) with β = 1.2. Words are what stands between
// single spaces, so an empty text is one empty word. Source: salaniz/pycocoevalcap, rouge/rouge.py.
func ROUGEL(prediction string, references []string) (float64, error) {
	if len(references) == 0 {
		return 0, fmt.Errorf("ROUGE-L without references: %w", ErrUndefined)
	}
	words := strings.Split(prediction, " ")
	p, r := 0.0, 0.0
	for _, ref := range references {
		want := strings.Split(ref, " ")
		common := float64(longestCommon(words, want))
		p = max(p, common/float64(len(words)))
		r = max(r, common/float64(len(want)))
	}
	if p == 0 || r == 0 {
		return 0, nil
	}
	return (1 + rougeBeta*rougeBeta) * p * r / (r + rougeBeta*rougeBeta*p), nil
}
