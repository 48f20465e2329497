package check

import (
	"context"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/reading"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type exactCheck struct {
	Text   string `yaml:"text" required:"true" doc:"the answer"`
	common `yaml:",inline"`
}

// Exact checks that the answer is text, byte for byte.
func Exact(text string) Check { return build("exact", &exactCheck{Text: text}) }

func (*exactCheck) empty() bool { return true }

func (c *exactCheck) compile(spec.Node, Env) error { return nil }

func (c *exactCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	if text == c.Text {
		return pass(c.Text, text)
	}
	if Fold(text) == Fold(c.Text) {
		return fail(c.Text, text, "%s differs from %s in case, white space or punctuation only; equals would let it pass",
			quote(text), quote(c.Text))
	}
	return fail(c.Text, text, "answer is %s, not %s", quote(text), quote(c.Text))
}

type equalsCheck struct {
	Text   string `yaml:"text" required:"true" doc:"the answer"`
	common `yaml:",inline"`
	folded string
}

// Equals checks that the answer is text, compared as [Fold] sees both.
func Equals(text string) Check { return build("equals", &equalsCheck{Text: text}) }

func (c *equalsCheck) empty() bool { return c.Text == "" }

func (c *equalsCheck) compile(spec.Node, Env) error {
	c.folded = Fold(c.Text)
	return nil
}

func (c *equalsCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	folded := Fold(text)
	if folded == c.folded {
		return pass(c.Text, text)
	}
	hint := ""
	if c.folded != "" && strings.Contains(folded, c.folded) {
		hint = "; it contains it"
	}
	return fail(c.Text, text, "answer is %s, not %s%s", quote(text), quote(c.Text), hint)
}

type oneOfCheck struct {
	Texts  texts `yaml:"texts" required:"true" doc:"the answers, any one of which will do"`
	common `yaml:",inline"`
	folded []string
}

// OneOf checks that the answer equals one of the texts.
func OneOf(texts ...string) Check { return build("one_of", &oneOfCheck{Texts: texts}) }

func (c *oneOfCheck) empty() bool { return slices.Contains(c.Texts, "") }

func (c *oneOfCheck) compile(n spec.Node, _ Env) error {
	for _, t := range c.Texts {
		c.folded = append(c.folded, Fold(t))
	}
	return c.Texts.check(at(n, "texts"))
}

func (c *oneOfCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	folded, expected := Fold(text), "one of "+c.Texts.String()
	if slices.Contains(c.folded, folded) {
		return pass(expected, text)
	}
	return fail(expected, text, "answer is %s, none of %s", quote(text), c.Texts)
}

type startsWithCheck struct {
	Text   string `yaml:"text" required:"true" doc:"the beginning of the answer"`
	Case   bool   `yaml:"case" doc:"upper and lower case must be the same"`
	common `yaml:",inline"`
	folded string
}

// StartsWith checks the beginning of the answer, ignoring case.
func StartsWith(text string) Check { return build("starts_with", &startsWithCheck{Text: text}) }

func (c *startsWithCheck) compile(n spec.Node, _ Env) error {
	c.folded = prepared(c.Text, c.Case)
	return notEmpty(at(n, "text"), c.Text)
}

func (c *startsWithCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	expected := "begins with " + quote(c.Text)
	if strings.HasPrefix(prepared(strings.TrimSpace(text), c.Case), c.folded) {
		return pass(expected, text)
	}
	return fail(expected, text, "answer begins %s, not with %s", quote(firstLine(strings.TrimSpace(text))), quote(c.Text))
}

// prepared is text as contains and starts_with compare it: without its form.
func prepared(s string, keepCase bool) string { return cased(reading.Flat(s), keepCase) }

// cased is text with its form: characters that differ in form only are one.
func cased(s string, keepCase bool) string {
	s = reading.Characters(s)
	if keepCase {
		return s
	}
	return reading.FoldCase(s)
}

func notEmpty(n spec.Node, text string) error {
	if text != "" {
		return nil
	}
	return n.Errorf("write what must be there", "the text is empty, so every answer would pass")
}
