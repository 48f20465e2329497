package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
	"github.com/vlmspec/vlmspec/runner/reading"
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
	Rule   string  `yaml:"rule" enum:"vlmevalkit|pope|mme|lmms_eval" doc:"a toolkit's reading instead of ours: vlmevalkit (exactly one of the two words stands in the answer), pope (LLaVA's: no or not in the first sentence is no, all else yes), mme (lmms-eval's for MME), lmms_eval (the whole answer is the word)"`
	common `yaml:",inline"`
}

// YesNo checks that the answer says yes, or no.
func YesNo(yes bool) Check { return build("yes_no", &yesNoCheck{Answer: yesOrNo{yes}}) }

func (*yesNoCheck) compile(spec.Node, Env) error { return nil }

func (c *yesNoCheck) judge(_ context.Context, _ Input, text string) result.Verdict {
	read, err := c.read(text)
	if err != nil {
		v := misread(c.Answer.String(), text, err)
		v.Class = c.class("")
		return v
	}
	said := yesOrNo{read}.String()
	v := fail(c.Answer.String(), said, "%s says %s, expected %s", quote(text), said, c.Answer)
	if read == c.Answer.yes {
		v = pass(said, said)
	}
	v.Class = c.class(said)
	return v
}

// class is what the answer was sorted into; found is "" where it cannot be read.
func (c *yesNoCheck) class(found string) *result.Class {
	return &result.Class{Expected: yesOrNo{c.Answer.yes != c.Not}.String(), Found: found}
}

func (c *yesNoCheck) read(text string) (yes bool, err error) {
	read := ""
	switch c.Rule {
	case "":
		return reading.YesNo(text)
	case "vlmevalkit":
		read = strings.ToLower(metric.YesNo(text))
	case "pope":
		read = metric.YesNoLLaVA(text)
	case "mme":
		read = metric.YesNoLMMSMME(text)
	case "lmms_eval":
		read = pytext.Strip(pytext.Lower(text))
	}
	if read != "yes" && read != "no" {
		return false, fmt.Errorf("by the rule of %s it says neither yes nor no, or both", c.Rule)
	}
	return read == "yes", nil
}
