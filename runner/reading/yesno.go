package reading

import "slices"

var yesWords = map[string]bool{
	"yes": true, "yeah": true, "yep": true, "yup": true, "true": true, "oui": true, "sí": true, "ja": true, "да": true, "はい": true, "네": true, "예": true, "sim": true, "y": true,
}

var noWords = map[string]bool{
	"no": true, "nope": true, "nah": true, "false": true, "non": true, "nein": true, "нет": true, "いいえ": true, "아니요": true, "아니오": true, "não": true, "n": true,
}

// chinese are answers whose characters are tokens of their own, the longest first.
var chinese = []struct {
	text string
	yes  bool
}{
	{"不是的", false},
	{"不对", false},
	{"不是", false},
	{"没有", false},
	{"沒有", false},
	{"是的", true},
	{"对的", true},
	{"いいえ", false},
	{"はい", true},
	{"是", true},
	{"对", true},
	{"對", true},
	{"否", false},
	{"不", false},
	{"有", true},
}

// YesNo reads whether an answer says yes: by its first word, by a statement ("Answer: yes"), else by the only one of
// the two words that answers. A word that belongs to something else ("no border") does not.
func YesNo(answer string) (yes bool, err error) {
	answer, same, err := said(answer)
	switch {
	case err != nil:
		return false, err
	case !same:
		return false, unread("it states different answers")
	case Refused(answer):
		return false, unread("it declines to answer")
	}
	d := lex(Plain(answer))
	for i := range slices.Backward(d.tok) {
		if next, ok := d.announced(i); ok && !d.denied(i) && d.any(i, "answer", "conclusion", "result", "案") || ok && !d.denied(i) && d.is(i) == "答" {
			if said, to := d.says(next); said != 0 && d.answers(next, to) && !d.bothSaid(said, to) {
				return said > 0, takenBack(d, to)
			}
		}
	}
	return d.yesNo()
}

func takenBack(d *doc, i int) error {
	if d.retracted(i) {
		return unread("it takes back what it says")
	}
	return nil
}

// yesNo reads the first word, else the only word that answers.
func (d *doc) yesNo() (bool, error) {
	first := d.pastQuestions()
	for d.kind(first) == newline || d.any(first, "\"", "'", "(", "[", "{", "<", "«", "「", "“", "-", "*", ":", "¡", "¿") {
		first++
	}
	said, to := d.says(first)
	if d.any(first-1, "\"", "'", "«", "「") && !d.wholeQuote(to) { // the word is spoken of
		said = 0
	}
	if said != 0 && d.any(to, ",", "…", "-", "—", "(") && d.any(to+1, "maybe", "perhaps", "possibly", "unless", "if", "depending", "provided") || said != 0 && d.any(to, "if", "unless") {
		return false, unread("it is not sure")
	}
	if said != 0 && (d.opens(to) || said < 0 && d.is(first) == "no" && d.kind(to) == word && !idioms[d.is(to)] && !d.quantifies(to)) {
		if d.bothSaid(said, to) || d.contradicted(said, to) {
			return false, unread("it says both yes and no")
		}
		return said > 0, takenBack(d, to)
	}
	total := 0
	for i := first; i < len(d.tok); i++ {
		s, end := d.says(i)
		if s == 0 || len(d.raw(i)) == 1 || !d.answers(i, end) || d.denied(i) || !d.leads(i) {
			continue
		}
		if total != 0 && total != s || d.bothSaid(s, end) {
			return false, unread("it says both yes and no")
		}
		total = s
	}
	if total == 0 {
		return false, unread("it says neither yes nor no")
	}
	return total > 0, takenBack(d, 0)
}

// pastQuestions is the token after the questions that a text begins with, 0 where nothing else follows.
func (d *doc) pastQuestions() int {
	past := 0
	for {
		end := d.closes(past)
		for d.sentenceEnds(end) && !d.questioned(end) && end < len(d.tok) && end == past { // line ends between them
			past++
			end = d.closes(past)
		}
		if !d.questioned(end) || end+1 >= len(d.tok) {
			return past
		}
		past = end + 1
	}
}

// wholeQuote reports whether the quotes that end at token i are around an answer and not around a word that the text
// goes on to speak of.
func (d *doc) wholeQuote(i int) bool {
	for d.any(i, "\"", "'", "»", "」", ".", ",") {
		if d.any(i, ".", ",") {
			return true
		}
		i++
	}
	return d.ends(i)
}

// idioms begin with no and do not answer: no doubt, no idea, no image.
var idioms = map[string]bool{
	"doubt": true, "problem": true, "idea": true, "clue": true, "way": true, "information": true, "comment": true, "wonder": true, "question": true,
	"image": true, "images": true, "picture": true, "photo": true, "input": true, "data": true, "context": true, "longer": true, "matter": true, "offense": true,
	"answer": true, "worries": true, "or": true, "and": true, "yes": true, "smoking": true, "parking": true, "entry": true, "one": true,
}

