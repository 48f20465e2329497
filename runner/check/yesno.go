package check

import (
	"context"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// yesOrNo is yes or no, quoted or not; true and false are taken for them too,
// since other YAML readers turn one into the other.
type yesOrNo struct{ yes bool }

// DecodeNode implements [spec.Decoder].
func (y *yesOrNo) DecodeNode(n spec.Node) error {
	switch text := strings.ToLower(n.Text()); {
	case n.Kind() != spec.Scalar:
		return n.Errorf("write yes_no: yes", "expected yes or no, got a %s", n.Kind())
	case text == "yes", text == "true":
		y.yes = true
	case text != "no" && text != "false":
		return n.Errorf("write yes_no: yes", "expected yes or no, got %s", quote(n.Text()))
	}
	return nil
}

// JSONSchema implements [spec.Schemer].
func (*yesOrNo) JSONSchema() map[string]any {
	return map[string]any{"enum": []any{"yes", "no", true, false}}
}

func (*yesOrNo) typeName() string { return "yes or no" }

func (y yesOrNo) String() string {
	if y.yes {
		return "yes"
	}
	return "no"
}

type yesNoCheck struct {
	Answer yesOrNo `yaml:"answer" required:"true" doc:"the answer"`
	common `yaml:",inline"`
}

// YesNo checks that the answer says yes, or no.
func YesNo(yes bool) Check { return build("yes_no", &yesNoCheck{Answer: yesOrNo{yes}}) }

func (*yesNoCheck) compile(spec.Node, Env) error { return nil }

func (c *yesNoCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	read := strings.ToLower(metric.YesNo(text))
	var v result.Verdict
	switch {
	case read == c.Answer.String():
		v = pass(read, read)
	case read == "yes" || read == "no":
		v = fail(c.Answer.String(), read, "%s says %s, expected %s", quote(text), read, c.Answer)
	default:
		v = fail(c.Answer.String(), text, "%s says neither yes nor no, or both; expected %s", quote(text), c.Answer)
		read = ""
	}
	v.Class = &result.Class{Expected: yesOrNo{c.Answer.yes != c.Not}.String(), Found: read}
	return v
}
