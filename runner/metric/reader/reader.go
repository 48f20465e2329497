// Package reader reads points and boxes out of answers exactly as particular toolkits do, quirks included, so that
// their scores can be reproduced. To read an answer for a test, use package runner/point, which guesses less.
//
// Coordinates are x right, y down. Each function says what it returns: pixels, fractions, or numbers as written.
package reader

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/big"
	"regexp"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// digit and space are Python's \d and \s in RE2.
const (
	digit = `\p{Nd}`
	space = `[` + pytext.Space + `]`
)

var errMalformed = errors.New("the original reader fails on this answer")

func compile(parts ...string) *regexp.Regexp { return regexp.MustCompile(strings.Join(parts, "")) }

// number reads text that a pattern has already recognised as a number.
func number(text string) float64 {
	x, _ := pytext.Float(text)
	return x
}

// roundHalfEven is Python's round and numpy's: to the nearest integer, halves to even.
func roundHalfEven(x float64) int { return int(math.RoundToEven(x)) }

// decodeJSON is json.loads: it returns what pytext.Literal returns. Objects keep their order.
func decodeJSON(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := jsonValue(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errMalformed
	}
	return v, nil
}

func jsonValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return jsonList(d)
		}
		return jsonObject(d)
	case json.Number:
		if n, ok := new(big.Int).SetString(t.String(), 10); ok {
			return n, nil
		}
		return number(t.String()), nil
	}
	return t, nil // string, bool or nil
}

func jsonList(d *json.Decoder) (any, error) {
	out := []any{}
	for d.More() {
		v, err := jsonValue(d)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err := d.Token()
	return out, err
}

func jsonObject(d *json.Decoder) (any, error) {
	out := pytext.Dict{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := jsonValue(d)
		if err != nil {
			return nil, err
		}
		out = append(out, struct{ Key, Value any }{key, v})
	}
	_, err := d.Token()
	return out, err
}

// isNumber is isinstance(v, (int, float)); a bool is an int in Python.
func isNumber(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case *big.Int:
		f, _ := new(big.Float).SetInt(x).Float64()
		return f, true
	case bool:
		if x {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// toFloat is float(v), which also reads text.
func toFloat(v any) (float64, bool) {
	if s, ok := v.(string); ok {
		return pytext.Float(s)
	}
	return isNumber(v)
}

// Sequence is the items of a list or tuple.
func Sequence(v any) ([]any, bool) {
	switch x := v.(type) {
	case []any:
		return x, true
	case pytext.Tuple:
		return x, true
	}
	return nil, false
}

// Floats is float() of every item; ok is false where Python raises an error.
func Floats(items []any) ([]float64, bool) {
	out := make([]float64, len(items))
	for i, v := range items {
		x, ok := toFloat(v)
		if !ok {
			return nil, false
		}
		out[i] = x
	}
	return out, true
}

func box(items []any) (b [4]float64, ok bool) {
	v, ok := Floats(items)
	if !ok || len(v) != 4 {
		return b, false
	}
	return [4]float64(v), true
}
