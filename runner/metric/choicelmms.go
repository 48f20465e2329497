package metric

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// answerPhrases announce an answer, in lower case.
var answerPhrases = []string{
	"the answer is", "answer is", "the correct answer is", "correct answer is", "the best answer is", "best answer is",
	"the correct option is", "correct option is", "the best option is", "best option is", "the choice is", "choice is",
	"the correct choice is", "correct choice is", "i choose", "i select", "i pick", "my answer is", "my choice is",
	"옵션", "정답은", "답은", "답:", "答案是", "答案为", "选", "答えは",
}

// ChoiceLMMS is lmms-eval's generic extractor (MMStar and others): every form a letter may take is a candidate; the
// priority of the form decides, then the later position. Case counts; "" means nothing found. Without choices, A to H.
// Source: EvolvingLMMs-Lab/lmms-eval, tasks/_task_utils/mcq_extract.py.
func ChoiceLMMS(reply string, choices []string) string {
	if pytext.Strip(reply) == "" {
		return ""
	}
	if len(choices) == 0 {
		choices = strings.Split("ABCDEFGH", "")
	}
	c := lmmsCandidates{text: padded(pytext.Strip(reply), ",", ".", "!", "?", ";", ":", "'", `"`), best: -1}
	for _, ch := range choices {
		c.lastOf(ch, "("+ch+")", 6)
		c.lastOf(ch, ch+".", 5)
		c.lastOf(ch, ch+":", 4)
		c.lastOf(ch, ch+")", 3)
		c.lastOf(ch, ch+" ", 2)
	}
	c.afterPhrases(choices)
	c.atEnds(choices)
	if c.best < 0 {
		for _, ch := range choices {
			c.lastOf(ch, ch, 0)
		}
	}
	return c.letter
}

// lmmsCandidates keeps the best candidate so far; of equals the first stays.
type lmmsCandidates struct {
	text           string
	letter         string
	best, position int
}

func (c *lmmsCandidates) add(letter string, position, priority int) {
	if priority > c.best || priority == c.best && position > c.position {
		c.letter, c.best, c.position = letter, priority, position
	}
}

func (c *lmmsCandidates) lastOf(letter, pattern string, priority int) {
	if i := strings.LastIndex(c.text, pattern); i >= 0 {
		c.add(letter, i, priority)
	}
}

// afterPhrases adds, for the first occurrence of each phrase, the first occurrence of each letter behind it. The phrase
// is found in the lower-cased text, whose length in code points may differ.
func (c *lmmsCandidates) afterPhrases(choices []string) {
	lower, runes := pytext.Lower(c.text), []rune(c.text)
	for _, phrase := range answerPhrases {
		i := strings.Index(lower, phrase)
		if i < 0 {
			continue
		}
		after := min(utf8.RuneCountInString(lower[:i+len(phrase)]), len(runes))
		offset := len(string(runes[:after]))
		for _, ch := range choices {
			if j := strings.Index(c.text[offset:], ch); j >= 0 {
				c.add(ch, offset+j, 7)
			}
		}
	}
}

// atEnds adds letters that open or close the text and are not part of a word.
func (c *lmmsCandidates) atEnds(choices []string) {
	s := []rune(pytext.Strip(c.text))
	if len(s) == 0 {
		return
	}
	for _, ch := range choices {
		if strings.HasPrefix(string(s), ch) && (len(s) == 1 || !unicode.IsLetter(s[1])) {
			c.add(ch, 0, 10)
		}
		if strings.HasSuffix(string(s), ch) && (len(s) == 1 || !unicode.IsLetter(s[len(s)-2])) {
			c.add(ch, len(c.text)-1, 9)
		}
	}
}
