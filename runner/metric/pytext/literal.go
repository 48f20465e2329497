package pytext

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tuple is a Python tuple literal; a list literal is a plain []any.
type Tuple []any

// Dict is a Python dict literal in source order.
type Dict []struct{ Key, Value any }

// Get returns the value of a string key; of a repeated key, the last.
func (d Dict) Get(key string) (any, bool) {
	for _, v := range slices.Backward(d) {
		if v.Key == key {
			return v.Value, true
		}
	}
	return nil, false
}

var errLiteral = errors.New("not a Python literal")

// maxDepth keeps hostile nesting from exhausting the stack.
const maxDepth = 200

// Literal reads what ast.literal_eval reads of interest here: strings, numbers, True, False, None, lists, tuples and
// dicts. It returns string, float64, *big.Int, bool, nil, []any, Tuple or Dict. Nothing is ever evaluated.
func Literal(text string) (any, error) {
	p := &literalParser{s: strings.TrimLeft(text, " \t")}
	v, err := p.tupleOrValue("")
	if err != nil {
		return nil, err
	}
	if p.skip(); p.s != "" {
		return nil, errLiteral
	}
	return v, nil
}

type literalParser struct {
	s     string
	depth int
}

func (p *literalParser) skip() { p.s = strings.TrimLeft(p.s, " \t\n\r\f") }

func (p *literalParser) eat(prefix string) bool {
	p.skip()
	rest, ok := strings.CutPrefix(p.s, prefix)
	if ok {
		p.s = rest
	}
	return ok
}

// tupleOrValue reads "a" or "a, b" or "a,"; end is the bracket that closes it, "" for the end of the text.
func (p *literalParser) tupleOrValue(end string) (any, error) {
	first, err := p.value()
	if err != nil || !p.eat(",") {
		return first, err
	}
	rest, err := p.items(end)
	return append(Tuple{first}, rest...), err
}

// items reads comma-separated values up to, not including, the end bracket.
func (p *literalParser) items(end string) ([]any, error) {
	var out []any
	for {
		p.skip()
		if p.s == "" || end != "" && strings.HasPrefix(p.s, end) {
			return out, nil
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if !p.eat(",") {
			return out, nil
		}
	}
}

func (p *literalParser) value() (any, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errLiteral
	}
	defer func() { p.depth-- }()
	switch {
	case p.eat("["):
		v, err := p.items("]")
		if err != nil || !p.eat("]") {
			return nil, errLiteral
		}
		if v == nil {
			v = []any{}
		}
		return v, nil
	case p.eat("("):
		return p.parens()
	case p.eat("{"):
		return p.dict()
	case strings.HasPrefix(p.s, "'"), strings.HasPrefix(p.s, `"`):
		return p.strings()
	}
	return p.word()
}

func (p *literalParser) parens() (any, error) {
	if p.eat(")") {
		return Tuple{}, nil
	}
	v, err := p.tupleOrValue(")")
	if err != nil || !p.eat(")") {
		return nil, errLiteral
	}
	return v, nil
}

