package spec

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

type scalarKind int

const (
	text scalarKind = iota
	number
	boolean
	null
)

// scalar is a scalar after ${...} has been replaced.
type scalar struct {
	text     string
	kind     scalarKind
	quoted   bool
	replaced bool // ${...} was in it
}

const quotedStyles = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// scalar reads n, which must be a scalar. A plain scalar with ${...} in it
// means what its text would mean had it been typed there, so `x: ${x}` is a
// number when the row's x reads as one.
func (n Node) scalar() scalar {
	s := scalar{text: n.y.Value, quoted: n.y.Style&quotedStyles != 0}
	if n.scope == nil || !strings.Contains(s.text, "${") {
		s.kind = kindOfTag(n.y.ShortTag())
		return s
	}
	s.replaced = true
	expanded, err := n.scope.expand(n)
	if err == nil {
		s.text = expanded
	}
	if !s.quoted {
		s.kind = kindOfText(s.text)
	}
	return s
}

func kindOfTag(tag string) scalarKind {
	switch tag {
	case "!!int", "!!float":
		return number
	case "!!bool":
		return boolean
	case "!!null":
		return null
	}
	return text
}

func kindOfText(s string) scalarKind {
	if s == "true" || s == "false" {
		return boolean
	}
	if s == "" || !strings.ContainsAny(s[:1], "+-.0123456789") {
		return text
	}
	if _, ok := (scalar{text: s}).number(); ok {
		return number
	}
	return text
}

// based is a number that is not decimal; a leading 0 alone does not make it so.
var based = regexp.MustCompile(`^[+-]?0[xXoObB]`)

// number reads the text as YAML reads numbers: 12, -0.5, 1e3, 0x1f, 1_000.
func (s scalar) number() (float64, bool) {
	digits := strings.ReplaceAll(s.text, "_", "")
	if based.MatchString(digits) {
		i, err := strconv.ParseInt(digits, 0, 64)
		return float64(i), err == nil
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return 0, false
	}
	return f, true
}

func (s scalar) value() any {
	switch s.kind {
	case null:
		return nil
	case boolean:
		return strings.EqualFold(s.text, "true")
	case number:
		if f, ok := s.number(); ok {
			return f
		}
	}
	return s.text
}

// describe names what was found, for "expected a number, got ...".
func describe(n Node) string {
	switch k := n.Kind(); k {
	case Null, List, Map:
		return k.String()
	}
	s := n.resolve().scalar()
	if s.kind == text {
		return "text " + strconv.Quote(shorten(s.text))
	}
	return s.text
}

func shorten(s string) string {
	const limit = 60
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
