package spec

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compile(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate says what the schema says of a YAML document.
func validate(t *testing.T, s *jsonschema.Schema, src string) error {
	t.Helper()
	data, err := json.Marshal(mustParse(t, src).Any())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

// TestSchemaAgreesWithLoad puts documents through both the JSON Schema and
// the loader. Whatever the schema refuses the loader must refuse as well, and
// of these documents it must also be so the other way round.
func TestSchemaAgreesWithLoad(t *testing.T) {
	schema := compile(t, Schema(map[string]any{"equals": map[string]any{}, "golden": map[string]any{"type": "null"}}))
	const c = "cases: [{name: a, prompt: hi, expect: [golden]}]\n"
	tests := map[string]struct {
		src  string
		good bool
	}{
		"least":            {"suite: s\n" + c, true},
		"all settings":     {"suite: 3\nlabels: [a, 1, k:v]\nbackends: [tiny]\nsystem: {file: p.txt}\nparams: {max_tokens: 1, temperature: 0.5, top_p: 1, top_k: 0, min_p: 0, repeat_penalty: 1.1, seed: 7, stop: [x], extra: {a: [1]}}\nrepeat: 5\nrequire: 4/5\ntimeout: 1m30s\nvars: {a: [1], b: x}\nskip: no\n" + c, true},
		"all of a case":    {"suite: s\ncases: [{name: 'a${x}', rows: [{x: 1}], image: [a, b], prompt: {file: p.txt}, labels: [x], only: false, xfail: known, repeat: '${x}', require: 80%, vars: {}, expect: [golden, {equals: red}]}]\n", true},
		"content":          {"suite: s\ncases: [{name: a, content: [{text: x}, {image: y}], expect: [golden]}]\n", true},
		"turns":            {"suite: s\ncases: [{name: a, turns: [{image: a, prompt: x}, {prompt: y, expect: [golden]}]}]\n", true},
		"no suite":         {c, false},
		"no cases":         {"suite: s\ncases: []\n", false},
		"no name":          {"suite: s\ncases: [{prompt: hi, expect: [golden]}]\n", false},
		"unknown key":      {"suite: s\nx: 1\n" + c, false},
		"unknown in case":  {"suite: s\ncases: [{name: a, prompt: hi, expect: [golden], x: 1}]\n", false},
		"unknown in param": {"suite: s\nparams: {x: 1}\n" + c, false},
		"metrics":          {"suite: s\nmetrics: {}\n" + c, false},
		"range":            {"suite: s\nparams: {top_p: 0}\n" + c, false},
		"repeat 0":         {"suite: s\nrepeat: 0\n" + c, false},
		"fraction":         {"suite: s\nrepeat: 1.5\n" + c, false},
		"negative seed":    {"suite: s\nparams: {seed: -1}\n" + c, false},
		"require":          {"suite: s\nrequire: most\n" + c, false},
		"timeout":          {"suite: s\ntimeout: soon\n" + c, false},
		"label":            {"suite: s\nlabels: [a|b]\n" + c, false},
		"labels text":      {"suite: s\nlabels: a\n" + c, false},
		"empty list":       {"suite: s\nlabels:\n" + c, false},
		"skip":             {"suite: s\nskip: true\n" + c, false},
		"two kinds":        {"suite: s\ncases: [{name: a, prompt: hi, expect: [{equals: a, golden: null}]}]\n", false},
		"expect a map":     {"suite: s\ncases: [{name: a, prompt: hi, expect: {equals: a}}]\n", false},
		"part of two":      {"suite: s\ncases: [{name: a, content: [{text: x, image: y}], expect: [golden]}]\n", false},
		"row is text":      {"suite: s\ncases: [{name: a, rows: [x], prompt: hi, expect: [golden]}]\n", false},
		"prompt a list":    {"suite: s\ncases: [{name: a, prompt: [hi], expect: [golden]}]\n", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if err := validate(t, schema, test.src); (err == nil) != test.good {
				t.Errorf("schema: good %v, want %v: %v", err == nil, test.good, err)
			}
			p := project(t, oneBackend+"-- specs/p.txt --\nhi\n-- specs/a.yaml --\n"+test.src)
			if _, err := Load(p, nil); (err == nil) != test.good {
				t.Errorf("load: good %v, want %v: %v", err == nil, test.good, err)
			}
		})
	}
	if err := validate(t, schema, "suite: s\ncases: [{name: a, prompt: hi, expect: [{equlas: a}]}]\n"); err == nil {
		t.Error("the schema takes a kind of check that is not there")
	}
}

// TestSchemaKnowsEveryKey: a key the decoder takes is described.
func TestSchemaKnowsEveryKey(t *testing.T) {
	schema := string(Schema(nil))
	for _, key := range []string{"suite", "include", "cases", "rows", "only", "xfail", "turns", "content", "max_tokens", "extra"} {
		if !strings.Contains(schema, `"`+key+`": {`) {
			t.Errorf("no %q in the schema", key)
		}
	}
	if strings.Contains(schema, "perturb") {
		t.Error("the schema offers what is not built")
	}
	if n := strings.Count(schema, `"description"`); n < 25 {
		t.Errorf("%d descriptions only", n)
	}
}

func TestProjectSchema(t *testing.T) {
	schema := compile(t, ProjectSchema())
	if err := validate(t, schema, wholeProject); err != nil {
		t.Error(err)
	}
	if err := validate(t, schema, "version: 1\nbackends: {a: {plugin: x, confg: {}}}\n"); err == nil {
		t.Error("an unknown key of a backend passes")
	}
}
