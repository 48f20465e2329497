package reading

// signed gives a number its sign, or says that it is not clear whether it has one.
func (r *numbers) signed(f found, i int) found {
	d := r.doc
	k := i - 1
	for d.any(k, "$", "€", "£", "¥", "~", "≈", "(") && d.glued(k+1) && d.is(k) != "(" {
		k--
	}
	switch {
	case d.any(k, "minus", "negative"):
		if !r.negative(i) {
			return f
		}
		f.value = -f.value
	case d.foreignMinus(k):
		if d.any(k-1, "au", "al", "ao", "o", "по") || d.kind(k-1) == digits { // au moins 5
			f.why = note{k - 1, i + 1, "is a bound, no number"}
			return f
		}
		f.value = -f.value
	case d.any(k, "—", "―") && d.glued(k+1) && !r.closed(k):
		f.why = note{k, i + 1, "may have a sign or a dash before it"}
	case d.any(k, "√", "π", "∕", "⁻"), d.is(k) == "{" && d.is(k-1) == "√", d.is(k) == "/" && d.kind(k-1) != digits:
		f.why = note{k, i + 1, "is part of something that is not computed"}
	case d.is(k) != "-":
	case d.glued(k+1) && d.any(k-1, "minus", "negative") && d.glued(k):
		f.value = -f.value
	case d.glued(k + 1):
		if !r.closed(k) {
			f.value = -f.value
		} else if d.is(k-1) == "-" {
			f.why = note{k - 1, i + 1, "may have a sign or a dash before it"}
		}
	default:
		return r.spacedHyphen(f, k, i)
	}
	return f
}

// foreignMinus reports whether a word of another language for a negative sign ends at token k.
func (d *doc) foreignMinus(k int) bool {
	switch d.is(k) {
	case "moins", "menos", "meno", "минус", "마이너스", "영하", "负", "負":
		return true
	case "ス":
		return k >= 3 && d.from(k-3, k+1) == "マイナス"
	case "下":
		return d.any(k-1, "零", "氷点")
	case "点":
		return false
	}
	return false
}

// negative reports whether minus or negative stands before token i, and no number before that.
func (r *numbers) negative(i int) bool {
	d := r.doc
	k := i - 1
	for d.any(k, "$", "€", "£", "¥") {
		k--
	}
	if !d.any(k, "minus", "negative") {
		return false
	}
	return d.is(k) == "negative" || d.kind(k-1) != digits && !isNumberWord(d.is(k-1)) && d.is(k-1) != ")"
}

// closed reports whether a letter, a digit or a closing bracket stands right before the hyphen at k, so that it is
// no sign.
func (r *numbers) closed(k int) bool {
	d := r.doc
	if !d.glued(k) {
		return false
	}
	return d.latin(k-1) || d.kind(k-1) == digits || d.any(k-1, ")", "]", "}", "%", "°", "-")
}

// spacedHyphen decides what a hyphen with a space after it is: a bullet, a minus or a dash.
func (r *numbers) spacedHyphen(f found, k, i int) found {
	d := r.doc
	switch starts := k == 0 || d.kind(k-1) == newline; {
	case starts && r.bullet, d.kind(k-1) == digits, d.any(k-1, ")", "]", "%"), isNumberWord(d.is(k - 1)):
	case !starts && d.any(k-1, ":", "=", "是", "≈", "is", "("):
		f.value = -f.value
	default:
		f.why = note{max(k-1, 0), i + 1, "may have a minus or a dash before it"}
	}
	return f
}
