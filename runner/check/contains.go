package check

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// finding is how the contains family looks for texts.
type finding struct {
	Case   bool `yaml:"case" doc:"upper and lower case must be the same"`
	Words  bool `yaml:"words" doc:"whole words only: red is not in colored"`
	common `yaml:",inline"`
}

// holds reports whether want, prepared, stands in text, prepared.
func (f *finding) holds(text, want string) bool {
	if !f.Words {
		return strings.Contains(text, want)
	}
	for from := 0; ; {
		i := strings.Index(text[from:], want)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(want):])
		if !inWord(before) && !inWord(after) {
			return true
		}
		from = i + 1
	}
}

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == '_')
}

// prepare folds the texts to look for and refuses empty ones.
func (f *finding) prepare(n spec.Node, want []string) ([]string, error) {
	out := make([]string, len(want))
	var errs []error
	for i, w := range want {
		out[i] = prepared(w, f.Case)
		errs = append(errs, notEmpty(n, w))
	}
	return out, spec.Join(errs...)
}

type containsCheck struct {
	Text    string `yaml:"text" required:"true" doc:"what stands in the answer"`
	finding `yaml:",inline"`
	want    []string
}

// Contains checks that text stands in the answer, ignoring case.
func Contains(text string) Check { return build("contains", &containsCheck{Text: text}) }

func (c *containsCheck) compile(n spec.Node, _ Env) (err error) {
	c.want, err = c.prepare(at(n, "text"), []string{c.Text})
	return err
}

func (c *containsCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	expected := "contains " + quote(c.Text)
	if c.holds(prepared(text, c.Case), c.want[0]) {
		return pass(expected, text)
	}
	return fail(expected, text, "%s is not in %s", quote(c.Text), quote(text))
}

type containsAllCheck struct {
	Texts   texts `yaml:"texts" required:"true" doc:"what stands in the answer, in any order"`
	finding `yaml:",inline"`
	want    []string
}

// ContainsAll checks that all texts stand in the answer, ignoring case.
func ContainsAll(texts ...string) Check {
	return build("contains_all", &containsAllCheck{Texts: texts})
}

func (c *containsAllCheck) compile(n spec.Node, _ Env) (err error) {
	c.want, err = c.prepare(at(n, "texts"), c.Texts)
	return spec.Join(err, c.Texts.check(at(n, "texts")))
}

func (c *containsAllCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	folded := prepared(text, c.Case)
	var missing texts
	for i, w := range c.want {
		if !c.holds(folded, w) {
			missing = append(missing, c.Texts[i])
		}
	}
	found := len(c.Texts) - len(missing)
	return graded(float64(found)/float64(len(c.Texts)), 1, "contains all of "+c.Texts.String(), text,
		"%d of %d texts are in %s; missing: %s", found, len(c.Texts), quote(text), missing)
}

type containsAnyCheck struct {
	Texts   texts `yaml:"texts" required:"true" doc:"texts of which one at least stands in the answer"`
	finding `yaml:",inline"`
	want    []string
}

// ContainsAny checks that one of the texts stands in the answer, ignoring case.
func ContainsAny(texts ...string) Check {
	return build("contains_any", &containsAnyCheck{Texts: texts})
}

func (c *containsAnyCheck) compile(n spec.Node, _ Env) (err error) {
	c.want, err = c.prepare(at(n, "texts"), c.Texts)
	return spec.Join(err, c.Texts.check(at(n, "texts")))
}

func (c *containsAnyCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	folded, expected := prepared(text, c.Case), "contains any of "+c.Texts.String()
	for _, w := range c.want {
		if c.holds(folded, w) {
			return pass(expected, text)
		}
	}
	return fail(expected, text, "none of %s is in %s", c.Texts, quote(text))
}
