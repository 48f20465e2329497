package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/reading"
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
	return c.distinct(n)
}

// distinct refuses options that no answer could choose: without a text, or with
// the letter of another one for a text.
func (c *choices) distinct(n spec.Node) error {
	var errs []error
	letters := c.byLetter.Letters()
	for i, letter := range letters {
		place := n
		if n.Kind() == spec.List {
			place = n.Items()[i]
		} else if v := n.Get(letter); !v.IsZero() {
			place = v
		}
		text := Fold(c.byLetter[letter])
		if strings.TrimSpace(text) == "" {
			errs = append(errs, place.Errorf("remove it", "option %s is empty", letter))
		}
		for _, other := range letters {
			if other != letter && text == Fold(other) {
				errs = append(errs, place.Errorf("give the options texts that are not letters", "option %s has the letter of option %s for a text, so an answer %s could mean either", letter, other, other))
			}
		}
	}
	return spec.Join(errs...)
}

func (c choices) list() []reading.Option {
	var out []reading.Option
	for _, letter := range c.byLetter.Letters() {
		out = append(out, reading.Option{Letter: letter, Text: c.byLetter[letter]})
	}
	return out
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
	return shorten(strings.Join(all, ", "), 2*maxQuoted)
}

type choiceCheck struct {
	Options choices `yaml:"options" required:"true" doc:"the options: a list, which is lettered A, B, C, or a map from letter to text"`
	Answer  string  `yaml:"answer" required:"true" doc:"the right option: its letter or its text"`
	Rule    string  `yaml:"rule" enum:"vlmevalkit|lmms_eval|mmmu|easi" doc:"a toolkit's reading instead of ours: vlmevalkit (can_infer), lmms_eval (its generic extractor), mmmu, easi"`
	common  `yaml:",inline"`
	letter  string
}

func (c *choiceCheck) compile(n spec.Node, _ Env) error {
	if err := c.twins(n); err != nil {
		return err
	}
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

// twins refuses a right answer that two options have for a text.
func (c *choiceCheck) twins(n spec.Node) error {
	var same []string
	for _, letter := range c.Options.byLetter.Letters() {
		if Fold(c.Options.byLetter[letter]) == Fold(c.Answer) {
			same = append(same, letter)
		}
	}
	if _, isLetter := c.Options.byLetter[c.Answer]; len(same) < 2 || isLetter {
		return nil
	}
	return at(n, "answer").Errorf("write the letter", "the options %s are both %s", strings.Join(same, " and "), quote(c.Answer))
}

func (c *choiceCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	say := func(letter string) string { return fmt.Sprintf("%s (%s)", letter, c.Options.byLetter[letter]) }
	letter, err := c.read(text)
	switch {
	case err != nil:
		return unread(say(c.letter), text, "%s; options: %s", withAnswer(err, text), c.Options)
	case letter == c.letter:
		return pass(say(letter), say(letter))
	}
	return fail(say(c.letter), say(letter), "read %s in %s, expected %s", say(letter), quote(text), say(c.letter))
}

// read is the letter that the answer chooses.
func (c *choiceCheck) read(text string) (letter string, err error) {
	ok := true
	switch c.Rule {
	case "":
		return reading.Choice(text, c.Options.list())
	case "vlmevalkit":
		letter, ok = metric.Choice(text, c.Options.byLetter)
	case "lmms_eval":
		letter = metric.ChoiceLMMS(text, c.Options.byLetter.Letters())
	case "mmmu":
		letter, ok = metric.ChoiceMMMU(text, c.Options.byLetter)
	case "easi":
		letter, ok = metric.ChoiceEASI(text, c.Options.byLetter.Letters())
	}
	if _, is := c.Options.byLetter[letter]; !ok || !is {
		return "", fmt.Errorf("the rule of %s reads no option, or not one alone", c.Rule)
	}
	return letter, nil
}
