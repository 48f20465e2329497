package reading

import "strings"

// class says what a token may be to a reader, so that one look at a token is enough to pass it over.
type class uint16

const (
	letterClass  class = 1 << iota // a word of one letter
	numberClass                    // part of a number in words, or an article that may begin one
	negatorClass                   // may deny what follows
	subjectClass                   // may announce an answer
	answerClass                    // says yes or no, or begins to
	chooseClass                    // may say what is chosen
	optionClass                    // option, choice, letter
	stopClass                      // ends a clause
	dotClass                       // ends a clause where nothing is joined to it
	butClass                       // what was denied before it is no longer
	numeralClass                   // a Chinese numeral
)

// lexicon is the class of every word and mark that has one.
var lexicon = makeLexicon()

func makeLexicon() map[string]class {
	words := map[string]class{}
	add := func(c class, all ...string) {
		for _, w := range all {
			words[w] |= c
		}
	}
	for w := range small {
		add(numberClass, w)
	}
	for w := range scales {
		add(numberClass, w)
	}
	add(numberClass, "half", "a", "an")
	for w := range negators {
		add(negatorClass, w)
	}
	add(negatorClass, "than", "of", "out")
	for w := range subjects {
		add(subjectClass, w)
	}
	add(subjectClass, "答", "正", "correct")
	for w := range yesWords {
		add(answerClass, w)
	}
	for w := range noWords {
		add(answerClass, w)
	}
	for _, c := range chinese {
		add(answerClass, string([]rune(c.text)[:1]))
	}
	add(chooseClass, "choose", "select", "pick", "chose", "selected", "picked", "go", "选", "選")
	add(optionClass, "option", "choice", "letter", "项")
	add(stopClass, "!", "?", ";", ",", "。", "，", "、", "；", "—", "…", "؟", "।")
	add(dotClass, ".", ":")
	add(butClass, "but", "而")
	for w := range cjkDigits {
		add(numeralClass, w)
	}
	for w := range cjkUnits {
		add(numeralClass, w)
	}
	return words
}

// maxClassed is the length of the longest entry that the lexicon is asked for.
const maxClassed = 16

// classOf is the class of a token in lower case.
func classOf(low string, k kind) (c class) {
	if k == digits || len(low) > maxClassed {
		return 0
	}
	c = lexicon[low]
	if k == word && (len(low) == 1 || len(low) <= 4 && count(low) == 1) {
		c |= letterClass
	}
	if k == word && len(low) > 3 && strings.HasSuffix(low, "n't") {
		c |= negatorClass
	}
	return c
}

// has reports whether a token is of a class.
func (d *doc) has(i int, c class) bool { return i >= 0 && i < len(d.tok) && d.tok[i].class&c != 0 }
