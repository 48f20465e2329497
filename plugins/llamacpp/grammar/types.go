package grammar

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// typed makes a rule of what the type of a schema, or one of its types, allows.
func (c *converter) typed(s map[string]any, where string) (string, error) {
	var types []string
	switch t := s["type"].(type) {
	case string:
		types = []string{t}
	case []any:
		for _, item := range t {
			types = append(types, fmt.Sprint(item))
		}
	case nil:
		if types = implied(s); types == nil {
			return "value", only(s, where)
		}
	}
	var all, known []string
	for _, t := range types {
		kind, ok := kinds[t]
		if !ok {
			return "", fmt.Errorf("%s has the type %q; expected %s", where, t, strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
		}
		body, err := kind.rule(c, s, where)
		if err != nil {
			return "", err
		}
		all, known = append(all, body), append(known, kind.keywords...)
	}
	if len(all) == 0 {
		return "", fmt.Errorf("%s has no type", where)
	}
	return strings.Join(all, " | "), only(s, where, append(known, "type")...)
}

// implied is the type of a schema that has keywords of one type only.
func implied(s map[string]any) []string {
	for _, name := range []string{"object", "array"} {
		if slices.ContainsFunc(kinds[name].keywords, func(key string) bool { _, ok := s[key]; return ok }) {
			return []string{name}
		}
	}
	return nil
}

// kind is a type of JSON.
type kind struct {
	rule     func(c *converter, s map[string]any, where string) (string, error)
	keywords []string // that it understands
}

// kinds is filled by init, because its rules use it.
var kinds map[string]kind

func init() {
	named := func(name string) kind {
		return kind{rule: func(*converter, map[string]any, string) (string, error) { return name, nil }}
	}
	kinds = map[string]kind{
		"array":   {(*converter).array, []string{"items", "minItems", "maxItems"}},
		"boolean": named("boolean"),
		"integer": {(*converter).integer, []string{"minimum", "maximum"}},
		"null":    named("null"),
		"number":  named("number"),
		"object":  {(*converter).object, []string{"properties", "required", "additionalProperties"}},
		"string":  {(*converter).text, []string{"minLength", "maxLength"}},
	}
}

// manyTimes is how often a grammar may repeat something; llama.cpp writes it out.
const manyTimes = 1000

// bounds reads a least and a greatest number; most is -1 when there is none.
func bounds(s map[string]any, lower, upper, where string) (from, to int, err error) {
	to = -1
	for _, bound := range []struct {
		key string
		n   *int
	}{{lower, &from}, {upper, &to}} {
		value, there := s[bound.key]
		f, ok := value.(float64)
		switch {
		case there && (!ok || f != math.Trunc(f) || f < 0 || f > manyTimes):
			return 0, 0, fmt.Errorf("%s has %s %v; expected a whole number from 0 to %d", where, bound.key, value, manyTimes)
		case there:
			*bound.n = int(f)
		}
	}
	if to >= 0 && from > to {
		return 0, 0, fmt.Errorf("%s has %s %d above %s %d", where, lower, from, upper, to)
	}
	return from, to, nil
}

// times is how a grammar writes that something comes so often.
func times(from, to int) string {
	switch {
	case to < 0 && from == 0:
		return "*"
	case to < 0:
		return fmt.Sprintf("{%d,}", from)
	}
	return fmt.Sprintf("{%d,%d}", from, to)
}

func (c *converter) text(s map[string]any, where string) (string, error) {
	from, to, err := bounds(s, "minLength", "maxLength", where)
	return `"\"" char` + times(from, to) + ` "\""`, err
}

// manyIntegers is how wide a range of integers may be, which are written out.
const manyIntegers = 1000

func (c *converter) integer(s map[string]any, where string) (string, error) {
	lower, hasLeast := s["minimum"]
	upper, hasUpper := s["maximum"]
	if !hasLeast && !hasUpper {
		return "integer", nil
	}
	from, ok := lower.(float64)
	to, ok2 := upper.(float64)
	from, to = math.Ceil(from), math.Floor(to)
	if !ok || !ok2 || !(from <= to) || to-from >= manyIntegers {
		return "", fmt.Errorf("%s is an integer from %v to %v; a grammar can express at most %d, and needs both minimum and maximum", where, lower, upper, manyIntegers)
	}
	var all []string
	for i := from; i <= to; i++ {
		all = append(all, fmt.Sprintf(`"%d"`, int(i)))
	}
	return strings.Join(all, " | "), nil
}

func (c *converter) array(s map[string]any, where string) (string, error) {
	from, to, err := bounds(s, "minItems", "maxItems", where)
	item := "value"
	if items, ok := s["items"]; ok && err == nil {
		item, err = c.rule(items, where+" items")
	}
	switch {
	case err != nil:
		return "", err
	case to == 0:
		return `"[" space "]"`, nil
	}
	list := item + ` ("," space ` + item + `)` + times(max(from-1, 0), max(to-1, -1))
	if from == 0 {
		list = "(" + list + ")?"
	}
	return `"[" space ` + list + ` "]"`, nil
}

// object writes what is required first, in that order, then the rest by name.
func (c *converter) object(s map[string]any, where string) (string, error) {
	properties, ok := s["properties"].(map[string]any)
	if _, there := s["properties"]; there && !ok {
		return "", fmt.Errorf("%s has properties %v; expected a map", where, s["properties"])
	}
	required, _ := s["required"].([]any)
	var must, may []string
	for _, name := range required {
		if _, ok := properties[fmt.Sprint(name)]; !ok {
			return "", fmt.Errorf("%s requires %v, which is not among its properties", where, name)
		}
		if !slices.Contains(must, fmt.Sprint(name)) {
			must = append(must, fmt.Sprint(name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if !slices.Contains(must, name) {
			may = append(may, name)
		}
	}
	pairs := map[string]string{}
	for _, name := range slices.Concat(must, may) {
		rule, err := c.rule(properties[name], where+" "+name)
		if err != nil {
			return "", err
		}
		pairs[name] = literal(name) + ` ":" space ` + rule
	}
	if len(pairs) == 0 {
		return c.anyObject(s, where)
	}
	return `"{" space ` + members(must, may, pairs) + ` "}"`, nil
}

// anyObject has no named properties. Where there are some, additional ones are
// never written, which is valid and cannot repeat a name.
func (c *converter) anyObject(s map[string]any, where string) (string, error) {
	extra, there := s["additionalProperties"]
	switch {
	case extra == false:
		return `"{" space "}"`, nil
	case !there || extra == true:
		return "object", nil
	}
	rule, err := c.rule(extra, where+" additionalProperties")
	pair := `string ":" space ` + rule
	return `"{" space (` + pair + ` ("," space ` + pair + `)*)? "}"`, err
}

// members are the pairs that must be there and those that may follow; commas
// stand between them.
func members(must, may []string, pairs map[string]string) string {
	if len(must) > 0 {
		var parts []string
		for i, name := range must {
			if i > 0 {
				parts = append(parts, `"," space`)
			}
			parts = append(parts, pairs[name])
		}
		return strings.Join(append(parts, follow(may, pairs)...), " ")
	}
	// Any of those that may be there can be the first.
	var first []string
	for i, name := range may {
		first = append(first, strings.Join(append([]string{pairs[name]}, follow(may[i+1:], pairs)...), " "))
	}
	return "(" + strings.Join(first, " | ") + ")?"
}

func follow(names []string, pairs map[string]string) []string {
	var all []string
	for _, name := range names {
		all = append(all, `("," space `+pairs[name]+`)?`)
	}
	return all
}