func (p *literalParser) dict() (any, error) {
	out := Dict{}
	for !p.eat("}") {
		k, err := p.value()
		if err != nil || !p.eat(":") {
			return nil, errLiteral
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		out = append(out, struct{ Key, Value any }{k, v})
		if !p.eat(",") {
			if !p.eat("}") {
				return nil, errLiteral
			}
			break
		}
	}
	return out, nil
}

// strings reads one or more adjacent quoted strings.
func (p *literalParser) strings() (any, error) {
	var b strings.Builder
	for {
		p.skip()
		if p.s == "" || p.s[0] != '\'' && p.s[0] != '"' {
			return b.String(), nil
		}
		if err := p.quoted(&b); err != nil {
			return nil, err
		}
	}
}

func (p *literalParser) quoted(b *strings.Builder) error {
	quote, triple := p.s[:1], strings.HasPrefix(p.s, strings.Repeat(p.s[:1], 3))
	if triple {
		quote = p.s[:3]
	}
	p.s = p.s[len(quote):]
	for p.s != "" {
		if rest, ok := strings.CutPrefix(p.s, quote); ok {
			p.s = rest
			return nil
		}
		if p.s[0] == '\n' && !triple {
			return errLiteral
		}
		if p.s[0] == '\\' {
			if err := p.escape(b); err != nil {
				return err
			}
			continue
		}
		_, n := utf8.DecodeRuneInString(p.s)
		b.WriteString(p.s[:n])
		p.s = p.s[n:]
	}
	return errLiteral
}

var simpleEscapes = map[byte]string{
	'\n': "", '\\': `\`, '\'': "'", '"': `"`, 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
}

var hexEscapes = map[byte]int{'x': 2, 'u': 4, 'U': 8}

func (p *literalParser) escape(b *strings.Builder) error {
	if len(p.s) < 2 {
		return errLiteral
	}
	c := p.s[1]
	if text, ok := simpleEscapes[c]; ok {
		b.WriteString(text)
		p.s = p.s[2:]
		return nil
	}
	if n := hexEscapes[c]; n > 0 {
		if len(p.s) < 2+n {
			return errLiteral
		}
		v, err := strconv.ParseUint(p.s[2:2+n], 16, 32)
		if err != nil || v > unicode.MaxRune {
			return errLiteral
		}
		b.WriteRune(rune(v))
		p.s = p.s[2+n:]
		return nil
	}
	if c >= '0' && c <= '7' {
		n := 1
		for n < 3 && 1+n < len(p.s) && p.s[1+n] >= '0' && p.s[1+n] <= '7' {
			n++
		}
		v, _ := strconv.ParseUint(p.s[1:1+n], 8, 32)
		b.WriteRune(rune(v))
		p.s = p.s[1+n:]
		return nil
	}
	b.WriteByte('\\') // an unknown escape keeps its backslash
	p.s = p.s[1:]
	return nil
}

// word reads a number or one of True, False, None.
func (p *literalParser) word() (any, error) {
	n := strings.IndexAny(p.s, ",:]}) \t\n\r\f")
	if n < 0 {
		n = len(p.s)
	}
	w := p.s[:n]
	p.s = p.s[n:]
	if w == "-" || w == "+" {
		p.skip()
		rest, err := p.word()
		switch x := rest.(type) {
		case float64:
			if w == "-" {
				x = -x
			}
			return x, err
		case *big.Int:
			if w == "-" {
				x.Neg(x)
			}
			return x, err
		}
		return nil, errLiteral
	}
	return wordValue(w)
}

func wordValue(w string) (any, error) {
	switch w {
	case "True":
		return true, nil
	case "False":
		return false, nil
	case "None":
		return nil, nil
	}
	digits := strings.TrimLeft(w, "+-")
	if digits == "" || !isASCII(w) || unicode.IsLetter(rune(digits[0])) { // "nan" and "inf" are names, not literals
		return nil, errLiteral
	}
	if x, ok := Int(w); ok {
		if strings.Trim(digits, "0_") != "" && digits[0] == '0' { // 007 is a syntax error
			return nil, errLiteral
		}
		return x, nil
	}
	if x, ok := Float(w); ok {
		return x, nil
	}
	return nil, errLiteral
}

// Str is str(v) of what Literal returns.
func Str(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return Repr(v)
}

// Repr is repr(v) of what Literal returns.
func Repr(v any) string {
	switch x := v.(type) {
	case nil:
		return "None"
	case bool:
		return map[bool]string{true: "True", false: "False"}[x]
	case string:
		return quote(x)
	case float64:
		return FormatFloat(x)
	case *big.Int:
		return x.String()
	case []any:
		return "[" + join(x) + "]"
	case Tuple:
		if len(x) == 1 {
			return "(" + Repr(x[0]) + ",)"
		}
		return "(" + join(x) + ")"
	case Dict:
		var parts []string
		for _, e := range x {
			parts = append(parts, Repr(e.Key)+": "+Repr(e.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v)
}

func join(items []any) string {
	parts := make([]string, len(items))
	for i, v := range items {
		parts[i] = Repr(v)
	}
	return strings.Join(parts, ", ")
}

// quote is repr(str): single quotes unless the text has some and no double ones.
func quote(s string) string {
	q := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		q = `"`
	}
	var b strings.Builder
	b.WriteString(q)
	for _, r := range s {
		switch {
		case string(r) == q || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == ' ' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String() + q
}
