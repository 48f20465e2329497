package secret

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
)

// Clean returns a value with every secret in its strings hidden, those in maps,
// keys too, and in interfaces. What holds none is shared with the value, which is
// never changed. Fields that are not exported are left alone.
func Clean[T any](s *Set, v T) T {
	if s == nil {
		return v
	}
	in := reflect.ValueOf(&v).Elem()
	if out, changed := s.clean(in); changed {
		return out.Interface().(T)
	}
	return v
}

// clean returns a copy of a value where something in it is hidden.
func (s *Set) clean(v reflect.Value) (out reflect.Value, changed bool) {
	switch v.Kind() {
	case reflect.String:
		return s.cleanString(v)
	case reflect.Pointer, reflect.Interface:
		return s.cleanBehind(v)
	case reflect.Struct:
		return s.cleanFields(v)
	case reflect.Array:
		return s.cleanArray(v)
	case reflect.Slice:
		if v.Len() == 0 {
			return v, false
		}
		return s.cleanSlice(v)
	case reflect.Map:
		return s.cleanMap(v)
	}
	return v, false
}

func (s *Set) cleanString(v reflect.Value) (reflect.Value, bool) {
	hidden := s.Hide(v.String())
	if hidden == v.String() {
		return v, false
	}
	return reflect.ValueOf(hidden).Convert(v.Type()), true
}

func (s *Set) cleanBehind(v reflect.Value) (reflect.Value, bool) {
	if v.IsNil() {
		return v, false
	}
	if v.Kind() == reflect.Interface {
		if n, ok := number(v.Elem()); ok && s.In(n) {
			return reflect.ValueOf(Mask), true
		}
	}
	inner, changed := s.clean(v.Elem())
	if !changed || v.Kind() == reflect.Interface {
		return inner, changed
	}
	out := reflect.New(v.Type().Elem())
	out.Elem().Set(inner)
	return out, true
}

// number is how a number of a JSON value is written.
func number(v reflect.Value) (string, bool) {
	if !v.CanInt() && !v.CanUint() && !v.CanFloat() {
		return "", false
	}
	data, err := json.Marshal(v.Interface())
	if err != nil {
		return fmt.Sprint(v.Interface()), true
	}
	return string(data), true
}

// cleanFields cleans the exported fields of a struct.
func (s *Set) cleanFields(v reflect.Value) (reflect.Value, bool) {
	out, changed := v, false
	for _, i := range fieldsOf(v.Type()) {
		cleaned, other := s.clean(v.Field(i))
		if !other {
			continue
		}
		if !changed {
			out, changed = reflect.New(v.Type()).Elem(), true
			out.Set(v)
		}
		out.Field(i).Set(cleaned)
	}
	return out, changed
}

var fields sync.Map // by type: the indexes of its fields in which text can be

func fieldsOf(t reflect.Type) []int {
	if known, ok := fields.Load(t); ok {
		return known.([]int)
	}
	var all []int
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && text(f.Type, map[reflect.Type]bool{t: true}) {
			all = append(all, i)
		}
	}
	fields.Store(t, all)
	return all
}

// text reports whether text can be in a value of a type; a type within itself may
// have some.
func text(t reflect.Type, within map[reflect.Type]bool) bool {
	switch t.Kind() {
	case reflect.String, reflect.Interface:
		return true
	case reflect.Slice, reflect.Array, reflect.Pointer:
		return t.Elem().Kind() == reflect.Uint8 || text(t.Elem(), within)
	case reflect.Map:
		return text(t.Key(), within) || text(t.Elem(), within)
	case reflect.Struct:
		if within[t] {
			return true
		}
		within[t] = true
		for f := range t.Fields() {
			if f.IsExported() && text(f.Type, within) {
				return true
			}
		}
	}
	return false
}

func (s *Set) cleanArray(v reflect.Value) (reflect.Value, bool) {
	out := reflect.New(v.Type()).Elem()
	changed := false
	for i := range v.Len() {
		cleaned, other := s.clean(v.Index(i))
		out.Index(i).Set(cleaned)
		changed = changed || other
	}
	return out, changed
}

func (s *Set) cleanSlice(v reflect.Value) (reflect.Value, bool) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		hidden := s.Hide(string(v.Bytes()))
		if hidden == string(v.Bytes()) {
			return v, false
		}
		return reflect.ValueOf([]byte(hidden)).Convert(v.Type()), true
	}
	out, changed := v, false
	for i := range v.Len() {
		cleaned, other := s.clean(v.Index(i))
		if !other {
			continue
		}
		if !changed {
			out, changed = reflect.MakeSlice(v.Type(), v.Len(), v.Len()), true
			reflect.Copy(out, v)
		}
		out.Index(i).Set(cleaned)
	}
	return out, changed
}

func (s *Set) cleanMap(v reflect.Value) (out reflect.Value, changed bool) {
	for entries := v.MapRange(); entries.Next(); {
		key, otherKey := s.clean(entries.Key())
		value, otherValue := s.clean(entries.Value())
		if !otherKey && !otherValue {
			continue
		}
		if !changed {
			out, changed = reflect.MakeMapWithSize(v.Type(), v.Len()), true
			for all := v.MapRange(); all.Next(); {
				out.SetMapIndex(all.Key(), all.Value())
			}
		}
		out.SetMapIndex(entries.Key(), reflect.Value{})
		out.SetMapIndex(key, value)
	}
	if !changed {
		return v, false
	}
	return out, true
}
