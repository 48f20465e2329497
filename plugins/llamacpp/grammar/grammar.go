// Package grammar turns a JSON Schema into a GBNF grammar, which llama.cpp holds
// an answer to. Start reading at [FromSchema].
//
// A keyword that it cannot express is an error: an answer held to less than its
// schema would be a silent surprise. The grammar language is described in
// llama.cpp's grammars/README.md, the keywords in JSON Schema 2020-12.
package grammar

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// FromSchema makes a grammar of a JSON Schema: a boolean, or a map of JSON types
// only (string, float64, bool, nil, []any, map[string]any). Objects have their
// required properties first, in the order of `required`, then the others by
// name, and no additional ones.
func FromSchema(schema any) (string, error) {
	c := converter{root: schema, rules: maps.Clone(basics), refs: map[string]string{}}
	body, err := c.body(schema, "the schema")
	if err != nil {
		return "", err
	}
	c.rules["answer"] = body
	c.rules["root"] = "space answer" // many models begin an answer with a space
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(c.rules)) {
		fmt.Fprintf(&b, "%s ::= %s\n", name, c.rules[name])
	}
	return b.String(), nil
}

// Rules that every grammar has.
var basics = map[string]string{
	"space":   `" "?`,
	"char":    `[^"\\\x7F\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})`,
	"string":  `"\"" char* "\""`,
	"integer": `"-"? ("0" | [1-9] [0-9]{0,15})`,
	"number":  `integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?`,
	"boolean": `"true" | "false"`,
	"null":    `"null"`,
	"array":   `"[" space (value ("," space value)*)? "]"`,
	"object":  `"{" space (string ":" space value ("," space string ":" space value)*)? "}"`,
	"value":   `string | number | boolean | null | array | object`,
}

// annotations say nothing about which values are valid.
var annotations = []string{"$schema", "$id", "$anchor", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"}

type converter struct {
	root  any
	rules map[string]string // by name
	refs  map[string]string // names of rules by what refers to them
}

// rule is the name of a rule for a schema. where is its place, for mistakes.
func (c *converter) rule(schema any, where string) (string, error) {
	name := fmt.Sprintf("r%d", len(c.rules))
	c.rules[name] = "" // holds the name while inner ones are made
	body, err := c.body(schema, where)
	c.rules[name] = body
	return name, err
}

func (c *converter) body(schema any, where string) (string, error) {
	switch s := schema.(type) {
	case bool:
		if s {
			return "value", nil
		}
		return "", fmt.Errorf("%s is false, so nothing would be valid", where)
	case map[string]any:
		return c.keywords(s, where)
	}
	return "", fmt.Errorf("%s is %v; expected a map", where, schema)
}

// keywords makes a rule of the one keyword that says most.
func (c *converter) keywords(s map[string]any, where string) (string, error) {
	if ref, ok := s["$ref"].(string); ok {
		return c.reference(ref, where, only(s, where, "$ref"))
	}
	if value, ok := s["const"]; ok {
		return literal(value), only(s, where, "const", "type")
	}
	if values, ok := s["enum"].([]any); ok {
		if len(values) == 0 {
			return "", fmt.Errorf("%s has an empty enum", where)
		}
		var all []string
		for _, v := range values {
			all = append(all, literal(v))
		}
		return strings.Join(all, " | "), only(s, where, "enum", "type")
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		if list, ok := s[key].([]any); ok {
			return c.either(list, where+" "+key, only(s, where, key))
		}
	}
	return c.typed(s, where)
}

// only refuses keywords other than those that are understood here.
func only(s map[string]any, where string, known ...string) error {
	for _, key := range slices.Sorted(maps.Keys(s)) {
		if !slices.Contains(known, key) && !slices.Contains(annotations, key) {
			return fmt.Errorf("%s has %q, which a grammar cannot express there: leave it out and check it with the check json", where, key)
		}
	}
	return nil
}

func (c *converter) either(list []any, where string, err error) (string, error) {
	var all []string
	for i, item := range list {
		if err != nil {
			return "", err
		}
		var name string
		name, err = c.rule(item, fmt.Sprintf("%s %d", where, i))
		all = append(all, name)
	}
	if len(all) == 0 {
		return "", fmt.Errorf("%s is empty", where)
	}
	return strings.Join(all, " | "), err
}

// reference finds "#/a/b" in the whole schema; a schema may refer to itself.
func (c *converter) reference(ref, where string, err error) (string, error) {
	if name, ok := c.refs[ref]; ok || err != nil {
		return name, err
	}
	path, local := strings.CutPrefix(ref, "#")
	target, found := c.root, local
	for _, key := range strings.Split(path, "/")[1:] {
		m, ok := target.(map[string]any)
		target, found = m[unescape.Replace(key)], ok && found
	}
	if !found || target == nil {
		return "", fmt.Errorf("%s refers to %q, which is not in the schema", where, ref)
	}
	name := fmt.Sprintf("r%d", len(c.rules))
	c.rules[name], c.refs[ref] = "", name
	body, err := c.body(target, ref)
	if body == name {
		return "", fmt.Errorf("%s refers to itself and nothing else", ref)
	}
	c.rules[name] = body
	return name, err
}

// unescape reads a part of a JSON Pointer.
var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// literal is a JSON value as a grammar writes it.
func literal(value any) string {
	text, _ := json.Marshal(value) // came from JSON
	return quote(string(text))
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`).Replace(s) + `"`
}
