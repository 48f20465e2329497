package spec

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// field is a key a struct takes, as its tags say.
type field struct {
	name     string
	index    []int
	required bool
	later    bool
	tag      reflect.StructTag
	typ      reflect.Type
}

// hint says what to write where the key is missing.
func (f field) hint() string {
	if doc := f.tag.Get("doc"); doc != "" {
		return f.name + " is " + doc
	}
	return ""
}

var fieldCache sync.Map // reflect.Type to []field

// fieldsOf lists the keys of a struct in the order declared.
func fieldsOf(t reflect.Type) []field {
	if cached, ok := fieldCache.Load(t); ok {
		return cached.([]field)
	}
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case strings.Contains(options, "inline"):
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				fields = append(fields, inner)
			}
		case f.IsExported() && name != "-":
			if name == "" {
				name = strings.ToLower(f.Name)
			}
			fields = append(fields, field{
				name: name, index: f.Index, tag: f.Tag, typ: f.Type,
				required: f.Tag.Get("required") == "true",
				later:    f.Tag.Get("later") == "true",
			})
		}
	}
	fieldCache.Store(t, fields)
	return fields
}

func namesOf(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

func indexOf(fields []field, name string) int {
	for i := range fields {
		if fields[i].name == name {
			return i
		}
	}
	return -1
}

// checkRange applies min, max and above.
func (p *problems) checkRange(n Node, f float64, tag reflect.StructTag) {
	least, hasLeast := bound(tag, "min")
	above, hasAbove := bound(tag, "above")
	limit, hasLimit := bound(tag, "max")
	if hasLeast && f < least || hasAbove && f <= above || hasLimit && f > limit {
		p.add(n.Errorf("", "%s is out of range: expected %s", n.Text(), rangeText(tag)))
	}
}

func bound(tag reflect.StructTag, key string) (float64, bool) {
	f, err := strconv.ParseFloat(tag.Get(key), 64)
	return f, err == nil
}

func rangeText(tag reflect.StructTag) string {
	var parts []string
	if s := tag.Get("min"); s != "" {
		parts = append(parts, "at least "+s)
	}
	if s := tag.Get("above"); s != "" {
		parts = append(parts, "more than "+s)
	}
	if s := tag.Get("max"); s != "" {
		parts = append(parts, "at most "+s)
	}
	return strings.Join(parts, " and ")
}

func (p *problems) checkEnum(n Node, s string, tag reflect.StructTag) {
	list := tag.Get("enum")
	if list == "" {
		return
	}
	known := strings.Split(list, "|")
	if slices.Contains(known, s) {
		return
	}
	p.add(n.Errorf(DidYouMean(s, known), "expected one of %s, got %s", strings.Join(known, ", "), describe(n)))
}
