package reading

import (
	"slices"
	"strconv"
	"strings"
)

// NumberOptions say how numbers are written and which one is meant.
type NumberOptions struct {
	Pick  string // "" or "only", "first", "last"
	Comma bool   // 3,5 is three and a half, and 1.234 is a thousand and more
}

// Number reads the number that an answer gives: in digits of any script or in English words. Unless Pick says
// otherwise there must be only one, or one that is announced as the answer.
func Number(answer string, o NumberOptions) (float64, error) {
	if err := overridden(answer); err != nil {
		return 0, err
	}
	text, same, ok := stated(answer)
	switch {
	case ok && !same && o.Pick != "last":
		return 0, unread("it states different answers")
	case !ok:
		text = answer
	}
	all := findNumbers(lex(Plain(text)), o.Comma)
	if !ok && Refused(text) {
		if _, _, announced := all.announcement(); !announced {
			return 0, unread("it declines to answer")
		}
	}
	return all.pick(o.Pick)
}

// Numbers reads every number of an answer, in the order of the text. One that cannot be read is an error.
func Numbers(answer string, o NumberOptions) ([]float64, error) {
	if err := overridden(answer); err != nil {
		return nil, err
	}
	all := findNumbers(lex(Plain(answer)), o.Comma)
	out := []float64{}
	for _, f := range all.found {
		switch {
		case f.why.text != "":
			return nil, all.unread(f.why)
		case f.skip.text == "":
			out = append(out, f.value)
		}
	}
	return out, nil
}

// found is a number of a text, or what looks like one.
type found struct {
	at    int // token
	value float64
	why   note // why it cannot be read
	skip  note // why it is no answer: part of a name, a page
}

// reads reports whether it is a number that counts.
func (f found) reads() bool { return f.why.text == "" && f.skip.text == "" }

// note says something of the tokens from one to before another; the zero note says nothing.
type note struct {
	from, to int
	text     string
}

// unread is the error of a number that cannot be read.
func (r *numbers) unread(n note) error {
	return unread("%s %s", quote(r.doc.from(n.from, n.to)), n.text)
}

// numbers finds the numbers of a text.
type numbers struct {
	doc    *doc
	comma  bool
	lists  []bool // tokens that number the lines of a list
	asked  []bool // tokens of sentences that end with a question mark; nil is none
	bullet bool   // hyphens at the start of lines are bullets
	found  []found
}

func findNumbers(d *doc, comma bool) *numbers {
	r := &numbers{doc: d, comma: comma, asked: d.asked()}
	r.lists, r.bullet = d.listMarks()
	for i := 0; i < len(d.tok); {
		f, to, ok := r.next(i)
		if !ok {
			i++
			continue
		}
		if f.reads() {
			f = r.meant(f, to)
		}
		r.found = append(r.found, f)
		i = max(to, i+1)
	}
	return r
}

// next reads a number that begins at token i.
func (r *numbers) next(i int) (f found, to int, ok bool) {
	d := r.doc
	switch d.kind(i) {
	case digits:
		return r.digits(i)
	case word:
		if d.has(i, numeralClass) {
			return r.chineseNumber(i)
		}
		return r.words(i)
	case mark:
		if d.is(i) == "〇" {
			return r.chineseNumber(i)
		}
		if d.is(i) == "." && d.glued(i+1) && d.kind(i+1) == digits && (!d.glued(i) || d.kind(i-1) == mark) {
			return r.digits(i)
		}
		if d.text[d.tok[i].start] < 0x80 {
			break
		}
		if v, is := vulgar(d.raw(i)); is {
			return r.vulgar(i, v)
		}
		return r.stars(i)
	}
	return f, i, false
}

