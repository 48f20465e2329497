package check

import (
	"strings"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// texts is one text or a list of them.
type texts []string

// DecodeNode implements [spec.Decoder].
func (t *texts) DecodeNode(n spec.Node) error {
	if n.Kind() == spec.Scalar {
		var s string
		err := n.Decode(&s)
		*t = texts{s}
		return err
	}
	return n.Decode((*[]string)(t))
}

// JSONSchema implements [spec.Schemer].
func (*texts) JSONSchema() map[string]any {
	text := map[string]any{"type": []any{"string", "number", "boolean"}}
	return map[string]any{"anyOf": []any{text, map[string]any{"type": "array", "items": text, "minItems": 1}}}
}

func (t texts) check(n spec.Node) error {
	if len(t) == 0 {
		return n.Errorf("write [red, crimson]", "the list of texts is empty")
	}
	return nil
}

// String lists the texts for a sentence.
func (t texts) String() string {
	quoted := make([]string, 0, len(t))
	for _, s := range t {
		quoted = append(quoted, quote(s))
	}
	return shorten(strings.Join(quoted, ", "), 2*maxQuoted)
}
