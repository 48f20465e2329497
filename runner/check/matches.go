package check

import (
	"context"
	"errors"
	"regexp"
	"regexp/syntax"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type matchesCheck struct {
	Pattern string `yaml:"pattern" required:"true" doc:"regular expression in RE2 syntax; (?i) ignores case, (?s) lets . match newlines"`
	common  `yaml:",inline"`
	re      *regexp.Regexp
}

// Matches checks that a regular expression (RE2) matches somewhere in the
// answer. A pattern that does not compile makes every verdict an error.
func Matches(pattern string) Check { return build("matches", &matchesCheck{Pattern: pattern}) }

func (c *matchesCheck) compile(n spec.Node, _ Env) (err error) {
	n = at(n, "pattern")
	if err := notEmpty(n, c.Pattern); err != nil {
		return err
	}
	if c.re, err = regexp.Compile(c.Pattern); err != nil {
		return n.Errorf(regexpHint(err), "bad regular expression: %s", regexpProblem(err))
	}
	return nil
}

func (c *matchesCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	expected := "matches " + c.Pattern
	if m := c.re.FindStringIndex(text); m != nil {
		return pass(expected, text[m[0]:m[1]])
	}
	return fail(expected, text, "%s does not match %s", quote(text), shorten(c.Pattern, maxQuoted))
}

// regexpProblem says what is wrong without the library's prefix.
func regexpProblem(err error) string {
	if e, ok := errors.AsType[*syntax.Error](err); ok {
		return e.Code.String() + ": " + quote(e.Expr)
	}
	return err.Error()
}

func regexpHint(err error) string {
	var e *syntax.Error
	if errors.As(err, &e) && e.Code == syntax.ErrInvalidPerlOp {
		return "RE2 has no look-around and no back references"
	}
	return ""
}
