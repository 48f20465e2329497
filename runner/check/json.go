package check

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/vlmspec/vlmspec/runner/reading"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type jsonCheck struct {
	Schema schemaNode `yaml:"schema" doc:"JSON Schema (2020-12 unless it says otherwise), in place or the path of a file, relative to the spec"`
	Path   string     `yaml:"path" doc:"what must be there, and what the schema is for: $.shapes[0].color"`
	common `yaml:",inline"`
	path   jsonPath
	schema *jsonschema.Schema
}

// JSON checks that the answer holds JSON that satisfies a schema, given in Go's
// JSON types; nil takes any JSON.
func JSON(schema map[string]any) Check {
	c := &jsonCheck{}
	if schema != nil {
		c.Schema.value = schema
	}
	return build("json", c)
}

func (c *jsonCheck) compile(n spec.Node, _ Env) (err error) {
	if c.path, err = parsePath(either(c.Path, "$")); err != nil {
		return at(n, "path").Errorf("write $.key or $.list[0]", "%v", err)
	}
	if c.schema, err = c.Schema.compile(); err != nil {
		return at(n, "schema").Errorf("", "bad JSON Schema: %v", err)
	}
	return nil
}

func (c *jsonCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	expected := c.expected()
	v, note, err := reading.JSON(text)
	switch {
	case err != nil && c.Not && c.schema == nil && len(c.path) == 0: // it asks for no JSON
		return fail(expected, text, "%v: %s", err, quote(text))
	case err != nil:
		return misread(expected, text, err)
	}
	found, err := c.path.find(v)
	if err != nil {
		return fail(expected, jsonText(v), "%v%s", err, noted(note))
	}
	if c.schema == nil {
		return pass(expected, jsonText(found))
	}
	if err := c.schema.Validate(found); err != nil {
		return fail(expected, jsonText(found), "%s%s", violations(err, c.path), noted(note))
	}
	return pass(expected, jsonText(found))
}

// noted adds what a reader says of its choice to a reason.
func noted(note string) string {
	if note == "" {
		return ""
	}
	return "; " + note
}

func (c *jsonCheck) expected() string {
	s := "JSON"
	if len(c.path) > 0 {
		s += " with " + c.path.String()
	}
	if c.schema != nil {
		s += " that satisfies the schema"
	}
	return s
}

// schemaNode is a JSON Schema written in place, or the file it is in.
type schemaNode struct {
	value any
	file  string
}

// DecodeNode implements [spec.Decoder].
func (s *schemaNode) DecodeNode(n spec.Node) error {
	if err := n.Check(); err != nil {
		return err
	}
	switch n.Kind() {
	case spec.Map:
		s.value = n.Any()
		return nil
	case spec.Scalar:
		s.file, _ = n.Path()
		return nil
	}
	return n.Errorf("write {type: object}", "expected a JSON Schema or the path of one")
}

// JSONSchema implements [spec.Schemer].
func (*schemaNode) JSONSchema() map[string]any {
	return map[string]any{"type": []any{"object", "string"}}
}

// compile returns nil where no schema is given. Nothing is fetched from the net.
func (s *schemaNode) compile() (*jsonschema.Schema, error) {
	if s.value == nil && s.file == "" {
		return nil, nil
	}
	location, value := "in-the-spec.json", s.value
	if s.file != "" {
		var err error
		if value, err = readSchema(s.file); err != nil {
			return nil, err
		}
		location = (&url.URL{Scheme: "file", Path: filepath.ToSlash(s.file)}).String()
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(jsonschema.SchemeURLLoader{"file": schemaLoader{}})
	if err := c.AddResource(location, value); err != nil {
		return nil, err
	}
	schema, err := c.Compile(location)
	if err != nil {
		return nil, schemaProblem(err)
	}
	return schema, nil
}

// schemaProblem takes the first sentence of what the library says of a schema.
func schemaProblem(err error) error {
	if invalid, ok := errors.AsType[*jsonschema.SchemaValidationError](err); ok {
		return errors.New(violations(invalid.Err, nil))
	}
	return err
}

// violations lists what does not satisfy a schema and where, at most three.
func violations(err error, base jsonPath) string {
	var e *jsonschema.ValidationError
	if !errors.As(err, &e) {
		return err.Error()
	}
	printer := message.NewPrinter(language.English)
	var list []string
	var walk func(e *jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 {
			var place strings.Builder
			place.WriteString(base.String())
			for _, step := range e.InstanceLocation {
				place.WriteString("." + step)
			}
			list = append(list, place.String()+": "+e.ErrorKind.LocalizedString(printer))
		}
		for _, cause := range e.Causes {
			walk(cause)
		}
	}
	walk(e)
	if more := len(list) - 3; more > 0 {
		list = append(list[:3], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, "; ")
}
