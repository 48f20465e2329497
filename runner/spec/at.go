package spec

import "reflect"

// at is a value that remembers where it was written, for mistakes that show
// only later.
type at[T any] struct {
	Value T
	Node  Node
}

func (a *at[T]) DecodeNode(n Node) error {
	a.Node = n
	return n.Decode(&a.Value)
}

func (a *at[T]) JSONSchema() map[string]any { return SchemaOf(reflect.TypeFor[T]()) }
