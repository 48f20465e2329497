package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// choices are the options of a multiple-choice question by letter. A list gets
// the letters A, B, C and so on.
type choices struct{ byLetter metric.Choices }

// DecodeNode implements [spec.Decoder].
func (c *choices) DecodeNode(n spec.Node) error {
	c.byLetter = metric.Choices{}
	switch n.Kind() {
	case spec.List:
		for i, item := range n.Items() {
			if i > 25 {
				return item.Errorf("", "more than 26 options")
			}
			var text string
			if err := item.Decode(&text); err != nil {
				return err
			}
			c.byLetter[string(rune('A'+i))] = text
		}
	case spec.Map:
		for _, e := range n.Entries() {
			if len(e.Key) != 1 || e.Key[0] < 'A' || e.Key[0] > 'Z' {
				return e.KeyNode.Errorf("write {A: red, B: blue}", "%s is not a letter from A to Z", quote(e.Key))
			}
			var text string
			if err := e.Value.Decode(&text); err != nil {
				return err
			}
			c.byLetter[e.Key] = text
		}
	default:
		return n.Errorf("write [red, blue] or {A: red, B: blue}", "expected the options, got a %s", n.Kind())
	}
	if len(c.byLetter) < 2 {
		return n.Errorf("write [red, blue]", "expected at least two options, got %d", len(c.byLetter))
	}
	return nil
}

// JSONSchema implements [spec.Schemer].
func (*choices) JSONSchema() map[string]any {
	text := map[string]any{"type": []any{"string", "number", "boolean"}}
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "array", "items": text, "minItems": 2, "maxItems": 26},
		map[string]any{"type": "object", "propertyNames": map[string]any{"pattern": "^[A-Z]$"}, "additionalProperties": text, "minProperties": 2},
	}}
}

func (*choices) typeName() string { return "list of text, or map from letter to text" }

// String lists the options for a sentence.
func (c choices) String() string {
	var all []string
	for _, letter := range c.byLetter.Letters() {
		all = append(all, letter+" "+c.byLetter[letter])
	}
	return shorten(strings.Join(all, ", "), 2*mostQuoted)
}

type choiceCheck struct {
	Options choices `yaml:"options" required:"true" doc:"the options: a list, which is lettered A, B, C, or a map from letter to text"`
	Answer  string  `yaml:"answer" required:"true" doc:"the right option: its letter or its text"`
	common  `yaml:",inline"`
	letter  string
}

func (c *choiceCheck) compile(n spec.Node, _ Env) error {
	for _, letter := range c.Options.byLetter.Letters() {
		if Fold(c.Options.byLetter[letter]) == Fold(c.Answer) {
			c.letter = letter
			return nil
		}
	}
	if _, ok := c.Options.byLetter[c.Answer]; ok {
		c.letter = c.Answer
		return nil
	}
	return at(n, "answer").Errorf("options: "+c.Options.String(), "%s is none of the options", quote(c.Answer))
}

func (c *choiceCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	say := func(letter string) string { return fmt.Sprintf("%s (%s)", letter, c.Options.byLetter[letter]) }
	letter, ok := metric.Choice(text, c.Options.byLetter)
	switch {
	case !ok:
		return fail(say(c.letter), text, "no option, or not one alone, can be read in %s; options: %s", quote(text), c.Options)
	case letter == metric.Refused && c.Options.byLetter[letter] == "":
		return fail(say(c.letter), text, "the answer declines: %s", quote(text))
	case letter == c.letter:
		return pass(say(letter), say(letter))
	}
	return fail(say(c.letter), say(letter), "read %s in %s, expected %s", say(letter), quote(text), say(c.letter))
}
