package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// The kinds of groups.
const (
	anyOf  = "any_of"
	allOf  = "all_of"
	noneOf = "none_of"
)

type groupCheck struct {
	Checks checkList `yaml:"checks" required:"true" doc:"checks of any kind but golden, groups too; each may have not and on, and weight and warn belong to the group"`
	common `yaml:",inline"`
	how    string // anyOf, allOf or noneOf
	checks []Check
}

// checkList are entries as `expect` has them.
type checkList []spec.Node

// DecodeNode implements [spec.Decoder].
func (l *checkList) DecodeNode(n spec.Node) error {
	if n.Kind() != spec.List {
		return n.Errorf("write [equals: red, equals: crimson]", "expected a list of checks")
	}
	if *l = n.Items(); len(*l) == 0 {
		return n.Errorf("write [equals: red, equals: crimson]", "the list of checks is empty")
	}
	return nil
}

// JSONSchema refers to what [spec.Schema] defines.
func (*checkList) JSONSchema() map[string]any {
	return map[string]any{"type": "array", "minItems": 1, "items": map[string]any{"$ref": "#/$defs/check"}}
}

func (c *groupCheck) compile(n spec.Node, env Env) (err error) {
	if c.Not && c.how == noneOf {
		return at(n, "not").Errorf("write any_of", "none_of that must not hold is any_of")
	}
	if c.checks, err = CompileAll(c.Checks, env); err != nil {
		return err
	}
	var problems []error
	for i, inner := range c.checks {
		problems = append(problems, belongs(inner, c.Checks[i], c.how))
	}
	return spec.Join(problems...)
}

// belongs refuses in a group what is about the case.
func belongs(c Check, n spec.Node, group string) error {
	w := c.(*wrapped) // which is what compiling makes
	switch {
	case w.kind == GoldenKind:
		return n.Errorf("make it an entry of expect of its own", "golden cannot stand in %s: what is accepted is the answer to the case", group)
	case w.Warn:
		return n.Errorf("put warn on the group", "warn is about the verdict of %s, not about a check in it", group)
	case w.Weight != 0:
		return n.Errorf("put weight on the group", "weight is how much %s counts, not a check in it", group)
	}
	return nil
}

// empty lets the checks of the group say what an empty answer is to them.
func (*groupCheck) empty() bool { return true }

func (c *groupCheck) judge(ctx context.Context, in Input, text string) result.Verdict {
	in.Answer = text
	g := group{}
	for _, inner := range c.checks {
		g.add(inner.Judge(ctx, in))
	}
	v := g.verdict(c.how)
	if c.how == noneOf && v.Outcome == result.Passed {
		if why := provesNoAbsence(in); why != "" {
			v = unread(v.Expected, text, "%s", why)
		}
	}
	v.Actual, v.Inner = either(v.Actual, text), g.all
	return v
}

// group are the verdicts of its checks, by how they ended.
type group struct {
	all, held, failed, unread, broken []result.Verdict
}

func (g *group) add(v result.Verdict) {
	g.all = append(g.all, v)
	list := &g.broken
	switch {
	case v.Unread:
		list = &g.unread
	case v.Outcome == result.Passed:
		list = &g.held
	case v.Outcome == result.Failed:
		list = &g.failed
	}
	*list = append(*list, v)
}

// verdict passes only by what was read: any_of by a check that holds, whatever the others; all_of and none_of when
// every check could be judged.
func (g *group) verdict(how string) result.Verdict {
	expected := how + " " + verdictList(g.all, expectation)
	switch {
	case how == anyOf && len(g.held) > 0:
		return g.as(result.Passed, expected, highest(g.all), "%s", holding(g.held))
	case how == noneOf && len(g.held) > 0:
		return g.as(result.Failed, expected, 1-highest(g.held), "%s, and none may", holding(g.held))
	case len(g.open(how)) > 0:
		v := broken("%s", verdictList(g.open(how), complaint))
		v.Expected = expected
		return v
	case len(g.unread) > 0:
		return unread(expected, "", "%s", verdictList(g.unread, complaint))
	case how == anyOf:
		return g.as(result.Failed, expected, highest(g.all), "none of %s holds: %s", plural(len(g.all), "check"), verdictList(g.failed, complaint))
	case how == allOf && len(g.failed) > 0:
		return g.as(result.Failed, expected, mean(g.all), "%d of %s do not hold: %s", len(g.failed), plural(len(g.all), "check"), verdictList(g.failed, complaint))
	case how == allOf:
		return g.as(result.Passed, expected, mean(g.all), "%s", holding(g.held))
	}
	return g.as(result.Passed, expected, 1-highest(g.all), "none of %s holds", plural(len(g.all), "check"))
}

// open lists the broken checks that leave open whether the group holds.
func (g *group) open(how string) []result.Verdict {
	switch {
	case how == allOf && len(g.failed)+len(g.unread) > 0, how == noneOf && len(g.unread) > 0:
		return nil // it does not hold, whatever they would have said
	case how == noneOf:
		return brokenIn(result.Verdict{Inner: g.all})
	}
	return g.broken
}

// brokenIn lists what could not be judged among the checks of a group, and of the
// groups in it.
func brokenIn(v result.Verdict) (all []result.Verdict) {
	for _, inner := range v.Inner {
		if inner.Outcome == result.Error {
			all = append(all, inner)
		} else {
			all = append(all, brokenIn(inner)...)
		}
	}
	return all
}

// as makes a verdict, with what the first check that decided it looked at.
func (g *group) as(o result.Outcome, expected string, score float64, reason string, args ...any) result.Verdict {
	v := result.Verdict{Outcome: o, Expected: expected, Score: score, Reason: fmt.Sprintf(reason, args...)}
	for _, inner := range append(g.held, g.all...) {
		if v.Overlay == nil {
			v.Overlay = inner.Overlay
		}
		if v.Judge == nil {
			v.Judge = inner.Judge
		}
	}
	return v
}

func holding(held []result.Verdict) string {
	verb := " holds"
	if len(held) > 1 {
		verb = " hold"
	}
	return verdictList(held, expectation) + verb
}

func expectation(v result.Verdict) string {
	return v.Kind + " (" + either(v.Expected, "as it says") + ")"
}

func complaint(v result.Verdict) string {
	return v.Kind + ": " + strings.TrimPrefix(v.Reason, unreadable)
}

func verdictList(all []result.Verdict, say func(result.Verdict) string) string {
	texts := make([]string, len(all))
	for i, v := range all {
		texts[i] = say(v)
	}
	return strings.Join(texts, "; ")
}

func highest(all []result.Verdict) float64 {
	best := 0.0
	for _, v := range all {
		best = max(best, v.Score)
	}
	return best
}

func mean(all []result.Verdict) float64 {
	sum := 0.0
	for _, v := range all {
		sum += v.Score
	}
	return sum / float64(len(all))
}
