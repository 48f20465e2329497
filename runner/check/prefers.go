package check

import (
	"context"
	"fmt"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/reading"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type prefersCheck struct {
	Answer string  `yaml:"answer" required:"true" enum:"first|second" doc:"the image that is to be preferred"`
	Names  []texts `yaml:"names" doc:"what the images are called, [[left], [right]]; when not given: A, first, image 1, 1 and B, second, image 2, 2"`
	Rule   string  `yaml:"rule" enum:"depictqa" doc:"a toolkit's reading instead of ours: depictqa (the answer is sdk.Image A or sdk.Image B)"`
	common `yaml:",inline"`
	names  [2][]string // as reading has them
}

func (c *prefersCheck) compile(n spec.Node, _ Env) error {
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
		for _, name := range names {
			c.names[i] = append(c.names[i], Fold(name))
		}
	}
	return nil
}

func (c *prefersCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	which, err := c.read(text)
	if err != nil {
		return misread(c.Answer, text, err)
	}
	said := [...]string{"first", "second"}[which-1]
	if said == c.Answer {
		return pass(c.Answer, said)
	}
	return fail(c.Answer, said, "%s prefers the %s, expected the %s", quote(text), said, c.Answer)
}

// read is the image that the answer prefers: 1 or 2.
func (c *prefersCheck) read(text string) (int, error) {
	if c.Rule == "" {
		return reading.Preference(text, c.names)
	}
	for i, name := range []string{"Image A", "Image B"} {
		if metric.DepictQAEqual(text, name) == 1 {
			return i + 1, nil
		}
	}
	return 0, fmt.Errorf("by the rule of %s it is neither sdk.Image A nor sdk.Image B", c.Rule)
}
