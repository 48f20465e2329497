package reading

import "strings"

// wrappers are TeX commands of which only the argument counts.
var wrappers = map[string]bool{
	"boxed": true, "fbox": true, "text": true, "textbf": true, "textit": true, "textrm": true, "mathrm": true,
	"mathbf": true, "mathit": true, "mathsf": true, "mbox": true, "operatorname": true,
}

// symbols are TeX commands that stand for a character.
var symbols = map[string]string{
	"times": "×", "cdot": "·", "approx": "≈", "sim": "~", "circ": "°", "degree": "°", "pm": "±", "pi": "π", "sqrt": "√",
	"div": "÷", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "lt": "<", "gt": ">", "neq": "≠", "ne": "≠", "left": "", "right": "",
	"quad": " ", "qquad": " ", "displaystyle": "",
}

// tex reads a command, or a backslash that only protects what follows.
func (u *unmarker) tex(i int) int {
	name := texName(u.in[i+1:])
	next := i + 1 + len(name)
	switch {
	case name == "":
		return u.escaped(i)
	case wrappers[name] && strings.HasPrefix(u.in[next:], "{"):
		u.braces = append(u.braces, true)
		return len(name) + 2
	case name == "frac" || name == "dfrac" || name == "tfrac":
		return 1 + len(name) + u.fraction(next)
	}
	if symbol, ok := symbols[name]; ok {
		u.out.WriteString(symbol)
		return 1 + len(name)
	}
	return u.keep(i, 1+len(name))
}

func texName(s string) string {
	n := 0
	for n < len(s) && n < 16 && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z') {
		n++
	}
	return s[:n]
}

// escaped drops a backslash before a mark; \( and \[ open formulas, and spaces of TeX separate thousands.
func (u *unmarker) escaped(i int) int {
	if i+1 == len(u.in) {
		return u.keep(i, 1)
	}
	switch c := u.in[i+1]; {
	case strings.IndexByte("()[]", c) >= 0:
		return 2
	case strings.IndexByte(",;:! ", c) >= 0:
		u.out.WriteString("\u2009")
		return 2
	case c == '{' || c == '}':
		return 2 + u.keepByte(c)
	case strings.IndexByte("$%#&_*.-+!`~>|", c) >= 0:
		u.out.WriteByte(c)
		return 2
	}
	return u.keep(i, 1)
}

// keepByte writes a byte and counts for nothing.
func (u *unmarker) keepByte(c byte) int {
	u.out.WriteByte(c)
	return 0
}

// fraction writes {1}{2} as 1/2. Anything else than digits is marked with a division slash, which no reader takes for
// a fraction.
func (u *unmarker) fraction(i int) int {
	over, under, n := u.arguments(i)
	if n == 0 {
		u.out.WriteRune('∕')
		return 0
	}
	if written := u.out.String(); written != "" && written[len(written)-1] >= '0' && written[len(written)-1] <= '9' {
		u.out.WriteByte(' ')
	}
	slash := "∕"
	if onlyDigits(over) && onlyDigits(under) {
		slash = "/"
	}
	u.out.WriteString(over + slash + under)
	return n
}

// arguments are two texts in braces and how many bytes they take with them.
func (u *unmarker) arguments(i int) (a, b string, n int) {
	rest := u.in[i:min(len(u.in), i+60)]
	inner, ok := strings.CutPrefix(rest, "{")
	if !ok {
		return "", "", 0
	}
	a, inner, ok = strings.Cut(inner, "}{")
	if !ok {
		return "", "", 0
	}
	if b, _, ok = strings.Cut(inner, "}"); !ok {
		return "", "", 0
	}
	return a, b, len(a) + len(b) + 4
}

func onlyDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
