package reading

import (
	"slices"
	"strings"
)

// stated is what an answer puts between <answer> tags or into \boxed{}: all that counts of it. Of several the last
// one is meant; same says whether they agree. ok is false where there is none.
func stated(answer string) (text string, same, ok bool) {
	same = true
	for rest := answer; ; {
		i, n, tag := opening(rest)
		if i < 0 {
			return text, same, ok
		}
		rest = rest[i+n:]
		end := closingBrace(rest)
		if tag {
			end = indexFold(rest, "</answer>")
		}
		switch {
		case end < 0 && tag: // what is left open is no statement, nor are those after it
			return text, same, ok
		case end < 0:
			continue
		case ok && Fold(rest[:end]) != Fold(text):
			same = false
		}
		text, rest, ok = rest[:end], rest[end:], true
	}
}

// overridden refuses a text that is not shown in the order in which it is written: 3- that is seen as -3.
func overridden(answer string) error {
	_, turned, ok := strings.Cut(answer, "\u202e")
	if !ok {
		return nil
	}
	turned, _, _ = strings.Cut(turned, "\u202c")
	back := []rune(turned)
	slices.Reverse(back)
	if string(back) == turned {
		return nil
	}
	return unread("a control character turns round how it is shown")
}

// said is what a reader reads of an answer: what it states, or the value of its JSON that is the answer, or all of it.
// same is false where it states different answers.
func said(answer string) (text string, same bool, err error) {
	if err := overridden(answer); err != nil {
		return "", false, err
	}
	if text, same, ok := stated(answer); ok {
		return text, same, nil
	}
	text, ok, err := jsonAnswer(answer)
	if ok || err != nil {
		return text, true, err
	}
	return answer, true, nil
}

// opening finds the first mark that opens a statement, and how long it is.
func opening(s string) (i, n int, tag bool) {
	const box = `\boxed{`
	const open = "<answer>"
	for from := 0; ; from++ {
		k := strings.IndexAny(s[from:], `\<`)
		if k < 0 {
			return -1, 0, false
		}
		from += k
		switch rest := s[from:]; {
		case strings.HasPrefix(rest, box):
			return from, len(box), false
		case len(rest) >= len(open) && strings.EqualFold(rest[:len(open)], open):
			return from, len(open), true
		}
	}
}

// indexFold finds an ASCII text in lower case, whatever the case of s.
func indexFold(s, what string) int {
	for from := 0; ; {
		i := strings.Index(s[from:], what[:1])
		if i < 0 || len(s)-from-i < len(what) {
			return -1
		}
		if from += i; strings.EqualFold(s[from:from+len(what)], what) {
			return from
		}
		from++
	}
}

// maxStated is how long what stands in a box may be, in bytes.
const maxStated = 512

// closingBrace finds the brace that closes one opened before s.
func closingBrace(s string) int {
	depth := 0
	for i := range min(len(s), maxStated) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth < 0 {
				return i
			}
		}
	}
	return -1
}

// subjects announce an answer, in several languages.
var subjects = map[string]bool{
	"answer": true, "answers": false, "choice": true, "option": true, "conclusion": true, "result": true, "total": true, "count": true,
	"selection": true, "respuesta": true, "réponse": true, "antwort": true, "resposta": true, "risposta": true, "ответ": true,
	"정답은": true, "정답": true, "답은": true, "답": true, "solution": true, "ans": true,
}

// links join a subject and what it announces.
var links = map[string]bool{
	"is": true, ":": true, "=": true, "：": true, "是": true, "为": true, "為": true, "は": true, "es": true, "est": true,
	"ist": true, "é": true, "è": true, "-": true, "—": true, "→": true, "would": true, "must": true, "should": true, "has": false,
}

// announced returns the token after an announcement that begins at i ("answer is", "final answer:"), and whether there
// is one.
func (d *doc) announced(i int) (next int, ok bool) {
	if !d.has(i, subjectClass) {
		return 0, false
	}
	switch {
	case d.is(i) == "答" && d.any(i+1, "案", "え"):
		next = i + 2
	case d.is(i) == "正" && d.is(i+1) == "解":
		next = i + 2
	case subjects[d.is(i)], d.is(i) == "答" && d.is(i-1) == "回", d.is(i) == "correct" && d.is(i+1) == ":":
		next = i + 1
	default:
		return 0, false
	}
	for d.any(next, "\"", "'", ")", "]", "correcta", "correcte", "corretta", "correta", "exacte") {
		next++
	}
	if d.is(next) == "." && d.is(i) == "ans" {
		return next + 1, true
	}
	if d.is(next) == "here" {
		next++
	}
	switch s := d.is(next - 1); {
	case links[d.is(next)]:
		next++
	case s == "total" && (d.kind(next) == digits || d.is(next) == "of" && (d.kind(next+1) == digits || isNumberWord(d.is(next+1)))):
	case s != "정답은" && s != "답은":
		return 0, false
	}
	for d.any(next, "be", ":", "：", "therefore", "thus", "clearly", "definitely", "simply", "probably", "likely", "indeed", "most", "la", "le", "die") {
		next++
	}
	for d.kind(next) == newline && (d.any(next-1, ":", "：") || d.kind(next-1) == newline) {
		next++
	}
	return next, true
}

// retracted reports whether the text from token i on takes back what stands before it.
func (d *doc) retracted(i int) bool {
	if d.retraction == 0 {
		d.retraction = -1
		for k := range slices.Backward(d.tok) {
			if d.any(k, "wait", "correction", "actually", "scratch", "oops") || d.is(k) == "no" && d.any(k+1, ",", "—") && d.sentenceEnds(k-1) {
				d.retraction = k + 1
				break
			}
		}
	}
	return d.retraction > i
}
