package spec

import (
	"fmt"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"
)

// Node is a piece of YAML that knows where it was written. Other packages
// decode it with [Node.Decode] and complain about it with [Node.Errorf],
// without importing YAML. Anchors, aliases and merge keys are resolved, and
// ${...} is replaced by its value wherever a Node is read.
//
// The zero Node is an absent one: its Kind is Null. A Node is never changed
// once made, so it is safe for concurrent use.
type Node struct {
	y     *yaml.Node
	src   *source
	scope *scope // what ${...} may refer to; nil leaves text as written
}

// source is the file a node was written in.
type source struct {
	name string // as shown to people
	dir  string // absolute folder of the file, which its paths are relative to
	root string // absolute folder of the project, which shown paths are relative to
}

// Kind is the shape of a Node.
type Kind int

// The kinds of Node. Null is an empty value or an absent Node.
const (
	Null Kind = iota
	Scalar
	List
	Map
)

func (k Kind) String() string {
	return [...]string{"nothing", "a scalar", "a list", "a map"}[k]
}

// Entry is a key of a map and its value.
type Entry struct {
	KeyNode Node // where the key stands
	Key     string
	Value   Node
}

// Pos says where the node begins.
func (n Node) Pos() Pos {
	var p Pos
	if n.src != nil {
		p.File = n.src.name
	}
	if n.y != nil {
		p.Line, p.Column = n.y.Line, n.y.Column
	}
	return p
}

// IsZero reports whether the node is absent: a key that was not given. An
// empty value (`key:`) is there, and its Kind is Null.
func (n Node) IsZero() bool { return n.y == nil }

// Kind returns the shape of the node.
func (n Node) Kind() Kind {
	n = n.resolve()
	switch {
	case n.y == nil:
		return Null
	case n.y.Kind == yaml.MappingNode:
		return Map
	case n.y.Kind == yaml.SequenceNode:
		return List
	case n.scope != nil && strings.Contains(n.y.Value, "${"):
		return Scalar
	case kindOfTag(n.y.ShortTag()) == null:
		return Null
	}
	return Scalar
}

// Entries returns the entries of a map in the order written, those of merge
// keys (<<) last. It is empty for anything but a map.
func (n Node) Entries() []Entry {
	n = n.resolve()
	if n.y == nil || n.y.Kind != yaml.MappingNode {
		return nil
	}
	return n.appendEntries(make([]Entry, 0, len(n.y.Content)/2), false)
}

// appendEntries adds the entries of a map; those already there win over a merge.
func (n Node) appendEntries(entries []Entry, merged bool) []Entry {
	var merges []Node
	for i := 0; i+1 < len(n.y.Content); i += 2 {
		key, value := n.at(n.y.Content[i]), n.at(n.y.Content[i+1])
		if isMerge(key.y) {
			merges = append(merges, value)
			continue
		}
		name := unalias(key.y).Value
		if !merged || !hasKey(entries, name) {
			entries = append(entries, Entry{KeyNode: key, Key: name, Value: value})
		}
	}
	for _, m := range merges {
		for _, source := range mergeSources(m) {
			entries = source.appendEntries(entries, true)
		}
	}
	return entries
}

func hasKey(entries []Entry, key string) bool {
	for _, e := range entries {
		if e.Key == key {
			return true
		}
	}
	return false
}

func mergeSources(n Node) []Node {
	n.y = unalias(n.y)
	if n.y.Kind == yaml.MappingNode {
		return []Node{n}
	}
	var sources []Node
	for _, c := range n.y.Content {
		sources = append(sources, n.at(unalias(c)))
	}
	return sources
}

// Get returns the value of a key of a map, the zero Node when it has none.
func (n Node) Get(key string) Node {
	for _, e := range n.Entries() {
		if e.Key == key {
			return e.Value
		}
	}
	return Node{src: n.src}
}

// Without is a map without one of its keys, for a map in which that is a name and the rest are words.
func (n Node) Without(key string) Node {
	n = n.resolve()
	if n.y == nil || n.y.Kind != yaml.MappingNode {
		return n
	}
	rest := *n.y
	rest.Content = nil
	for _, e := range n.Entries() {
		if e.Key != key {
			rest.Content = append(rest.Content, e.KeyNode.y, e.Value.y)
		}
	}
	return n.at(&rest)
}

// Items returns the items of a list, nil for anything else.
func (n Node) Items() []Node {
	n = n.resolve()
	if n.y == nil || n.y.Kind != yaml.SequenceNode {
		return nil
	}
	items := make([]Node, len(n.y.Content))
	for i, c := range n.y.Content {
		items[i] = n.at(c)
	}
	return items
}

// Text returns a scalar as written (0.50 stays "0.50"), "" for anything else.
func (n Node) Text() string {
	n = n.resolve()
	if n.y == nil || n.y.Kind != yaml.ScalarNode {
		return ""
	}
	return n.scalar().text
}

// Any returns the node in JSON types: nil, bool, float64, string, []any and
// map[string]any.
func (n Node) Any() any {
	n = n.resolve()
	switch n.Kind() {
	case Map:
		m := map[string]any{}
		for _, e := range n.Entries() {
			m[e.Key] = e.Value.Any()
		}
		return m
	case List:
		list := []any{}
		for _, item := range n.Items() {
			list = append(list, item.Any())
		}
		return list
	case Scalar:
		return n.scalar().value()
	}
	return nil
}

// Path reads a scalar as a path. abs is absolute; name is relative to the
// project, with slashes, for people. A path is relative to the file that wrote
// it: for `image: ${file}` with a column `file` of a .csv, that is the .csv.
func (n Node) Path() (abs, name string) {
	text, src := n.Text(), n.src
	if n.y != nil {
		src = n.scope.writer(n.at(unalias(n.y)))
	}
	if src == nil || filepath.IsAbs(text) {
		return filepath.Clean(text), filepath.ToSlash(filepath.Clean(text))
	}
	abs = filepath.Join(src.dir, filepath.FromSlash(text))
	return abs, shownName(src.root, abs)
}

// Errorf makes an Error about the node. hint may be empty.
func (n Node) Errorf(hint, format string, args ...any) *Error {
	what := fmt.Sprintf(format, args...)
	if n.scope != nil && n.y != nil && n.y.Kind == yaml.ScalarNode && strings.Contains(n.y.Value, "${") {
		what += n.scope.origin()
	}
	return &Error{Pos: n.Pos(), What: what, Hint: hint}
}

// at returns a child of n.
func (n Node) at(y *yaml.Node) Node { return Node{y: y, src: n.src, scope: n.scope} }

// resolve follows an alias, and a ${name} that stands for a list or a map.
func (n Node) resolve() Node {
	if n.y == nil {
		return n
	}
	n.y = unalias(n.y)
	if n.scope != nil && n.y.Kind == yaml.ScalarNode {
		if whole, ok := n.scope.whole(n); ok {
			return whole
		}
	}
	return n
}

func unalias(y *yaml.Node) *yaml.Node {
	for y.Kind == yaml.AliasNode {
		y = y.Alias
	}
	return y
}
