package spec

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
)

// Decoder is a type that reads itself from a Node, for values that may be
// written in more than one way. Implement Schemer too, so that the JSON Schema
// says the same.
type Decoder interface{ DecodeNode(n Node) error }

// Decode reads the node into what into points to, strictly at every depth:
// an unknown key, a missing one, a value of the wrong type or out of range is
// an *[Error] at its place; several are [Errors].
//
// Structs take their keys from `yaml:"name"` (",inline" lifts the fields of an
// embedded struct), and rules from `required:"true"`, `min:"0"`, `max:"1"`,
// `above:"0"` (more than) and `enum:"a|b"`. `doc:"one line"` goes into hints and
// into the JSON Schema (see [SchemaOf]), which knows all of these tags.
//
// Text takes any scalar as written. Numbers take unquoted ones only, but
// "${x}" may be quoted, as some editors want it; a
// [time.Duration] takes 1m30s. Fields of type Node, any, [Decoder], pointer,
// slice, array and map[string]T are read as one would expect. A field with
// `later:"true"` is a key of a feature to come, and an error that says so.
// An empty value is a mistake for all but Node, any and Decoder.
func (n Node) Decode(into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("spec: Decode into %T, which is not a pointer", into))
	}
	var p problems
	p.decode(n, v.Elem(), "")
	return p.err()
}

var (
	nodeType     = reflect.TypeFor[Node]()
	anyType      = reflect.TypeFor[any]()
	durationType = reflect.TypeFor[time.Duration]()
)

// DecodeField reads n as the value of one key of the struct that into points to,
// by the rules of that key.
func (n Node) DecodeField(into any, key string) error {
	v := reflect.ValueOf(into).Elem()
	fields := fieldsOf(v.Type())
	i := indexOf(fields, key)
	if i < 0 {
		panic("spec: " + v.Type().String() + " has no key " + key)
	}
	var p problems
	p.decode(n, v.FieldByIndex(fields[i].index), fields[i].tag)
	return p.err()
}

// decode reads n into v under the rules of a field's tag.
func (p *problems) decode(n Node, v reflect.Value, tag reflect.StructTag) {
	if v.Type() == nodeType {
		v.Set(reflect.ValueOf(n))
		return
	}
	if d, ok := reflect.TypeAssert[Decoder](v.Addr()); ok {
		p.add(d.DecodeNode(n))
		return
	}
	if err := n.unresolved(); err != nil {
		p.add(err)
		return
	}
	switch {
	case v.Type() == anyType:
		p.decodeAny(n, v)
		return
	case v.Type() == durationType:
		p.decodeDuration(n, v, tag)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		p.decode(n, v.Elem(), tag)
	case reflect.Struct:
		p.decodeStruct(n, v)
	case reflect.Slice, reflect.Array:
		p.decodeList(n, v, tag)
	case reflect.Map:
		p.decodeMap(n, v, tag)
	default:
		p.decodeScalar(n, v, tag)
	}
}

func (p *problems) decodeAny(n Node, v reflect.Value) {
	if err := n.Check(); err != nil {
		p.add(err)
		return
	}
	if a := n.Any(); a != nil {
		v.Set(reflect.ValueOf(a))
	}
}

func (p *problems) decodeStruct(n Node, v reflect.Value) {
	if n.Kind() != Map {
		p.wrongType(n, "a map")
		return
	}
	fields := fieldsOf(v.Type())
	seen := make([]bool, len(fields))
	for _, e := range n.Entries() {
		i := indexOf(fields, e.Key)
		if i < 0 {
			p.add(e.KeyNode.Errorf(DidYouMean(e.Key, namesOf(fields)), "unknown key %q", e.Key))
			continue
		}
		seen[i] = true
		if fields[i].later {
			p.add(e.KeyNode.Errorf("remove it for now", "%s is not built yet", e.Key))
			continue
		}
		p.decode(e.Value, v.FieldByIndex(fields[i].index), fields[i].tag)
	}
	for i, f := range fields {
		if f.required && !seen[i] {
			p.add(n.Errorf(f.hint(), "key %q is missing", f.name))
		}
	}
}

func (p *problems) decodeList(n Node, v reflect.Value, tag reflect.StructTag) {
	if n.Kind() != List {
		p.wrongType(n, "a list")
		return
	}
	items := n.Items()
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	} else if v.Len() != len(items) {
		p.add(n.Errorf("", "expected %d values, got %d", v.Len(), len(items)))
		return
	}
	for i, item := range items {
		p.decode(item, v.Index(i), tag)
	}
}

func (p *problems) decodeMap(n Node, v reflect.Value, tag reflect.StructTag) {
	if n.Kind() != Map {
		p.wrongType(n, "a map")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range n.Entries() {
		value := reflect.New(v.Type().Elem()).Elem()
		p.decode(e.Value, value, tag)
		v.SetMapIndex(reflect.ValueOf(e.Key), value)
	}
}

func (p *problems) decodeDuration(n Node, v reflect.Value, tag reflect.StructTag) {
	d, err := time.ParseDuration(n.Text())
	if n.Kind() != Scalar || err != nil {
		p.wrongType(n, "a duration such as 30s or 1m30s")
		return
	}
	if d < 0 {
		p.add(n.Errorf("", "%s is negative", n.Text()))
	} else {
		p.checkRange(n, d.Seconds(), tag)
	}
	v.SetInt(int64(d))
}

func (p *problems) decodeScalar(n Node, v reflect.Value, tag reflect.StructTag) {
	want := wanted(v.Kind())
	if n.Kind() != Scalar {
		p.wrongType(n, want)
		return
	}
	s := n.resolve().scalar()
	switch v.Kind() {
	case reflect.String:
		v.SetString(s.text)
		p.checkEnum(n, s.text, tag)
	case reflect.Bool:
		if s.kind != boolean {
			p.wrongType(n, want)
			return
		}
		v.SetBool(strings.EqualFold(s.text, "true"))
	default:
		f, ok := s.number()
		if s.kind != number && !s.replaced || !ok || !setNumber(v, f) {
			p.wrongType(n, want)
			return
		}
		p.checkRange(n, f, tag)
	}
}

func wanted(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number from 0"
	default:
		return "a whole number"
	}
}

// setNumber reports whether f fits v exactly.
func setNumber(v reflect.Value, f float64) bool {
	whole := f == math.Trunc(f) && math.Abs(f) <= 1<<53
	switch {
	case v.CanFloat():
		v.SetFloat(f)
		return true
	case v.CanInt():
		if !whole || v.OverflowInt(int64(f)) {
			return false
		}
		v.SetInt(int64(f))
		return true
	case v.CanUint():
		if !whole || f < 0 || v.OverflowUint(uint64(f)) {
			return false
		}
		v.SetUint(uint64(f))
		return true
	}
	panic("spec: Decode into a " + v.Type().String())
}

func (p *problems) wrongType(n Node, want string) {
	hint := ""
	if s := n.resolve(); s.Kind() == Scalar && s.scalar().quoted && !s.scalar().replaced && want != "text" {
		if _, ok := s.scalar().number(); ok {
			hint = "remove the quotes"
		}
	}
	p.add(n.Errorf(hint, "expected %s, got %s", want, describe(n)))
}
