package check

import (
	"context"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/reading"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// finding is how the contains family looks for texts.
type finding struct {
	Case   bool `yaml:"case" doc:"upper and lower case must be the same"`
	Words  bool `yaml:"words" doc:"whole words only, by UAX #29: red is not in colored"`
	common `yaml:",inline"`
}

// searched is a text that others are looked for in.
type searched struct {
	plain  string // without its form
	raw    string // with it, for texts that are written with it themselves
	bounds []bool // where words may begin and end in plain; nil where words do not matter
}

// wanted is a text to look for.
type wanted struct {
	text string
	raw  bool // it has marks that are form, so it is looked for in the answer as it is
}

// search prepares an answer, or says why words cannot be told apart in it.
func (f *finding) search(text string) (s searched, problem string) {
	s = searched{plain: prepared(text, f.Case), raw: cased(text, f.Case)}
	if !f.Words {
		return s, ""
	}
	if script := reading.Unbounded(text); script != "" {
		return s, script + " has no marks between words, so words: true cannot be judged"
	}
	s.bounds = reading.WordBounds(s.plain)
	return s, ""
}

// holds reports whether want stands in the text.
func (s *searched) holds(want wanted) bool {
	if want.raw {
		return strings.Contains(s.raw, want.text)
	}
	for from := 0; ; {
		i := strings.Index(s.plain[from:], want.text)
		if i < 0 {
			return false
		}
		i += from
		if s.bounds == nil || s.bounds[i] && s.bounds[i+len(want.text)] {
			return true
		}
		from = i + 1
	}
}

// prepare folds the texts to look for and refuses empty ones.
func (f *finding) prepare(n spec.Node, want []string) ([]wanted, error) {
	out := make([]wanted, len(want))
	var errs []error
	for i, w := range want {
		out[i] = wanted{text: prepared(w, f.Case)}
		if reading.Formed(w) {
			out[i] = wanted{cased(w, f.Case), true}
		}
		errs = append(errs, notEmpty(n, w))
		if script := reading.Unbounded(w); f.Words && script != "" {
			errs = append(errs, n.Errorf("remove words: true", "%s has no marks between words, so words: true cannot be judged", script))
		}
	}
	return out, spec.Join(errs...)
}

type containsCheck struct {
	Text    string `yaml:"text" required:"true" doc:"what stands in the answer"`
	finding `yaml:",inline"`
	want    []wanted
}

// Contains checks that text stands in the answer, ignoring case.
func Contains(text string) Check { return build("contains", &containsCheck{Text: text}) }

func (c *containsCheck) compile(n spec.Node, _ Env) (err error) {
	c.want, err = c.prepare(at(n, "text"), []string{c.Text})
	return err
}

func (c *containsCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	expected := "contains " + quote(c.Text)
	in, problem := c.search(text)
	if problem != "" {
		return unread(expected, text, "%s", problem)
	}
	if in.holds(c.want[0]) {
		return pass(expected, text)
	}
	return fail(expected, text, "%s is not in %s", quote(c.Text), quote(text))
}

type containsAllCheck struct {
	Texts   texts `yaml:"texts" required:"true" doc:"what stands in the answer, in any order"`
	finding `yaml:",inline"`
	want    []wanted
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
	expected := "contains all of " + c.Texts.String()
	in, problem := c.search(text)
	if problem != "" {
		return unread(expected, text, "%s", problem)
	}
	var missing texts
	for i, w := range c.want {
		if !in.holds(w) {
			missing = append(missing, c.Texts[i])
		}
	}
	found := len(c.Texts) - len(missing)
	return graded(float64(found)/float64(len(c.Texts)), 1, expected, text,
		"%d of %d texts are in %s; missing: %s", found, len(c.Texts), quote(text), missing)
}

type containsAnyCheck struct {
	Texts   texts `yaml:"texts" required:"true" doc:"texts of which one at least stands in the answer"`
	finding `yaml:",inline"`
	want    []wanted
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
	expected := "contains any of " + c.Texts.String()
	in, problem := c.search(text)
	if problem != "" {
		return unread(expected, text, "%s", problem)
	}
	if slices.ContainsFunc(c.want, in.holds) {
		return pass(expected, text)
	}
	return fail(expected, text, "none of %s is in %s", c.Texts, quote(text))
}
