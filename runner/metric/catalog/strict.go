package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/vlmspec/vlmspec/runner/stats"
)

// strictly is [on] for functions whose inputs a null never stands for, but where they are optional: the types below
// refuse one too, where encoding/json would leave a zero.
func strictly[T any](f func(T) (any, error)) evaluator {
	e := on(f)
	eval := e.eval
	e.eval = func(inputs json.RawMessage) (any, error) {
		var given map[string]json.RawMessage
		if err := json.Unmarshal(inputs, &given); err != nil {
			return nil, fmt.Errorf("inputs: %w", err)
		}
		for _, in := range e.inputs {
			if v, ok := given[in.Name]; ok && !in.Optional && isNull(v) {
				return nil, fmt.Errorf("inputs.%s is null: want %s", in.Name, in.Type)
			}
		}
		return eval(inputs)
	}
	return e
}

func isNull(b []byte) bool { return string(bytes.TrimSpace(b)) == "null" }

// figure is a JSON number, or true or false for 1 and 0.
type figure float64

func (x *figure) UnmarshalJSON(b []byte) error {
	if isNull(b) {
		return fmt.Errorf("want a number, not null")
	}
	return (*truth)(x).UnmarshalJSON(b)
}

func reals(xs []figure) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = float64(x)
	}
	return out
}

// whole is a JSON number without a fraction.
type whole int

func (n *whole) UnmarshalJSON(b []byte) error {
	var x float64
	if isNull(b) || json.Unmarshal(b, &x) != nil || x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		return fmt.Errorf("want a whole number, not %s", b)
	}
	*n = whole(x)
	return nil
}

// key is a JSON text or number that says what belongs together.
type key string

func (k *key) UnmarshalJSON(b []byte) error {
	if isNull(b) {
		return fmt.Errorf("want a text, not null")
	}
	s, err := scalarText(b)
	*k = key(s)
	return err
}

func keys(ks []key) []string {
	out := make([]string, len(ks))
	for i, k := range ks {
		out[i] = string(k)
	}
	return out
}

// rating is a JSON number or text.
type rating stats.Label

func (r *rating) UnmarshalJSON(b []byte) error {
	var s string
	switch {
	case isNull(b):
		return fmt.Errorf("want a label, not null")
	case json.Unmarshal(b, &s) == nil:
		*r = rating(stats.TextLabel(s))
		return nil
	}
	var x truth
	err := x.UnmarshalJSON(b)
	*r = rating(stats.NumberLabel(float64(x)))
	return err
}

func labels(rs []rating) []stats.Label {
	out := make([]stats.Label, len(rs))
	for i, r := range rs {
		out[i] = stats.Label(r)
	}
	return out
}

// tunable is a JSON number, or "tuned".
type tunable struct{ value *float64 }

func (t *tunable) UnmarshalJSON(b []byte) error {
	if strings.TrimSpace(string(b)) == `"tuned"` {
		return nil
	}
	var x float64
	if isNull(b) || json.Unmarshal(b, &x) != nil {
		return fmt.Errorf(`want a number or "tuned", not %s`, b)
	}
	t.value = &x
	return nil
}
