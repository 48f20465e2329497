package spec

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/vlmspec/vlmspec/runner/secret"
)

// scope is what ${...} may refer to at some place: the row of a case, then
// its variables, then those of the suite. It is read-only once loading is done.
type scope struct {
	parent  *scope
	row     *row            // nil for vars
	vars    []Entry         // names and what they stand for
	env     *environment    // on the outermost scope
	secrets *[]secret.Value // what ${env:...} gave a case
	nested  int             // depth of ${...} within the value of a variable
}

// Limits of ${...} within the values of variables, so that a circle, or
// variables that double each other, end in an error.
const (
	maxNested     = 16
	maxNestedList = 2
	maxReferences = 10_000
	maxText       = 1 << 20 // bytes of one scalar
)

// origin names the row a value came from, for the end of a message.
func (s *scope) origin() string {
	for ; s != nil; s = s.parent {
		if s.row != nil && s.row.src != nil {
			return fmt.Sprintf(" (row %s:%d)", s.row.src.name, s.row.line)
		}
	}
	return ""
}

// find returns the scope that binds a name, and where in it.
func (s *scope) find(name string) (at *scope, i int) {
	for at = s; at != nil; at = at.parent {
		if at.row != nil {
			i = slices.Index(at.row.names, name)
		} else {
			i = slices.IndexFunc(at.vars, func(e Entry) bool { return e.Key == name })
		}
		if i >= 0 {
			return at, i
		}
	}
	return nil, 0
}

// cell returns the value of a variable that is plain text of a row file; the
// thousands of rows of such files are why it is not simply a Node.
func (s *scope) cell(name string) (text string, at *scope) {
	if at, i := s.find(name); at != nil && at.row != nil {
		if text, ok := at.row.cell(i); ok {
			return text, at
		}
	}
	return "", nil
}

// lookup finds a variable. Its own ${...} are read in the scope it was asked
// for in, so that a suite's variable may use a row's columns.
func (s *scope) lookup(name string) (Node, bool) {
	at, i := s.find(name)
	switch {
	case at == nil:
		return Node{}, false
	case at.row != nil:
		return at.row.node(i), true
	}
	inner := *s
	inner.nested++
	return at.vars[i].Value.with(&inner), true
}

// known lists what may be referred to.
func (s *scope) known() []string {
	var names []string
	for ; s != nil; s = s.parent {
		if s.row != nil {
			names = append(names, s.row.names...)
		}
		for _, e := range s.vars {
			names = append(names, e.Key)
		}
	}
	return names
}

// whole returns the list or map that a plain `${name}` stands for.
func (s *scope) whole(n Node) (Node, bool) {
	name, ok := wholeName(n)
	if !ok || s.nested >= maxNestedList {
		return Node{}, false
	}
	if _, cell := s.cell(name); cell != nil {
		return Node{}, false
	}
	value, ok := s.lookup(name)
	if !ok {
		return Node{}, false
	}
	value = value.resolve()
	return value, value.y.Kind != yaml.ScalarNode
}

// wholeName returns the name when a scalar consists of one ${name}.
func wholeName(n Node) (string, bool) {
	v := n.y.Value
	if n.y.Kind != yaml.ScalarNode || !strings.HasPrefix(v, "${") || strings.IndexByte(v, '}') != len(v)-1 {
		return "", false
	}
	return strings.TrimSpace(v[2 : len(v)-1]), true
}

// writer returns the file that wrote the text of n: that of the variable where
// n is no more than one ${name}.
func (s *scope) writer(n Node) *source {
	if name, ok := wholeName(n); ok && s != nil && s.nested < maxNested {
		if _, cell := s.cell(name); cell != nil {
			return cell.row.src
		}
		if value, ok := s.lookup(name); ok {
			value.y = unalias(value.y)
			return value.scope.writer(value)
		}
	}
	return n.src
}

// expand replaces every ${...} of a scalar; $${ stands for a literal ${.
func (s *scope) expand(n Node) (string, error) {
	references := 0
	return s.expandCounting(n, &references)
}

func (s *scope) expandCounting(n Node, references *int) (string, error) {
	var b strings.Builder
	rest := n.y.Value
	for {
		before, after, found := strings.Cut(rest, "${")
		if !found {
			b.WriteString(rest)
			return b.String(), nil
		}
		if strings.HasSuffix(before, "$") {
			b.WriteString(before[:len(before)-1] + "${")
			rest = after
			continue
		}
		b.WriteString(before)
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return "", n.Errorf("close it with }, or write $${ for a literal ${", "${ is not closed")
		}
		value, err := s.reference(n, strings.TrimSpace(name), references)
		if err != nil {
			return "", err
		}
		if *references++; *references > maxReferences || b.Len()+len(value) > maxText {
			return "", n.Errorf("", "${...} makes more than %d bytes or %d replacements here", maxText, maxReferences)
		}
		b.WriteString(value)
		rest = tail
	}
}

// reference returns the text of ${name} in n.
func (s *scope) reference(n Node, name string, references *int) (string, error) {
	if key, ok := strings.CutPrefix(name, "env:"); ok {
		return s.environ(n, key)
	}
	if s.nested > maxNested {
		return "", n.Errorf("", "${%s} refers to itself through other variables", name)
	}
	if text, cell := s.cell(name); cell != nil {
		return text, nil
	}
	value, ok := s.lookup(name)
	if !ok {
		return "", n.Errorf(s.unknownHint(name), "unknown variable ${%s}", name)
	}
	value = value.resolve()
	if value.y.Kind != yaml.ScalarNode {
		if s.nested >= maxNestedList {
			return "", n.Errorf("", "${%s} is %s that refers to itself, or too deep within other variables", name, value.Kind())
		}
		return "", n.Errorf("use it alone, without other text", "${%s} is %s, which cannot stand within text", name, value.Kind())
	}
	if value.scope == nil {
		return value.y.Value, nil
	}
	return value.scope.expandCounting(value, references)
}

func (s *scope) unknownHint(name string) string {
	known := s.known()
	if len(known) == 0 {
		return fmt.Sprintf("define it under vars or in rows; write $${%s} for literal text", name)
	}
	return DidYouMean(name, known)
}

// unresolved returns what is wrong with the ${...} of a scalar itself.
func (n Node) unresolved() error {
	if n.scope == nil || n.y == nil {
		return nil
	}
	n = n.resolve()
	if n.scope == nil || n.y.Kind != yaml.ScalarNode || !strings.Contains(n.y.Value, "${") {
		return nil
	}
	_, err := n.scope.expand(n)
	return err
}

// Check returns the mistakes in ${...} anywhere below n. Decode calls it for
// what it reads; it is for those who keep a Node to read it later.
func (n Node) Check() error {
	var p problems
	n.check(&p)
	return p.err()
}

func (n Node) check(p *problems) {
	if n.scope == nil {
		return
	}
	switch n = n.resolve(); n.Kind() {
	case Map:
		for _, e := range n.Entries() {
			e.Value.check(p)
		}
	case List:
		for _, item := range n.Items() {
			item.check(p)
		}
	case Scalar:
		p.add(n.unresolved())
	}
}
