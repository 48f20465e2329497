package secret

import (
	"encoding/json"
	"fmt"
	"reflect"
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
		return s.cleanEach(v, v.NumField(), reflect.Value.Field)
	case reflect.Array:
		return s.cleanEach(v, v.Len(), reflect.Value.Index)
	case reflect.Slice:
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

// cleanEach cleans the parts of a struct or array.
func (s *Set) cleanEach(v reflect.Value, n int, part func(reflect.Value, int) reflect.Value) (reflect.Value, bool) {
	out, changed := v, false
	for i := range n {
		if v.Kind() == reflect.Struct && !v.Type().Field(i).IsExported() {
			continue
		}
		cleaned, other := s.clean(part(v, i))
		if !other {
			continue
		}
		if !changed {
			out, changed = reflect.New(v.Type()).Elem(), true
			out.Set(v)
		}
		part(out, i).Set(cleaned)
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

func (s *Set) cleanMap(v reflect.Value) (reflect.Value, bool) {
	changed := false
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for entries := v.MapRange(); entries.Next(); {
		key, otherKey := s.clean(entries.Key())
		value, otherValue := s.clean(entries.Value())
		changed = changed || otherKey || otherValue
		out.SetMapIndex(key, value)
	}
	if !changed || v.IsNil() {
		return v, false
	}
	return out, true
}
