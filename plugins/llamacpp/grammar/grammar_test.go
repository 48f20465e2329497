package grammar

import (
	"encoding/json"
	"strings"
	"testing"
)

func decode(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestFromSchema(t *testing.T) {
	for name, c := range map[string]struct{ schema, answer string }{
		"anything":      {`true`, `value`},
		"no type":       {`{"description": "anything"}`, `value`},
		"a text":        {`{"type": "string"}`, `"\"" char* "\""`},
		"a short text":  {`{"type": "string", "minLength": 1, "maxLength": 3}`, `"\"" char{1,3} "\""`},
		"a constant":    {`{"const": {"a": "b\"c"}}`, `"{\"a\":\"b\\\"c\"}"`},
		"one of some":   {`{"enum": ["red", 1, null]}`, `"\"red\"" | "1" | "null"`},
		"a rating":      {`{"type": "integer", "minimum": 0.5, "maximum": 3}`, `"1" | "2" | "3"`},
		"two types":     {`{"type": ["number", "null"]}`, `number | null`},
		"any list":      {`{"type": "array"}`, `"[" space (value ("," space value)*)? "]"`},
		"a pair":        {`{"items": {"type": "null"}, "minItems": 2, "maxItems": 2}`, `"[" space r10 ("," space r10){1,1} "]"`},
		"at least one":  {`{"type": "array", "minItems": 1}`, `"[" space value ("," space value)* "]"`},
		"an empty list": {`{"type": "array", "maxItems": 0}`, `"[" space "]"`},
		"any object":    {`{"type": "object"}`, `object`},
		"a map":         {`{"additionalProperties": {"type": "null"}}`, `"{" space (string ":" space r10 ("," space string ":" space r10)*)? "}"`},
		"no properties": {`{"type": "object", "additionalProperties": false}`, `"{" space "}"`},
		"required first": {
			`{"properties": {"a": true, "b": true, "c": true}, "required": ["c", "b"]}`,
			`"{" space "\"c\"" ":" space r10 "," space "\"b\"" ":" space r11 ("," space "\"a\"" ":" space r12)? "}"`,
		},
		"none required": {
			`{"properties": {"a": true, "b": true}}`,
			`"{" space ("\"a\"" ":" space r10 ("," space "\"b\"" ":" space r11)? | "\"b\"" ":" space r11)? "}"`,
		},
		"a choice":       {`{"anyOf": [{"type": "null"}, {"type": "boolean"}]}`, `r10 | r11`},
		"a reference":    {`{"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "null"}}}`, `r10`},
		"itself, deeper": {`{"properties": {"next": {"$ref": "#"}}}`, `"{" space ("\"next\"" ":" space r10)? "}"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := FromSchema(decode(t, c.schema))
			if err != nil {
				t.Fatal(err)
			}
			if want := "answer ::= " + c.answer + "\n"; !strings.Contains("\n"+got, "\n"+want) {
				t.Errorf("got\n%s\nwant %s", got, want)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct{ schema, message string }{
		"a text":             {`"string"`, "the schema is string; expected a map"},
		"nothing valid":      {`false`, "nothing would be valid"},
		"a pattern":          {`{"properties": {"a": {"type": "string", "pattern": "x"}}}`, `the schema a has "pattern", which a grammar cannot express`},
		"a typo":             {`{"type": "strnig"}`, `has the type "strnig"; expected array, boolean,`},
		"half a bound":       {`{"type": "integer", "minimum": 1}`, "needs both minimum and maximum"},
		"bounds of a number": {`{"type": "number", "minimum": 1}`, `"minimum", which a grammar cannot express`},
		"crossed bounds":     {`{"type": "array", "minItems": 3, "maxItems": 2}`, "minItems 3 above maxItems 2"},
		"half an item":       {`{"type": "array", "minItems": 0.5}`, "expected a whole number from 0 to 1000"},
		"required, not said": {`{"properties": {"a": true}, "required": ["b"]}`, "requires b, which is not among its properties"},
		"an empty choice":    {`{"anyOf": []}`, "anyOf is empty"},
		"no value":           {`{"enum": []}`, "empty enum"},
		"a wrong reference":  {`{"$ref": "#/$defs/a"}`, `refers to "#/$defs/a", which is not in the schema`},
		"a far reference":    {`{"$ref": "https://example.com/a"}`, "which is not in the schema"},
		"a circle":           {`{"$ref": "#"}`, "refers to itself and nothing else"},
		"one type too many":  {`{"type": []}`, "has no type"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := FromSchema(decode(t, c.schema))
			if err == nil || !strings.Contains(err.Error(), c.message) {
				t.Errorf("got %v and\n%s\nwant %s", err, got, c.message)
			}
		})
	}
}

func FuzzFromSchema(f *testing.F) {
	f.Add(`{"properties": {"a": {"type": ["array", "null"], "items": {"$ref": "#"}}}, "required": ["a"]}`)
	f.Add(`{"$ref": "#/$defs/x", "$defs": {"x": {"$ref": "#/$defs/y"}, "y": {"$ref": "#/$defs/x"}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			return
		}
		if got, err := FromSchema(v); err == nil && !strings.Contains(got, "\nroot ::= ") {
			t.Errorf("no root:\n%s", got)
		}
	})
}
