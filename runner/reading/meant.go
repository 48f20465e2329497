package reading

import (
	"math"
	"slices"
	"strconv"
)

// announcement is the sentence that gives the answer, the last one of those that say so; none where the text then
// takes it back.
func (r *numbers) announcement() (from, to int, ok bool) {
	d := r.doc
	for i := range slices.Backward(d.tok) {
		next, is := d.announced(i)
		if !is {
			continue
		}
		to = d.closes(next)
		return next, to, !d.retracted(to)
	}
	return 0, 0, false
}

// aside is what stands in the first brackets after a number, from one token to before another: 5 (3 cats, 2 dogs).
func (d *doc) aside(from, end int) (open, closed int) {
	number := false
	for open = from; open < end && (!number || d.is(open) != "("); open++ {
		number = number || d.kind(open) == digits || isNumberWord(d.is(open))
	}
	closed = open
	for closed < end && d.is(closed) != ")" {
		closed++
	}
	return open, closed
}

// sum is what follows the sign of an answer that is an equation and nothing else: 3 + 2 = 5.
func (r *numbers) sum() (from, to int, ok bool) {
	d := r.doc
	for i := range d.tok {
		if d.is(i) == "=" {
			if ok {
				return 0, 0, false
			}
			from, ok = i+1, i > 0
		} else if d.kind(i) != digits && !d.any(i, "+", "-", "*", "/", "×", "x", "÷", "(", ")", ".", ",", "$") {
			return 0, 0, false
		}
	}
	return from, len(d.tok), ok
}

// meant looks at the words around a number that say that it is not what is so: not 5, more than 5, 5 or more.
func (r *numbers) meant(f found, to int) found {
	d := r.doc
	start := f.at
	switch {
	case r.bound(start, to):
		return found{at: f.at, why: note{max(start-2, 0), to, "is a bound, no number"}}
	case d.deniedNear(start), d.deniedAfter(to) && !d.any(to, "can", "does"):
		return found{at: f.at, skip: note{max(start-2, 0), to, "is denied"}}
	case r.asked != nil && r.asked[f.at]:
		return found{at: f.at, skip: note{start, to, "is asked"}}
	case math.IsInf(f.value, 0) || math.IsNaN(f.value):
		return found{at: f.at, why: note{start, to, "is too large"}}
	}
	return f
}

// deniedNear is denied by one of the four words before token i.
func (d *doc) deniedNear(i int) bool {
	for k := i - 1; k >= 0 && k >= i-4; k-- {
		if d.ends(k) || d.has(k, butClass) {
			return false
		}
		if d.negates(k) && !d.any(k, "if", "whether", "no", "without", "wrong", "incorrect") {
			return true
		}
	}
	return false
}

// bound reports whether the number from start to before to limits something rather than counts it.
func (r *numbers) bound(start, to int) bool {
	d := r.doc
	k := start - 1
	for d.any(k, "$", "€", "£", "¥", "-", "a", "an") {
		k--
	}
	switch {
	case d.any(k, "<", ">", "≤", "≥", "±", "≠", "≦", "≧"):
		return true
	case d.is(k) == "than" && d.any(k-1, "more", "less", "fewer", "greater", "larger", "smaller", "higher", "lower", "other", "bigger"):
		return true
	case d.any(k, "least", "most") && d.is(k-1) == "at", d.is(k) == "to" && d.is(k-1) == "up":
		return true
	case d.any(k, "over", "above", "below", "under", "exceeds", "exceeding", "beyond", "minimum", "maximum") && r.plainBefore(k):
		return true
	case d.is(to) == "+" && d.glued(to) && d.kind(to+1) != digits:
		return true
	}
	return (d.is(to) == "or" || d.is(to) == "and") && d.any(to+1, "more", "fewer", "less", "above", "up", "higher", "greater", "over")
}

// plainBefore is false where a number stands before "over" and its like: 3 over 4.
func (r *numbers) plainBefore(k int) bool {
	return r.doc.kind(k-1) != digits && !isNumberWord(r.doc.is(k-1))
}

// listMarks finds the numbers that number lines ("1. a dog"), which stand in a sequence or are 1; and whether
// several lines begin with a hyphen, which makes it a bullet.
func (d *doc) listMarks() (lists []bool, bullet bool) {
	type line struct{ token, value int }
	var lines []line
	hyphens := 0
	for i := range d.tok {
		if i > 0 && d.kind(i-1) != newline {
			continue
		}
		if d.any(i, "-", "•") && d.at(i+1).spaced && i+1 < len(d.tok) {
			hyphens++
		}
		v, err := strconv.Atoi(d.is(i))
		if err == nil && d.any(i+1, ".", ")", "、") && d.glued(i+1) && d.at(i+2).spaced && d.kind(i+2) != newline && i+2 < len(d.tok) {
			lines = append(lines, line{i, v})
		}
	}
	for k, l := range lines {
		follows := k > 0 && lines[k-1].value == l.value-1
		leads := k+1 < len(lines) && lines[k+1].value == l.value+1
		if follows || leads || l.value == 1 {
			if lists == nil {
				lists = make([]bool, len(d.tok))
			}
			lists[l.token] = true
		}
	}
	return lists, hyphens > 1
}
