package spec

import "reflect"

// MaxRepeat is the most samples that a case can have.
const MaxRepeat = 100_000

// repeat is how many samples a case has: a number, or at most so many.
type repeat struct {
	samples int
	decided bool
	// confidence of a rate that is looked at after every sample; 0 for none.
	confidence float64
}

type repeatUntil struct {
	Max   int    `yaml:"max" required:"true" min:"1" max:"100000" doc:"most samples"`
	Until string `yaml:"until" required:"true" enum:"decided|rate" doc:"decided stops as soon as the samples that are left cannot change whether the case passes; rate as soon as the share of require is shown to be met or missed"`
	// Confidence is how sure the rate must be.
	Confidence *float64 `yaml:"confidence" above:"0" max:"0.9999" doc:"of until: rate; 0.95 when not given. It holds although one looks after every sample"`
}

// DecodeNode implements [Decoder].
func (r *repeat) DecodeNode(n Node) error {
	if n.Kind() == Map {
		var u repeatUntil
		if err := n.Decode(&u); err != nil {
			return err
		}
		switch {
		case u.Until == "rate" && u.Confidence == nil:
			*r = repeat{u.Max, false, 0.95}
		case u.Until == "rate":
			*r = repeat{u.Max, false, *u.Confidence}
		case u.Confidence != nil:
			return n.Get("confidence").Errorf("leave it out", "until: decided is certain, and takes no confidence")
		default:
			*r = repeat{u.Max, true, 0}
		}
		return nil
	}
	var samples int
	if err := n.Decode(&samples); err != nil {
		return err
	}
	if samples < 1 || samples > MaxRepeat {
		return n.Errorf("", "%d is out of range: expected at least 1 and at most %d", samples, MaxRepeat)
	}
	*r = repeat{samples, false, 0}
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
