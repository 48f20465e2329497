package spec

import (
	"reflect"
	"strings"
)

// oneOrMany is the schema of a value that may also be a list of such.
func oneOrMany(one map[string]any) map[string]any {
	return map[string]any{"anyOf": []any{one, map[string]any{"type": "array", "items": one, "minItems": 1}}}
}

var anyText = schemaOfText("")

// label is a word to select cases by.
type label string

func (l *label) DecodeNode(n Node) error {
	var s string
	if err := n.Decode(&s); err != nil {
		return err
	}
	s = strings.TrimSpace(s)
	key, value, set := strings.Cut(s, ":")
	switch {
	case s == "":
		return n.Errorf("", "a label is empty")
	case strings.ContainsAny(s, "&|!,()/"):
		return n.Errorf("label filters use & | ! , ( ) /", "label %q has a character that labels cannot have", s)
	case set && (key == "" || value == ""):
		return n.Errorf("write key:value", "label %q lacks a text before or after its colon", s)
	}
	*l = label(s)
	return nil
}

func (*label) JSONSchema() map[string]any {
	return map[string]any{"type": []any{"string", "number", "boolean"}, "pattern": `^[^&|!,()/]+$`}
}

// reason says why a case is skipped or fails.
type reason string

func (r *reason) DecodeNode(n Node) error {
	var s string
	if err := n.Decode(&s); err != nil {
		return err
	}
	if s = strings.TrimSpace(s); s == "" || n.resolve().scalar().kind == boolean {
		return n.Errorf("write a sentence that says why", "expected a reason, got %s", describe(n))
	}
	*r = reason(s)
	return nil
}

func (*reason) JSONSchema() map[string]any { return map[string]any{"type": "string", "minLength": 1} }

// prompt is text, or {file: path}. It is read late: only a case knows its row.
type prompt struct{ node Node }

type promptFile struct {
	File at[string] `yaml:"file" required:"true" doc:"path of a text file; ${...} in it is replaced"`
}

func (p *prompt) DecodeNode(n Node) error {
	p.node = n
	switch n.Kind() {
	case Scalar:
		return nil
	case Map:
		return n.Decode(new(promptFile))
	}
	return n.Errorf("", "expected text or {file: path}, got %s", describe(n))
}

func (*prompt) JSONSchema() map[string]any {
	return map[string]any{"anyOf": []any{anyText, SchemaOf(reflect.TypeFor[promptFile]())}}
}

// images is a path or a list of paths.
type images []Node

func (i *images) DecodeNode(n Node) error {
	items := []Node{n}
	if n.Kind() == List {
		items = n.Items()
	}
	var p problems
	for _, item := range items {
		var path string
		switch err := item.Decode(&path); {
		case err != nil:
			p.add(err)
		case strings.TrimSpace(path) == "":
			p.add(item.Errorf("", "the path of an image is empty"))
		case strings.Contains(path, "://"):
			p.add(item.Errorf("download it and name the file", "an image is a file, not an address: %q", path))
		}
	}
	*i = items
	return p.err()
}

func (*images) JSONSchema() map[string]any { return oneOrMany(anyText) }

// include is a path or a list of paths of files with defaults.
type include []Node

func (i *include) DecodeNode(n Node) error {
	return (*images)(i).DecodeNode(n)
}

func (*include) JSONSchema() map[string]any { return oneOrMany(anyText) }

// includes lists what a parsed file includes.
func includes(root Node) []Node {
	n := root.Get("include")
	if n.Kind() == List {
		return n.Items()
	}
	if n.Kind() == Scalar {
		return []Node{n}
	}
	return nil
}

// content is a part of a message: a text or an image.
type content struct{ text, image Node }

type contentFile struct {
	Text  *string `yaml:"text" doc:"text, as written"`
	Image Node    `yaml:"image" doc:"path of an image"`
	Video any     `yaml:"video" later:"true"`
}

func (c *content) DecodeNode(n Node) error {
	var f contentFile
	if err := n.Decode(&f); err != nil {
		return err
	}
	if (f.Text == nil) == f.Image.IsZero() {
		return n.Errorf("write {text: ...} or {image: ...}", "a part is either a text or an image")
	}
	if f.Text == nil {
		if f.Image.Kind() == List {
			return f.Image.Errorf("write one part per image", "expected a path, got a list")
		}
		if err := new(images).DecodeNode(f.Image); err != nil {
			return err
		}
	}
	c.text, c.image = n.Get("text"), f.Image
	return nil
}

func (*content) JSONSchema() map[string]any {
	schema := SchemaOf(reflect.TypeFor[contentFile]())
	schema["properties"].(map[string]any)["image"] = anyText
	schema["minProperties"], schema["maxProperties"] = 1, 1
	return schema
}

// vars are names and what they stand for, read when they are used.
type vars []Entry

func (v *vars) DecodeNode(n Node) error {
	if n.Kind() != Map {
		return n.Errorf("write name: value", "expected a map, got %s", describe(n))
	}
	*v = n.Entries()
	for _, e := range *v {
		if strings.ContainsAny(e.Key, "{}") || strings.HasPrefix(e.Key, "env:") || strings.TrimSpace(e.Key) != e.Key || e.Key == "" {
			return e.KeyNode.Errorf("use letters, digits and _", "${...} cannot refer to a variable named %q", e.Key)
		}
	}
	return nil
}

func (*vars) JSONSchema() map[string]any { return map[string]any{"type": "object"} }

// rows is read before the rest of its case.
type rows struct{}

func (*rows) DecodeNode(Node) error { return nil }

func (*rows) JSONSchema() map[string]any {
	list := map[string]any{"type": "array", "minItems": 1, "items": map[string]any{"type": "object"}}
	return map[string]any{"anyOf": []any{map[string]any{"type": "string"}, list}}
}

// cases are read one by one, each with its rows.
type cases []Node

func (c *cases) DecodeNode(n Node) error {
	if n.Kind() != List || len(n.Items()) == 0 {
		return n.Errorf("write - name: ...", "expected a list of cases, got %s", describeList(n))
	}
	*c = n.Items()
	return nil
}

func describeList(n Node) string {
	if n.Kind() == List {
		return "an empty one"
	}
	return describe(n)
}

func (*cases) JSONSchema() map[string]any {
	return map[string]any{"type": "array", "minItems": 1, "items": SchemaOf(reflect.TypeFor[caseFile]())}
}
