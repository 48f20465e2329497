package catalog

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Input is a name that a metric takes.
type Input struct {
	Name     string `json:"name"`
	Type     string `json:"type"` // "text", "list of numbers", "list of {prediction, answer}"
	Optional bool   `json:"optional,omitempty"`
}

// evaluator computes a value from inputs, whose names it knows.
type evaluator struct {
	inputs []Input
	eval   func(json.RawMessage) (any, error)
}

// on makes an evaluator out of a function that takes decoded inputs. A field that is a pointer, or says omitempty, is
// optional; other names that are missing are a mistake, as are unknown ones.
func on[T any](f func(T) (any, error)) evaluator {
	t := reflect.TypeFor[T]()
	return evaluator{inputsOf(t), func(inputs json.RawMessage) (any, error) {
		var given any
		if err := json.Unmarshal(inputs, &given); err != nil {
			return nil, fmt.Errorf("inputs: %w", err)
		}
		if err := checkNames(t, given, top); err != nil {
			return nil, err
		}
		var in T
		if err := json.Unmarshal(inputs, &in); err != nil {
			return nil, fmt.Errorf("inputs: %w", err)
		}
		return f(in)
	}}
}

// top is where the names of a metric are told to be wrong.
const top = "inputs"

var decodesItself = reflect.TypeFor[json.Unmarshaler]()

// inputsOf lists the names a struct is decoded from.
func inputsOf(t reflect.Type) []Input {
	var all []Input
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" {
			all = append(all, Input{name, typeName(f.Type), f.Type.Kind() == reflect.Pointer || strings.Contains(options, "omitempty")})
		}
	}
	return all
}

// typeNames are those of types that decode themselves.
var typeNames = map[reflect.Type]string{
	reflect.TypeFor[text](): "text", reflect.TypeFor[textList](): "text or list of texts", reflect.TypeFor[oneOrMany](): "text or list of texts",
	reflect.TypeFor[truth](): "number or true or false", reflect.TypeFor[choices](): "map of letters to texts", reflect.TypeFor[letters](): "list of letters, or a map of them",
	reflect.TypeFor[identified](): "list of texts, or of {id, text}", reflect.TypeFor[json.RawMessage](): "any", reflect.TypeFor[json.Number](): "number",
	reflect.TypeFor[figure](): "number", reflect.TypeFor[whole](): "whole number", reflect.TypeFor[key](): "text",
	reflect.TypeFor[rating](): "number or text", reflect.TypeFor[tunable](): `number or "tuned"`,
}

func typeName(t reflect.Type) string {
	switch name := typeNames[t]; {
	case name != "":
		return name
	case t.Kind() == reflect.Pointer:
		return typeName(t.Elem())
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		return "list of " + typeName(t.Elem())
	case t.Kind() == reflect.Struct:
		return "{" + namesOf(inputsOf(t)) + "}"
	case t.Kind() == reflect.Map:
		return "map to " + typeName(t.Elem())
	case t.Kind() == reflect.String:
		return "text"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Interface:
		return "any"
	}
	return "number"
}

// namesOf writes the names of inputs, "threshold?" for an optional one.
func namesOf(inputs []Input) string {
	names := make([]string, len(inputs))
	for i, in := range inputs {
		names[i] = in.Name
		if in.Optional {
			names[i] += "?"
		}
	}
	return strings.Join(names, ", ")
}

// checkNames refuses names that a type does not have, and those that are missing, in lists too.
func checkNames(t reflect.Type, given any, where string) error {
	switch {
	case t.Kind() == reflect.Pointer:
		return checkNames(t.Elem(), given, where)
	case reflect.PointerTo(t).Implements(decodesItself):
		return nil
	case t.Kind() == reflect.Slice:
		items, _ := given.([]any) // of another type, decoding says what is wrong
		for i := range items {
			if err := checkNames(t.Elem(), items[i], fmt.Sprintf("%s[%d]", where, i)); err != nil {
				return err
			}
		}
		return nil
	case t.Kind() != reflect.Struct:
		return nil
	}
	object, ok := given.(map[string]any)
	if !ok {
		return nil
	}
	if err := compareNames(inputsOf(t), object, where, where == top); err != nil {
		return err
	}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if v, ok := object[name]; ok {
			if err := checkNames(f.Type, v, where+"."+name); err != nil {
				return err
			}
		}
	}
	return nil
}

// compareNames lets the rows of a data set have columns that a metric does not read.
func compareNames(inputs []Input, given map[string]any, where string, strict bool) error {
	var wrong []string
	for name := range given {
		if strict && !slices.ContainsFunc(inputs, func(in Input) bool { return in.Name == name }) {
			wrong = append(wrong, fmt.Sprintf("%q is unknown", name))
		}
	}
	slices.Sort(wrong)
	for _, in := range inputs {
		if _, ok := given[in.Name]; !ok && !in.Optional {
			wrong = append(wrong, fmt.Sprintf("%q is missing", in.Name))
		}
	}
	if wrong == nil {
		return nil
	}
	return fmt.Errorf("%s: %s; the names are %s", where, strings.Join(wrong, ", "), namesOf(inputs))
}
