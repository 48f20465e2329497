package check

import (
	"context"
	"regexp"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type prefersCheck struct {
	Answer  string  `yaml:"answer" required:"true" enum:"first|second" doc:"the image that is to be preferred"`
	Names   []texts `yaml:"names" doc:"what the images are called, [[left], [right]]; when not given: A, first, image 1, 1 and B, second, image 2, 2"`
	common  `yaml:",inline"`
	pattern [2]*regexp.Regexp
}

// The letter A counts as a capital only: "a" is an article.
var defaultNames = [2]*regexp.Regexp{
	regexp.MustCompile(`\bA\b|(?i:\bfirst\b|\b(?:image|picture|photo|option)\s+(?:a|1|one)\b)|^\W*(?:a|1)\W*$`),
	regexp.MustCompile(`\bB\b|(?i:\bsecond\b|\b(?:image|picture|photo|option)\s+(?:b|2|two)\b)|^\W*(?:b|2)\W*$`),
}

func (c *prefersCheck) compile(n spec.Node, _ Env) error {
	c.pattern = defaultNames
	if c.Names == nil {
		return nil
	}
	if len(c.Names) != 2 {
		return at(n, "names").Errorf("write [[left], [right]]", "expected the names of two images, got %d", len(c.Names))
	}
	for i, names := range c.Names {
		if err := names.check(at(n, "names")); err != nil {
			return err
		}
		words := make([]string, len(names))
		for k, name := range names {
			words[k] = regexp.QuoteMeta(strings.TrimSpace(name))
		}
		c.pattern[i] = regexp.MustCompile(`(?i)(?:^|[^\pL\pN])(?:` + strings.Join(words, "|") + `)(?:$|[^\pL\pN])`)
	}
	return nil
}

func (c *prefersCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	first, second := c.pattern[0].MatchString(text), c.pattern[1].MatchString(text)
	if first == second {
		which := "neither image"
		if first {
			which = "both images"
		}
		return fail(c.Answer, text, "%s names %s, expected the %s alone", quote(text), which, c.Answer)
	}
	said := "second"
	if first {
		said = "first"
	}
	if said == c.Answer {
		return pass(c.Answer, said)
	}
	return fail(c.Answer, said, "%s prefers the %s, expected the %s", quote(text), said, c.Answer)
}