// quantifies is for "no" before a subject whose sentence goes on to leave things open: No one can tell.
func (d *doc) quantifies(i int) bool {
	for end := d.closes(i); i < end; i++ {
		if d.any(i, "tell", "know", "sure", "determine", "say", "certain") {
			return true
		}
	}
	return false
}

// says returns +1 for yes and -1 for no at token i, 0 for neither, and the token after it.
func (d *doc) says(i int) (said, to int) {
	said, to = d.word(i)
	if said != 0 && (d.questioned(to) || d.is(i) == "no" && d.is(to) == "." && d.kind(to+1) == digits && d.ends(to+2)) { // yes? No. 5
		return 0, i
	}
	return said, to
}

// word is [doc.says] for a word whatever follows it.
func (d *doc) word(i int) (said, to int) {
	if !d.has(i, answerClass) {
		return 0, i
	}
	if d.glued(i) && d.any(i-1, "-", "_", "/") && d.glued(i-1) || d.glued(i+1) && d.any(i+1, "-", "_", "/") && d.glued(i+2) && !d.any(i+2, "it", "there", "the", "it's", "there's", "that's", "i", "this") {
		return 0, i
	}
	switch s := d.is(i); {
	case yesWords[s]:
		return 1, i + 1
	case noWords[s]:
		return -1, i + 1
	}
	if d.kind(i) != word || !unspaced([]rune(d.raw(i))[0]) || d.kind(i-1) == word && i > 0 && !d.any(i-1, "是", "案") {
		return 0, i
	}
	for _, c := range chinese {
		n := len([]rune(c.text))
		if d.from(i, i+n) == c.text && (d.ends(i+n) || d.any(i+n, "\"", "'", "」", ")")) {
			if c.yes {
				return 1, i + n
			}
			return -1, i + n
		}
	}
	return 0, i
}

// opens reports whether a first word that ends before token i answers: what follows is set off, or goes on.
func (d *doc) opens(i int) bool {
	return d.ends(i) || d.kind(i) == mark || d.glued(i) || d.any(i, "it", "there", "the", "because", "since", "as", "this", "that", "i", "they", "he", "she", "we", "you", "in", "of", "sir", "a", "an", "indeed", "absolutely", "definitely") ||
		yesWords[d.is(i-1)]
}

// answers reports whether a word that ends before token i stands for an answer: its clause ends, or goes on to say why.
func (d *doc) answers(i, to int) bool {
	for d.any(to, "\"", "'", ")", "]") {
		if d.any(i-1, "\"", "'") && d.is(i-1) == d.is(to) && !d.announcedBefore(i-1) {
			return false
		}
		to++
	}
	return d.ends(to) || d.any(to, "because", "since", "as", "there", "it", "the")
}

// announcedBefore reports whether what stands before token i announces an answer.
func (d *doc) announcedBefore(i int) bool { return links[d.is(i-1)] && d.any(i-2, "answer", "result") }

// leads reports whether the words before token i lead up to an answer rather than to a thing: I would say, so.
func (d *doc) leads(i int) bool {
	k := i - 1
	for d.any(k, "\"", "'", "(") {
		k--
	}
	switch {
	case k < 0, d.ends(k), d.kind(k) == mark && d.is(k) != "/":
		return true
	case d.any(k, "say", "think", "believe", "guess"):
		return d.any(k-1, "i", "would", "i'd", "to", "can", "must", "should")
	case d.any(k, "so", "is", "definitely", "probably", "likely", "then", "therefore", "thus", "hence", "be", "absolutely", "clearly", "certainly", "simply", "a", "oh", "well"):
		return !d.any(k-1, "sign", "text", "label", "word", "it", "what")
	}
	return false
}

// bothSaid is for yes and no, yes or no, yes/no.
func (d *doc) bothSaid(said, to int) bool {
	for d.any(to, "\"", "'") {
		to++
	}
	if !d.any(to, "and", "or", "/", "&", "|", "ou", "oder", "o", "или", "et", "und", "y", "e", "и") {
		return false
	}
	other, end := d.word(to + 1)
	return other == -said && (d.ends(end) || d.kind(end) == mark || d.is(to) == "/" || d.is(to) == "or")
}

// contradicted reports whether a later clause is the opposite word alone.
func (d *doc) contradicted(said, from int) bool {
	for i := from; i < len(d.tok); i++ {
		if !d.ends(i) && !d.any(i, "wait", "but") {
			continue
		}
		if other, end := d.says(i + 1); other == -said && (d.ends(end) || d.is(end) == "if") && len(d.raw(i+1)) > 1 {
			return true
		}
	}
	return false
}
