package reading

import (
	"slices"
	"strings"
)

// Preference reads which of two images an answer prefers: 1 or 2. names are what they are called, as [Fold] has them; nil
// stands for A, first, image 1 and B, second, image 2. The article "A" and what is denied name none.
func Preference(answer string, names [2][]string) (int, error) {
	answer, same, err := said(answer)
	switch {
	case err != nil:
		return 0, err
	case !same:
		return 0, unread("it states different answers")
	case Refused(answer):
		return 0, unread("it declines to answer")
	}
	return preference{doc: lex(Plain(answer)), names: names}.read()
}

type preference struct {
	doc   *doc
	names [2][]string
}

func (p preference) read() (int, error) {
	d := p.doc
	for i := range slices.Backward(d.tok) {
		next, ok := d.announced(i)
		if !ok && d.any(i, "prefer", "choose", "pick", "select") && !d.denied(i) && !d.any(i-1, "not", "don't", "to") {
			next, ok = i+1, true
		}
		if !ok || d.denied(i) {
			continue
		}
		for d.any(next, "the", "(", "\"", "'", "image", "picture", "photo", "option") {
			next++
		}
		if which := p.at(next); which != 0 && !d.any(next+1, "or", "and", "/") && !d.any(next+2, "or", "and") {
			return which, takenBack(d, next)
		}
	}
	read, better := 0, false
	asked := d.asked()
	for i := range d.tok {
		which := p.at(i)
		if which == 0 || asked != nil && asked[i] || d.denied(i) || d.unsaid(i) {
			continue
		}
		if read != 0 && read != which {
			if better && d.any(i-1, "than", "over", "the", "image", "picture", "photo", "option") {
				return read, nil
			}
			return 0, unread("it names both images")
		}
		better = better || d.praised(i)
		read = which
	}
	if read == 0 {
		return 0, unread("it names neither image")
	}
	return read, nil
}

// praised reports whether what is named at token i is said to be better than what comes next.
func (d *doc) praised(i int) bool {
	if d.any(i+1, "over") || d.any(i+1, "image", "picture", "photo", "one") && d.is(i+2) == "over" {
		return true
	}
	for k := i + 1; k < i+10 && !d.ends(k); k++ {
		if d.any(k, "better", "sharper", "clearer", "cleaner", "superior", "preferable") {
			for ; !d.ends(k) && k < i+12; k++ {
				if d.any(k, "than") {
					return true
				}
			}
		}
	}
	return false
}

// at is the image that is named at token i, 0 for none.
func (p preference) at(i int) int {
	if p.names[0] != nil {
		return p.named(i)
	}
	d := p.doc
	whole := len(d.tok) == 1 || d.ends(i+1) && p.alone(i)
	switch {
	case d.any(i, "first", "1st"), d.is(i) == "1" && d.is(i+1) == "st" && d.glued(i+1):
		return p.ordinal(i, 1)
	case d.any(i, "second", "2nd"), d.is(i) == "2" && d.is(i+1) == "nd" && d.glued(i+1):
		return p.ordinal(i, 2)
	case d.any(i, "1", "一", "a") && p.counted(i):
		return 1
	case d.any(i, "2", "二", "b") && p.counted(i):
		return 2
	case d.any(i, "1", "one") && (whole || d.any(i-1, "image", "picture", "photo", "option", "#")):
		return 1
	case d.any(i, "2", "two") && (whole || d.any(i-1, "image", "picture", "photo", "option", "#")):
		return 2
	case d.is(i) == "a" && p.letter(i, whole):
		return 1
	case d.is(i) == "b" && p.letter(i, whole):
		return 2
	}
	return 0
}

// counted is for 图1, 第一张.
func (p preference) counted(i int) bool { return p.doc.any(i-1, "图", "圖", "第", "像", "片") }

// ordinal leaves out "first of all", "at first", "a second", "first,".
func (p preference) ordinal(i, which int) int {
	d := p.doc
	if d.is(i+1) == "of" && d.is(i+2) == "all" || d.any(i-1, "at", "one", "per", "a") || d.any(i+1, "glance", "impression", "thought", "thoughts", "sight") || i == 0 && which == 1 && d.is(i+1) == "," {
		return 0
	}
	return which
}

// letter reports whether A or B at token i names an image and is no article.
func (p preference) letter(i int, whole bool) bool {
	d := p.doc
	switch {
	case d.glued(i+1) && d.any(i+1, "'", "-", "+") || d.glued(i) && d.any(i-1, "'", "-"):
		return false
	case whole, d.any(i-1, "image", "picture", "photo", "option"):
		return true
	case d.raw(i) == d.is(i):
		return false
	case d.is(i) == "b":
		return true
	}
	return d.ends(i+1) || d.kind(i+1) == mark || d.any(i+1, "is", "has", "looks", "was", "because", "over", "seems", "appears", "shows", "since", "than", "and", "or", "wins", "clearly")
}

// alone reports whether nothing but marks and "image" stands before token i on its line.
func (p preference) alone(i int) bool {
	d := p.doc
	for i--; i >= 0 && d.kind(i) != newline; i-- {
		if d.kind(i) != mark {
			return false
		}
	}
	return true
}

// named looks for the names that the check gives.
func (p preference) named(i int) int {
	d := p.doc
	start := int(d.at(i).start)
	for which, names := range p.names {
		for _, name := range names {
			if name == "" || len(d.text)-start < len(name)/2 || !begins(d.text[start:], name) {
				continue
			}
			end := min(len(d.text), start+2*len(name)+8)
			rest := FoldCase(strings.ToValidUTF8(d.text[start:end], ""))
			if bounded(rest, name) && !d.glued(i) || bounded(rest, name) && d.kind(i-1) == mark {
				return which + 1
			}
		}
	}
	return 0
}
