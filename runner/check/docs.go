package check

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// Doc describes a kind of check to people.
type Doc struct {
	Kind    string
	Group   string // "text", "answers", "vision", "quality", "logic", "cost" or "code"
	Summary string
	Short   string // the key that `kind: value` stands for, "" when the kind takes only a map
	Bare    bool   // `- kind` alone will do
	Args    []Arg  // of the kind itself; every kind takes those of [Common] too
	Example string // YAML of an entry of `expect`
	Source  string // whose definition it is, "" for vlmspec's own
}

// Arg is a key of the map form.
type Arg struct {
	Name, Type, Doc string
	Required        bool
}

// Kinds describes every kind, sorted by name.
func Kinds() []Doc {
	var docs []Doc
	for _, name := range names() {
		k := kinds[name]
		doc := Doc{
			Kind: name, Group: k.group, Summary: k.summary, Short: k.short, Bare: k.bare,
			Args: argsOf(reflect.TypeOf(k.args()).Elem(), false), Example: k.example, Source: k.source,
		}
		docs = append(docs, doc)
	}
	return docs
}

// Common describes the keys every kind takes.
func Common() []Arg { return argsOf(reflect.TypeFor[common](), true) }

func argsOf(t reflect.Type, inCommon bool) []Arg {
	var args []Arg
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline" && (inCommon || f.Type != reflect.TypeFor[common]()):
			args = append(args, argsOf(f.Type, inCommon)...)
		case name != "" && f.IsExported():
			args = append(args, Arg{
				Name: name, Type: typeName(f), Doc: f.Tag.Get("doc"), Required: f.Tag.Get("required") == "true",
			})
		}
	}
	return args
}

// typed is a type that names itself in documentation.
type typed interface{ typeName() string }

func typeName(f reflect.StructField) string {
	if name := f.Tag.Get("type"); name != "" {
		return name
	}
	if enum := f.Tag.Get("enum"); enum != "" {
		return strings.ReplaceAll(enum, "|", ", ")
	}
	return nameOfType(f.Type)
}

func nameOfType(t reflect.Type) string {
	if n, ok := reflect.TypeAssert[typed](reflect.New(t)); ok {
		return n.typeName()
	}
	if t == reflect.TypeFor[time.Duration]() {
		return "duration"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return nameOfType(t.Elem())
	case reflect.Slice, reflect.Array:
		return "list of " + nameOfType(t.Elem())
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "whole number"
	case reflect.Float64:
		return "number"
	}
	return "map"
}

func (*texts) typeName() string      { return "text or list of text" }
func (*on) typeName() string         { return "answer, reasoning, or a map" }
func (*schemaNode) typeName() string { return "map or path" }

// Schemas returns the JSON Schema of the value of every kind, from the structs
// that values are decoded into.
func Schemas() map[string]any {
	schemas := make(map[string]any, len(kinds))
	for name, k := range kinds {
		t := reflect.TypeOf(k.args()).Elem()
		forms := []any{spec.SchemaOf(t)}
		if k.short != "" {
			forms = append(forms, shortSchema(t, k.short))
		}
		if k.bare {
			forms = append(forms, map[string]any{"type": "null"})
		}
		schema := map[string]any{"anyOf": forms}
		if len(forms) == 1 {
			schema = forms[0].(map[string]any)
		}
		schema["description"] = k.summary
		schemas[name] = schema
	}
	return schemas
}

// shortSchema is the schema of one key of a map form.
func shortSchema(t reflect.Type, key string) any {
	properties := spec.SchemaOf(t)["properties"].(map[string]any)
	return properties[key]
}

// Markdown writes the reference of all checks: docs/checks.md.
func Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(preamble)
	writeArgs(&b, Common())
	for _, group := range groups {
		fmt.Fprintf(&b, "\n## %s\n", strings.ToUpper(group[:1])+group[1:])
		for _, d := range Kinds() {
			if d.Group == group {
				d.write(&b)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const preamble = `<!-- Generated from runner/check; do not edit. -->

# Checks

An entry of ` + "`expect`" + ` is a kind alone (` + "`- golden`" + `), a kind with a value (` + "`- equals: red`" + `), or a kind with a map
(` + "`- number: {value: 3, abs: 1}`" + `). A check gives a score from 0 to 1, an outcome, and a reason a person can act on. An answer that
cannot be read fails, with ` + "`not: true`" + ` too, and reports count it apart; an answer that is empty, that was cut off or that declines is no proof that
something is absent. Only a fault of something else (a mask that is missing, a command that crashes) is an error.

In the map form every kind also takes:

`

func (d Doc) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n", d.Kind, d.Summary)
	if d.Source != "" {
		fmt.Fprintf(b, "Definition: %s.\n", d.Source)
	}
	fmt.Fprintf(b, "\n```yaml\n%s\n```\n", indentItems(d.Example))
	if len(d.Args) > 0 {
		b.WriteByte('\n')
		writeArgs(b, d.Args)
	}
	writeReadings(b, d.Kind)
	if d.Short != "" {
		fmt.Fprintf(b, "\n`%s: value` is short for `%s: {%s: value}`.\n", d.Kind, d.Kind, d.Short)
	}
}

// indentItems makes each line of an example a list item.
func indentItems(example string) string {
	lines := strings.Split(example, "\n")
	for i := range lines {
		lines[i] = "- " + lines[i]
	}
	return strings.Join(lines, "\n")
}

func writeArgs(b *strings.Builder, args []Arg) {
	b.WriteString("| key | takes | meaning |\n|---|---|---|\n")
	for _, a := range slices.Clone(args) {
		doc := a.Doc
		if a.Required {
			doc += " (required)"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", a.Name, a.Type, strings.ReplaceAll(doc, "|", "\\|"))
	}
}
