package point

import (
	"slices"
	"strings"
)

// context is what the objects around an object say about it.
type context struct {
	label string
	order string // of the numbers of a box, "" when not named
	keyed bool   // an object is around it
}

// finding gathers the shapes in groups.
type finding struct {
	named, listed []shape // of objects, and of lists without a key
	err           error
}

func (f *finding) walk(n node, c context) {
	if slices.ContainsFunc(n.kids, func(k node) bool { return k.key != "" }) {
		f.object(n, c)
		return
	}
	if s, ok := shapeOf(n); ok {
		f.add(s.in(n, c), c)
		return
	}
	for _, kid := range n.kids {
		if kid.open != 0 {
			f.walk(kid, c)
		}
	}
}

func (f *finding) add(s shape, c context) {
	if c.keyed {
		f.named = append(f.named, s)
	} else {
		f.listed = append(f.listed, s)
	}
}

// object reads the points and boxes of an object, and those within.
func (f *finding) object(n node, c context) {
	c.keyed = true
	if label := labelOf(n); label != "" {
		c.label = label
	}
	if order, err := orderOf(n); err != nil {
		f.err = err
		return
	} else if order != "" {
		c.order = order
	}
	if s, ok := cornersOf(n); ok {
		f.named = append(f.named, s.in(n, c))
	}
	for _, kid := range n.kids {
		f.field(n, kid, c)
	}
}

func (f *finding) field(object, kid node, c context) {
	switch key := kid.key; {
	case boxKeys[key] || pointKeys[key] || placeKeys[key]:
		f.places(object, kid, c)
	case kid.open == 0 && kid.quoted && holders[key]: // {"answer": "0.5, 0.5"}
		f.places(object, kid, c)
	case kid.open == 0 || otherKeys[key] || isCorner(key):
	default:
		if key != "" && !holders[key] && c.label == "" {
			c.label = strings.ReplaceAll(key, "_", " ")
		}
		if s, ok := shapeOf(kid); ok {
			f.named = append(f.named, s.in(kid, c))
			return
		}
		f.walk(kid, c)
	}
}

// places reads what stands under a key of places: numbers, lists of numbers,
// objects.
func (f *finding) places(object, kid node, c context) {
	add := func(all []numeral) {
		if s, ok := newShape(all); ok {
			s.key = kid.key
			f.named = append(f.named, s.in(object, c))
		}
	}
	all, flat := flatNumerals(kid)
	arity := 2
	if boxKeys[kid.key] {
		arity = 4
	}
	switch {
	case flat && !boxKeys[kid.key] && !pointKeys[kid.key]:
		add(all)
	case flat && len(all)%arity == 0:
		for part := range slices.Chunk(all, arity) {
			add(part)
		}
	case flat: // five numbers, say, which are nobody's box
	case arity == 4 && len(kid.kids) == 2 && isPair(kid.kids[0]) && isPair(kid.kids[1]): // two corners
		first, _ := flatNumerals(kid.kids[0])
		second, _ := flatNumerals(kid.kids[1])
		add(append(first, second...))
	case slices.ContainsFunc(kid.kids, func(k node) bool { return k.key != "" }):
		kid.start, kid.end = object.start, object.end
		f.object(kid, c)
	default:
		for _, k := range kid.kids {
			if all, ok := flatNumerals(k); ok {
				add(all)
			} else if k.open != 0 {
				f.walk(k, c)
			}
		}
	}
}

func isPair(n node) bool {
	all, ok := flatNumerals(n)
	return ok && len(all) == 2
}

// flatNumerals reads a list of numbers, or a text of them; a list that is cut off
// is none.
func flatNumerals(n node) (all []numeral, ok bool) {
	if n.open == 0 {
		return numerals(n)
	}
	if !n.closed || n.impure || len(n.kids) == 0 {
		return nil, false
	}
	for _, kid := range n.kids {
		if kid.open != 0 || kid.key != "" {
			return nil, false
		}
		one, ok := newNumeral(kid.text)
		if !ok {
			return nil, false
		}
		all = append(all, one)
	}
	return all, true
}

// shapeOf reads a list that is two or four numbers.
func shapeOf(n node) (shape, bool) {
	if n.open == 0 {
		return shape{}, false
	}
	all, ok := flatNumerals(n)
	if !ok {
		return shape{}, false
	}
	return newShape(all)
}

// in gives a shape its place in the answer, and what is said about it.
func (s shape) in(n node, c context) shape {
	s.label, s.start, s.end = c.label, n.start, n.end
	if len(s.v) == 4 && !s.named {
		s.reorder(c.order)
	}
	return s
}

func labelOf(n node) string {
	for _, key := range labelKeys {
		for _, kid := range n.kids {
			if kid.key != key || kid.open != 0 {
				continue
			}
			if label := strings.TrimSpace(kid.text); label != "" && label != "null" && label != "None" {
				return label
			}
		}
	}
	return ""
}
