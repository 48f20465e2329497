package reading

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// digits reads a number in digits from token i on, with its sign and all that belongs to it.
func (r *numbers) digits(i int) (f found, to int, ok bool) {
	d := r.doc
	to = r.cluster(i)
	switch {
	case r.lists != nil && r.lists[i]:
		return found{at: i, skip: note{i, to, "numbers a line"}}, to, true
	case r.named(i):
		return r.compound(r.nameStart(i), to-1)
	case r.label(i):
		return found{at: i, skip: note{i - 1, to, "is a place, not an amount"}}, to, true
	}
	if list := r.list(i, to); list {
		f, to = found{at: i, value: number(d.raw(i))}, i+1
	} else if value, why := r.literal(d.from(i, to)); why != "" {
		return found{at: i, why: note{i, to, why}}, to, true
	} else {
		f.value = value
	}
	f.at = i
	f, to = r.tail(f, to)
	if f.reads() {
		f = r.signed(f, i)
	}
	return f, to, true
}

// cluster is the token after digits and the separators between them: 1,234.5 and 10:30 are one.
func (r *numbers) cluster(i int) int {
	d := r.doc
	if d.is(i) == "." {
		i++
	}
	first := i
	for i++; ; {
		switch {
		case d.any(i, ",", ".", ":", "'", "_", "٫", "٬") && d.glued(i) && d.glued(i+1) && d.kind(i+1) == digits:
			i += 2
		case d.is(i) == "{" && d.is(i+1) == "," && d.is(i+2) == "}" && d.kind(i+3) == digits && d.glued(i) && d.glued(i+3): // TeX
			i += 4
		case r.spacedGroup(first, i):
			i++
		default:
			return i
		}
	}
}

// spacedGroup reports whether token i is a group of three digits that a space sets off from those before it.
func (r *numbers) spacedGroup(first, i int) bool {
	d := r.doc
	if d.kind(i) != digits || !d.at(i).spaced || d.kind(i-1) != digits || count(d.raw(i)) != 3 || d.is(i+1) == "/" {
		return false
	}
	gap := d.text[d.at(i-1).end:d.at(i).start]
	if gap == "\u00a0" || gap == "\u202f" || gap == "\u2009" {
		return count(d.raw(first)) <= 3
	}
	if gap != " " || count(d.raw(first)) > 3 || strings.HasPrefix(d.is(first), "0") || r.bracketed(first) {
		return false
	}
	another := i > first+1 || d.kind(i+1) == digits && d.at(i+1).spaced && count(d.raw(i+1)) == 3
	return another || count(d.raw(first)) < 3 || d.is(i) == "000"
}

func (r *numbers) bracketed(i int) bool { return r.doc.any(i-1, "(", "[", "{", "<") }

func count(s string) int { return utf8.RuneCountInString(s) }

// list reports whether commas separate numbers here rather than thousands: [100,200] and 1,2,3.
func (r *numbers) list(i, to int) bool {
	d := r.doc
	commas := 0
	for k := i + 1; k < to; k += 2 {
		if d.is(k) != "," {
			return false
		}
		commas++
	}
	if commas == 0 || r.comma && commas == 1 {
		return false
	}
	if r.bracketed(i) && d.any(to, ")", "]", "}", ">", ",") {
		return true
	}
	if r.bracketed(i) || d.is(i-1) == "," && d.glued(i) {
		return true
	}
	groups := strings.Split(d.from(i, to), ",")
	return commas > 1 && !slices.ContainsFunc(groups, func(g string) bool { return count(g) == 3 })
}

// named reports whether letters stand right before the digits: X5, x_5, COVID-19.
func (r *numbers) named(i int) bool {
	d := r.doc
	if !d.glued(i) {
		return false
	}
	switch p := d.is(i - 1); {
	case currencies[p]:
		return false
	case d.latin(i - 1):
		return !d.any(i-1, "x") || d.kind(i-2) != digits
	case p == "_" || p == "^":
		return true
	case p == "-" && d.glued(i-1) && d.latin(i-2):
		return !subjects[d.is(i-2)] && !d.any(i-2, "minus", "negative")
	case p == "." && d.glued(i-1) && d.latin(i-2):
		return !d.any(i-2, "rs", "no")
	}
	return false
}

func (r *numbers) nameStart(i int) int {
	i--
	for r.doc.glued(i) {
		i--
	}
	return max(i, 0)
}

