package metric

import "math"

// bleuSmall and bleuTiny keep a missing n-gram order from dividing by zero.
const (
	bleuSmall = 1e-9
	bleuTiny  = 1e-15
)

// BLEU is BLEU-1 to BLEU-4 over a corpus, each in [0,1]: geometric mean of the n-gram precisions, clipped to the most
// occurrences in one reference, times exp(1−1/r) if the ratio r of predicted to reference length is below 1. The
// reference length is the one closest to the prediction's, the shorter on a tie.
// Source: salaniz/pycocoevalcap, bleu/bleu_scorer.py with option closest.
func BLEU(captions []Caption) ([4]float64, error) {
	if err := checkCaptions(captions); err != nil {
		return [4]float64{}, err
	}
	var correct, guess [maxGram]float64
	predicted, reference := 0.0, 0.0
	for _, c := range captions {
		counts, length := ngrams(c.Prediction)
		maxCounts, closest := referenceGrams(c.References, length)
		predicted += float64(length)
		reference += float64(closest)
		for n := range counts {
			guess[n] += float64(max(0, length-n))
			for gram, k := range counts[n].count {
				correct[n] += float64(min(k, maxCounts[n][gram]))
			}
		}
	}
	var out [4]float64
	product := 1.0
	for n := range out {
		product *= (correct[n] + bleuTiny) / (guess[n] + bleuSmall)
		out[n] = math.Pow(product, 1/float64(n+1))
	}
	if r := (predicted + bleuTiny) / (reference + bleuSmall); r < 1 {
		for n := range out {
			out[n] *= math.Exp(1 - 1/r)
		}
	}
	return out, nil
}

// referenceGrams is the largest count of each n-gram in a reference, and the reference length closest to length.
func referenceGrams(references []string, length int) (maxCounts [maxGram]map[string]int, closest int) {
	for n := range maxCounts {
		maxCounts[n] = map[string]int{}
	}
	for i, r := range references {
		counts, l := ngrams(r)
		for n := range counts {
			for gram, k := range counts[n].count {
				maxCounts[n][gram] = max(maxCounts[n][gram], k)
			}
		}
		d, best := abs(l-length), abs(closest-length)
		if i == 0 || d < best || d == best && l < closest {
			closest = l
		}
	}
	return maxCounts, closest
}

func abs(n int) int { return max(n, -n) }