func (r *numbers) words(i int) (f found, to int, ok bool) {
	d := r.doc
	if !d.has(i, numberClass) {
		return f, i, false
	}
	s := d.is(i)
	if f, to, ok = r.halves(i); ok {
		return f, to, true
	}
	if !isNumberWord(s) && !(d.any(i, "a", "an") && scales[d.is(i+1)] > 0) {
		return f, i, false
	}
	if s == "one" && r.pronoun(i) {
		return found{at: i, skip: note{i, i + 1, "stands for something there"}}, i + 1, true
	}
	hyphen := d.glued(i) && d.is(i-1) == "-"
	switch {
	case hyphen && d.glued(i-1) && d.latin(i-2) && !d.any(i-2, "minus", "negative") && !subjects[d.is(i-2)]:
		return r.compound(i-2, i)
	case d.is(i-1) == "point":
		return found{at: i - 1, why: note{i - 1, i + 1, "is part of a number"}}, i + 1, true
	}
	f, to, ok = r.cardinal(i)
	if ok && f.reads() && (r.negative(i) || hyphen && (!r.closed(i-1) || d.any(i-2, "minus", "negative"))) {
		f.value = -f.value
	}
	return f, to, ok
}

// pronoun reports whether "one" at i means a thing and counts none: the red one, which one, one another.
func (r *numbers) pronoun(i int) bool {
	d := r.doc
	if d.any(i+1, "another", "can", "could", "may", "might", "must", "should", "would", "will", "cannot", "can't", "sees") {
		return true
	}
	for k := i - 1; k >= 0 && k >= i-3 && d.kind(k) == word; k-- {
		if d.any(k, "is", "number", "answer", "only", "are", "have", "has", "and", "or", "count", "total", "value", "digit") {
			return false
		}
		if d.any(k, "the", "this", "that", "which", "each", "every", "any", "no", "another", "other", "these", "those", "some") {
			return true
		}
	}
	return false
}

// compound skips a number that is part of a longer word: two-story, x-5.
func (r *numbers) compound(from, i int) (found, int, bool) {
	d := r.doc
	i++
	for d.glued(i) && (d.kind(i) != mark || d.is(i) == "-") {
		i++
	}
	return found{at: from, skip: note{from, i, "is a name or a compound"}}, i, true
}

// stars counts filled ones, as ratings are drawn: ★★★☆☆.
func (r *numbers) stars(i int) (f found, to int, ok bool) {
	n := 0
	if r.doc.kind(i-1) == digits && r.doc.glued(i) { // 4★
		return f, i, false
	}
	for ; r.doc.raw(i) == "★" || r.doc.raw(i) == "⭐"; i++ {
		n++
	}
	if n == 0 {
		return f, i, false
	}
	return found{at: i - n, value: float64(n)}, i, true
}

// pick chooses the number that is meant.
func (r *numbers) pick(which string) (float64, error) {
	all := slices.DeleteFunc(slices.Clone(r.found), func(f found) bool { return f.skip.text != "" })
	switch {
	case len(all) == 0 && len(r.found) > 0:
		return 0, unread("%v, and there is no other number", r.unread(r.found[0].skip))
	case len(all) == 0:
		return 0, unread("there is no number in it")
	case which == "first":
		return r.read(all[0])
	case which == "last":
		return r.read(all[len(all)-1])
	}
	if one, ok := r.agreed(all); ok {
		return r.read(one)
	}
	if from, to, ok := r.sum(); ok {
		all = slices.DeleteFunc(all, func(f found) bool { return f.at < from || f.at >= to })
	} else if from, to, ok := r.announcement(); ok {
		open, closed := r.doc.aside(from, to)
		all = slices.DeleteFunc(all, func(f found) bool { return f.at < from || f.at >= to || f.at >= open && f.at < closed })
	}
	if one, ok := r.agreed(all); ok {
		return r.read(one)
	}
	return 0, r.several(all)
}

// agreed returns the one number that all are.
func (r *numbers) agreed(all []found) (found, bool) {
	if len(all) == 0 {
		return found{}, false
	}
	for _, f := range all[1:] {
		if f.why.text != "" || f.value != all[0].value {
			return found{}, false
		}
	}
	return all[0], true
}

func (r *numbers) read(f found) (float64, error) {
	if f.why.text != "" {
		return 0, r.unread(f.why)
	}
	return f.value, nil
}

func (r *numbers) several(all []found) error {
	var list []string
	for _, f := range all {
		if f.why.text != "" {
			return r.unread(f.why)
		}
		if len(list) < 8 {
			list = append(list, strconv.FormatFloat(f.value, 'f', -1, 64))
		}
	}
	if len(all) > len(list) {
		list = append(list, "...")
	}
	return unread("there are %d numbers in it (%s); say which one is meant with pick: first or pick: last", len(all), strings.Join(list, ", "))
}
