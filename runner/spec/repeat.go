package spec

import "reflect"

// MaxRepeat is the most samples that a case can have.
const MaxRepeat = 100_000

// repeat is how many samples a case has: a number, or at most so many.
type repeat struct {
	samples int
	decided bool
}

type repeatUntil struct {
	Max   int    `yaml:"max" required:"true" min:"1" max:"100000" doc:"most samples"`
	Until string `yaml:"until" required:"true" enum:"decided" doc:"decided stops as soon as the samples that are left cannot change whether the case passes"`
}

// DecodeNode implements [Decoder].
func (r *repeat) DecodeNode(n Node) error {
	if n.Kind() == Map {
		var u repeatUntil
		if err := n.Decode(&u); err != nil {
			return err
		}
		*r = repeat{u.Max, true}
		return nil
	}
	var samples int
	if err := n.Decode(&samples); err != nil {
		return err
	}
	if samples < 1 || samples > MaxRepeat {
		return n.Errorf("", "%d is out of range: expected at least 1 and at most %d", samples, MaxRepeat)
	}
	*r = repeat{samples, false}
	return nil
}

// JSONSchema implements [Schemer].
func (*repeat) JSONSchema() map[string]any {
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "integer", "minimum": 1, "maximum": MaxRepeat},
		reference,
		SchemaOf(reflect.TypeFor[repeatUntil]()),
	}}
}
