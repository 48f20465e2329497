package metric

import "math"

// ciderSigma is the width of the penalty on length differences, in bigrams.
const ciderSigma = 6.0

// CIDErD is the consensus score of captions over a corpus, in [0,10]: the cosine of tf-idf vectors of 1- to 4-grams,
// with the prediction's weights clipped to the reference's, times exp(−Δ²/72) where Δ is the difference in the number
// of bigrams; mean over n, references and images, times 10. Document frequency counts images. One image gives 0, since
// then every idf is 0. Source: salaniz/pycocoevalcap, cider/cider_scorer.py; TRI-ML's NoCaps copy equals it.
func CIDErD(captions []Caption) (float64, error) {
	if err := checkCaptions(captions); err != nil {
		return 0, err
	}
	idf := inverseFrequency(captions)
	total := 0.0
	for _, c := range captions {
		p := newTFIDF(c.Prediction, idf)
		score := 0.0
		for _, r := range c.References {
			score += p.similarity(newTFIDF(r, idf))
		}
		total += 10 * score / float64(len(c.References))
	}
	return total / float64(len(captions)), nil
}

func inverseFrequency(captions []Caption) func(gram string) float64 {
	df := map[string]float64{}
	for _, c := range captions {
		seen := map[string]bool{}
		for _, r := range c.References {
			counts, _ := ngrams(r)
			for n := range counts {
				for _, gram := range counts[n].order {
					seen[gram] = true
				}
			}
		}
		for gram := range seen {
			df[gram]++
		}
	}
	images := math.Log(float64(len(captions)))
	return func(gram string) float64 { return images - math.Log(max(1, df[gram])) }
}

type tfidf struct {
	order   [maxGram][]string
	weights [maxGram]map[string]float64
	norms   [maxGram]float64
	bigrams float64
}

func newTFIDF(text string, idf func(string) float64) tfidf {
	counts, length := ngrams(text)
	v := tfidf{bigrams: float64(max(0, length-1))}
	for n := range counts {
		v.order[n] = counts[n].order
		v.weights[n] = make(map[string]float64, len(counts[n].order))
		for _, gram := range counts[n].order {
			w := float64(counts[n].count[gram]) * idf(gram)
			v.weights[n][gram] = w
			v.norms[n] += w * w
		}
		v.norms[n] = math.Sqrt(v.norms[n])
	}
	return v
}

// similarity is the mean over n-gram lengths.
func (v tfidf) similarity(ref tfidf) float64 {
	delta := v.bigrams - ref.bigrams
	total := 0.0
	for n := range v.weights {
		dot := 0.0
		for _, gram := range v.order[n] {
			r := ref.weights[n][gram]
			dot += min(v.weights[n][gram], r) * r
		}
		if norm := v.norms[n] * ref.norms[n]; norm != 0 {
			dot /= norm
		}
		total += dot
	}
	return total / maxGram * math.Exp(-delta*delta/(2*ciderSigma*ciderSigma))
}
