package spec

// expect is the list of checks of an answer. What a kind takes is for package
// check to say; here each entry must be a bare word or a map of one kind.
type expect []Node

func (x *expect) DecodeNode(n Node) error {
	if n.Kind() != List {
		return n.Errorf("write a list: - equals: red", "expected a list of checks, got %s", describe(n))
	}
	var p problems
	*x = n.Items()
	for _, entry := range *x {
		if err := checkEntry(entry); err != nil {
			p.add(err)
			continue
		}
		p.add(entry.Check())
	}
	if len(*x) == 0 {
		p.add(n.Errorf("a case that asserts nothing passes for the wrong reason", "the list of checks is empty"))
	}
	return p.err()
}

func checkEntry(n Node) error {
	if n.Kind() == Scalar && n.Text() != "" {
		return nil
	}
	if n.Kind() != Map {
		return n.Errorf("write equals: red", "expected a check, got %s", describe(n))
	}
	entries := n.Entries()
	switch {
	case len(entries) == 0:
		return n.Errorf("write equals: red", "expected a check, got an empty map")
	case len(entries) > 1:
		return entries[1].KeyNode.Errorf("begin another list item, or put the keys of a check inside it: "+entries[0].Key+": {...}",
			"a check has one kind, here are %q and %q", entries[0].Key, entries[1].Key)
	}
	return nil
}

// JSONSchema refers to what [Schema] defines.
func (*expect) JSONSchema() map[string]any {
	return map[string]any{"type": "array", "minItems": 1, "items": map[string]any{"$ref": "#/$defs/check"}}
}

// expectations are entries of `expect_metric`, which package gate reads.
type expectations []Node

// DecodeNode implements [Decoder].
func (x *expectations) DecodeNode(n Node) error {
	switch n.Kind() {
	case Map:
		*x = []Node{n}
	case List:
		*x = n.Items()
	default:
		return n.Errorf("write {mmmu: 38.8, within: 2.0, source: ...}", "expected a published score, got %s", describe(n))
	}
	return nil
}

// JSONSchema implements [Schemer].
func (*expectations) JSONSchema() map[string]any {
	one := map[string]any{"type": "object", "required": []any{"within", "source"}}
	return map[string]any{"anyOf": []any{one, map[string]any{"type": "array", "items": one}}}
}

// metrics are entries of `metrics`, which package gate reads.
type metrics []Node

// DecodeNode implements [Decoder].
func (m *metrics) DecodeNode(n Node) error {
	if n.Kind() != List {
		return n.Errorf("write - accuracy: {min: 0.9}", "expected a list of metrics, got %s", describe(n))
	}
	*m = n.Items()
	return nil
}

// JSONSchema implements [Schemer].
func (*metrics) JSONSchema() map[string]any {
	return map[string]any{"type": "array", "items": map[string]any{"type": []any{"string", "object"}}}
}