var currencies = map[string]bool{"usd": true, "eur": true, "gbp": true, "rs": true, "inr": true, "rmb": true, "cny": true, "jpy": true, "us": true}

// labels are words whose number says where, not how many.
var labels = map[string]bool{
	"page": true, "pages": true, "p": true, "pp": true, "figure": true, "figures": true, "fig": true, "table": true, "section": true,
	"chapter": true, "step": true, "item": true, "question": true, "image": true, "picture": true, "photo": true, "panel": true, "line": true,
	"slide": true, "note": true, "example": true, "option": true, "frame": true, "appendix": true,
}

// label reports whether the number says where something stands. A whole answer that does is read.
func (r *numbers) label(i int) bool {
	d := r.doc
	k := i - 1
	for d.any(k, ".", "#", "(") || d.is(k) == "-" && d.kind(k-1) != digits {
		k--
	}
	for d.any(k, "-", "to", "and", ",") && d.kind(k-1) == digits { // pages 8-9, 12 and 13
		k -= 2
	}
	if k < 0 || !labels[d.is(k)] {
		return false
	}
	for t := 0; t < len(d.tok); t++ {
		if t != k && d.kind(t) == word && !d.any(t, "to", "and", "the") {
			return true
		}
	}
	return false
}

// separators are other ways of writing those of a number: TeX's and Arabic ones.
var separators = strings.NewReplacer("{,}", ",", "٬", ",", "٫", ".")

// literal is the value of digits with their separators, or why they have none.
func (r *numbers) literal(s string) (value float64, why string) {
	if len(s) > 400 {
		return 0, "is too large"
	}
	if onlyDigits(s) {
		return number(s), ""
	}
	s = separators.Replace(s)
	if strings.ContainsAny(s, ":_") {
		return 0, "is no number"
	}
	thousands, point := ",", "."
	if r.comma {
		thousands, point = ".", ","
	}
	whole, fraction, _ := strings.Cut(s, point)
	groups := strings.FieldsFunc(whole, func(c rune) bool { return string(c) == thousands || c == '\'' || unicode.IsSpace(c) })
	switch {
	case strings.ContainsAny(fraction, ",.' "):
		return 0, "is no number"
	case len(groups) > 1 && !grouped(groups):
		return 0, "is no number in groups of thousands" + decimalHint(groups)
	}
	return number(strings.Join(groups, "") + "." + fraction + "0"), ""
}

func decimalHint(groups []string) string {
	if len(groups) == 2 {
		return "; where the comma is a decimal one, say decimal: comma"
	}
	return ""
}

// grouped reports whether digits stand in groups as they are written: 1,234,567 or 12,34,567.
func grouped(groups []string) bool {
	last := len(groups) - 1
	if last < 1 || count(groups[last]) != 3 || count(groups[0]) > 3 || strings.HasPrefix(groups[0], "0") {
		return false
	}
	western, indian := true, count(groups[0]) <= 2
	for _, g := range groups[1:last] {
		western, indian = western && count(g) == 3, indian && count(g) == 2
	}
	return western || indian
}

// number is the value of digits of any script, with an ASCII point.
func number(s string) float64 {
	if !isASCII(s) {
		s = strings.Map(asciiDigit, s)
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && v == 0 {
		return 0
	}
	return v // infinite where it is too large
}

// asciiDigit maps a decimal digit of any script: they stand in runs of ten from zero on.
func asciiDigit(r rune) rune {
	if r < utf8.RuneSelf || !unicode.Is(unicode.Nd, r) {
		return r
	}
	if r >= '𝟎' && r <= '𝟿' { // five runs of mathematical digits without a gap
		return '0' + (r-'𝟎')%10
	}
	zero := r
	for zero > r-9 && unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return '0' + r - zero
}

// vulgar is the value of a character such as ½.
func vulgar(s string) (float64, bool) {
	r, n := utf8.DecodeRuneInString(s)
	if n != len(s) || r < 0x80 || !unicode.Is(unicode.No, r) {
		return 0, false
	}
	over, under, ok := strings.Cut(norm.NFKC.String(s), "⁄")
	if !ok || under == "" {
		return 0, false
	}
	return number(over) / number(under), true
}

func (r *numbers) vulgar(i int, v float64) (found, int, bool) {
	f := found{at: i, value: v}
	f, to := r.scaled(f, i+1)
	return r.signed(f, i), to, true
}
