package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Schemer is a type that describes its own JSON Schema; see [Decoder].
type Schemer interface{ JSONSchema() map[string]any }

// reference is text with ${...} in it, which may stand for any value.
var reference = map[string]any{"type": "string", "pattern": `\$\{`}

// SchemaOf returns the JSON Schema (2020-12, without $schema) of what
// [Node.Decode] accepts for a type, made from the same tags.
func SchemaOf(t reflect.Type) map[string]any { return schemaOf(t, "") }

// Schema returns the JSON Schema of a spec file. kinds gives the schema of the
// value of each kind of check; where it is empty any kind will do.
func Schema(kinds map[string]any) []byte {
	entry := map[string]any{"type": "object", "minProperties": 1, "maxProperties": 1}
	word := map[string]any{"type": "string", "minLength": 1}
	if len(kinds) > 0 {
		entry["properties"], entry["additionalProperties"] = kinds, false
		word["enum"] = slices.Sorted(maps.Keys(kinds))
	}
	schema := SchemaOf(reflect.TypeFor[specFile]())
	schema["title"] = "vlmspec spec"
	schema["$defs"] = map[string]any{"check": map[string]any{"anyOf": []any{entry, word}}}
	return marshalSchema(schema)
}

// ProjectSchema returns the JSON Schema of vlmspec.yaml.
func ProjectSchema() []byte {
	schema := SchemaOf(reflect.TypeFor[projectFile]())
	schema["title"] = "vlmspec project"
	return marshalSchema(schema)
}

func marshalSchema(schema map[string]any) []byte {
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	data, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("spec: schema: %v", err)) // only a check's schema that is no JSON does this
	}
	return append(data, '\n')
}

func schemaOf(t reflect.Type, tag reflect.StructTag) map[string]any {
	if t == nodeType || t == anyType {
		return map[string]any{}
	}
	if s, ok := reflect.TypeAssert[Schemer](reflect.New(t)); ok {
		return s.JSONSchema()
	}
	if t == durationType {
		return map[string]any{"type": "string", "pattern": `^[0-9]|\$\{`}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem(), tag)
	case reflect.Struct:
		return schemaOfStruct(t)
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem(), tag)}
	case reflect.Slice:
		return orReference(map[string]any{"type": "array", "items": schemaOf(t.Elem(), tag)})
	case reflect.Array:
		return orReference(map[string]any{"type": "array", "items": schemaOf(t.Elem(), tag), "minItems": t.Len(), "maxItems": t.Len()})
	case reflect.String:
		return schemaOfText(tag)
	case reflect.Bool:
		return orReference(map[string]any{"type": "boolean"})
	}
	return orReference(schemaOfNumber(t, tag))
}

func orReference(schema map[string]any) map[string]any {
	return map[string]any{"anyOf": []any{schema, reference}}
}

// schemaOfText takes any scalar, as Decode does: `equals: 3` is text.
func schemaOfText(tag reflect.StructTag) map[string]any {
	list := tag.Get("enum")
	if list == "" {
		return map[string]any{"type": []any{"string", "number", "boolean"}}
	}
	var values []any
	for v := range strings.SplitSeq(list, "|") {
		values = append(values, v)
	}
	return orReference(map[string]any{"enum": values})
}

func schemaOfNumber(t reflect.Type, tag reflect.StructTag) map[string]any {
	schema := map[string]any{"type": "integer"}
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		schema["type"] = "number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		schema["minimum"] = 0.0
	}
	for key, keyword := range map[string]string{"min": "minimum", "max": "maximum", "above": "exclusiveMinimum"} {
		if f, ok := bound(tag, key); ok {
			schema[keyword] = f
		}
	}
	return schema
}

func schemaOfStruct(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, f := range fieldsOf(t) {
		if f.later {
			continue
		}
		property := maps.Clone(schemaOf(f.typ, f.tag))
		if doc := f.tag.Get("doc"); doc != "" {
			property["description"] = doc
		}
		properties[f.name] = property
		if f.required {
			required = append(required, f.name)
		}
	}
	schema := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}
