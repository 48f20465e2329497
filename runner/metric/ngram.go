package metric

import (
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// Caption is a predicted caption and its references. Words are white-space pieces; case and punctuation count.
type Caption struct {
	Prediction string
	References []string
}

const maxGram = 4

// grams are the runs of words of one length with their counts. order is by first appearance: sums over it come out
// the same in every run, down to the last bit.
type grams struct {
	order []string
	count map[string]int
}

// ngrams counts the runs of one to four words, by length; runs are joined with a space, which no word contains.
func ngrams(text string) (byLength [maxGram]grams, length int) {
	words := pytext.Fields(text)
	for n := range byLength {
		g := grams{count: map[string]int{}}
		for i := 0; i+n < len(words); i++ {
			gram := strings.Join(words[i:i+n+1], " ")
			if g.count[gram]++; g.count[gram] == 1 {
				g.order = append(g.order, gram)
			}
		}
		byLength[n] = g
	}
	return byLength, len(words)
}

func checkCaptions(captions []Caption) error {
	if len(captions) == 0 {
		return fmt.Errorf("score of no captions: %w", ErrUndefined)
	}
	for i, c := range captions {
		if len(c.References) == 0 {
			return fmt.Errorf("caption %d has no references", i)
		}
	}
	return nil
}
