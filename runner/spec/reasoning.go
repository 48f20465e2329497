package spec

import (
	"reflect"

	"github.com/vlmspec/vlmspec/runner/reasoning"
)

// reasoningRule is how reasoning is marked; nil is not given.
type reasoningRule struct{ rule *reasoning.Rule }

type reasoningMarks struct {
	Open  string `yaml:"open" doc:"what stands before the reasoning; left out, the reasoning begins with the answer, as where the chat template opens it"`
	Close string `yaml:"close" required:"true" doc:"what stands after the reasoning"`
}

// DecodeNode implements [Decoder].
func (r *reasoningRule) DecodeNode(n Node) error {
	if n.Kind() == Map {
		var m reasoningMarks
		if err := n.Decode(&m); err != nil {
			return err
		}
		if m.Close == "" {
			return n.Get("close").Errorf("write {open: <think>, close: </think>}", "close is empty")
		}
		if m.Open == m.Close {
			return n.Get("close").Errorf("", "open and close are the same")
		}
		r.rule = &reasoning.Rule{Open: m.Open, Close: m.Close}
		return nil
	}
	switch text := n.Text(); text {
	case "auto":
		r.rule = &reasoning.Rule{}
	case "keep":
		r.rule = &reasoning.Rule{Keep: true}
	default:
		return n.Errorf("write {open: <think>, close: </think>}, keep or auto", "expected how the reasoning is marked, got %s", describe(n))
	}
	return nil
}

// JSONSchema implements [Schemer].
func (*reasoningRule) JSONSchema() map[string]any {
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "string", "enum": []any{"auto", "keep"}},
		SchemaOf(reflect.TypeFor[reasoningMarks]()),
	}}
}

// over is the first rule that is given: that of the case, else that of the backend.
func (r reasoningRule) over(b Backend) reasoning.Rule {
	if r.rule != nil {
		return *r.rule
	}
	return b.Reasoning
}
