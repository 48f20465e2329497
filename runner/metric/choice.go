package metric

import (
	"regexp"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// Refused is the letter VLMEvalKit gives an answer in which the model declines.
const Refused = "Z"

// Choices maps letters to option texts.
type Choices map[string]string

// Letters returns the letters in order.
func (c Choices) Letters() []string {
	out := make([]string, 0, len(c))
	for letter := range c {
		out = append(out, letter)
	}
	slices.Sort(out)
	return out
}

const failedAPI = "Failed to obtain answer via API"

var refusals = []string{
	"Sorry, I can't help with images of people yet.", "I can't process this file.",
	"I'm sorry, but without the image provided", "Cannot determine the answer",
}

const choiceMarks = ".()[],:;!*#{}"

var answerIsRE = regexp.MustCompile(`(?i)(?:correct[` + pytext.Space + `]+)?answer[` + pytext.Space + `]+is[` + pytext.Space + `]+\**([ABCD])\**`)

// Choice reads a multiple-choice answer as VLMEvalKit's can_infer: by letter, else by option text. ok is false if
// nothing, or nothing unique, is found; the letter is Refused for a refusal.
// Source: open-compass/VLMEvalKit, vlmeval/utils/matching_util.py.
func Choice(answer string, choices Choices) (letter string, ok bool) {
	if letter, ok = ChoiceByLetter(answer, choices); ok {
		return letter, true
	}
	return ChoiceByText(answer, choices)
}

// ChoiceByLetter is can_infer_option. In this order: a failed request is no answer; a refusal is Refused; with
// bracket and full-stop marks read as spaces, the only choice letter that stands alone counts if its first occurrence
// is among the last four words; a lone Z is Refused; last, "answer is X" with X from A to D, even inside a word.
func ChoiceByLetter(answer string, choices Choices) (letter string, ok bool) {
	if strings.Contains(answer, failedAPI) {
		return "", false
	}
	for _, r := range refusals {
		if strings.Contains(answer, r) {
			return Refused, true
		}
	}
	tokens := strings.FieldsFunc(answer, func(r rune) bool {
		return pytext.IsSpace(r) || strings.ContainsRune(choiceMarks, r)
	})
	first := map[string]int{}
	for i, token := range tokens {
		if _, seen := first[token]; seen {
			continue
		}
		if _, isChoice := choices[token]; isChoice || token == Refused {
			first[token] = i
		}
	}
	count := 0
	for token := range first {
		if _, isChoice := choices[token]; isChoice {
			count, letter = count+1, token
		}
	}
	if count == 1 && first[letter] > len(tokens)-5 {
		return letter, true
	}
	if _, refused := first[Refused]; count == 0 && refused {
		return Refused, true
	}
	return answerIs(answer, choices)
}

func answerIs(answer string, choices Choices) (string, bool) {
	m := answerIsRE.FindStringSubmatch(answer)
	if m == nil {
		return "", false
	}
	letter := strings.ToUpper(m[1])
	_, ok := choices[letter]
	return letter, ok
}

// ChoiceByText is can_infer_text: the only option whose text occurs in the answer, ignoring case, unless the answer is
// longer than twice all options together. An empty option occurs in everything.
func ChoiceByText(answer string, choices Choices) (letter string, ok bool) {
	answer = pytext.Lower(answer)
	total := 0
	for _, text := range choices {
		total += pytext.Len(text)
	}
	if pytext.Len(answer) > 2*total {
		return "", false
	}
	n := 0
	for l, text := range choices {
		if strings.Contains(answer, pytext.Lower(text)) {
			n, letter = n+1, l
		}
	}
	if n != 1 {
		return "", false
	}
	return letter, true
}

// ChoiceHit is 1 if the letter read is the gold one; an unread answer is wrong, as in VLMEvalKit without a judge.
func ChoiceHit(answer, gold string, choices Choices) float64 {
	letter, ok := Choice(answer, choices)
	if !ok {
		letter = Refused
	}
	return one(letter == gold)
}
