package check

import (
	"context"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/reading"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// exprEnv is what an expression can name.
type exprEnv struct {
	Answer  string         `expr:"answer"`    // what the check is on
	Thought string         `expr:"reasoning"` // what the model thought before, "" for nothing
	Prompt  string         `expr:"prompt"`    // with <image> where an image stood
	Finish  string         `expr:"finish"`    // stop or length
	JSON    any            `expr:"json"`      // the JSON in the answer
	Points  []exprPoint    `expr:"points"`    // read as format auto, empty when there is none
	Boxes   []exprBox      `expr:"boxes"`     //
	Number  float64        `expr:"number"`    // the only number in the answer, or the one it announces
	Numbers []float64      `expr:"numbers"`   // every number in the answer
	Row     map[string]any `expr:"row"`       // row variables, and vars
	Tokens  map[string]int `expr:"tokens"`    // output, image, text
	Seconds float64        `expr:"seconds"`   // from asking to the last token
}

type exprPoint struct {
	X     float64 `expr:"x"`
	Y     float64 `expr:"y"`
	Label string  `expr:"label"`
}

type exprBox struct {
	X0    float64 `expr:"x0"`
	Y0    float64 `expr:"y0"`
	X1    float64 `expr:"x1"`
	Y1    float64 `expr:"y1"`
	Label string  `expr:"label"`
}

type exprCheck struct {
	Expr    string   `yaml:"that" required:"true" doc:"an expression (expr-lang.org) that is true, or a score from 0 to 1; it can name answer, reasoning, prompt, finish, json, points, boxes, number, numbers, row, tokens and seconds; what it names of these and cannot be read makes the answer unread"`
	Min     *float64 `yaml:"min" min:"0" max:"1" doc:"least score, for an expression that is a number; 1 when not given"`
	common  `yaml:",inline"`
	program *vm.Program
	names   map[string]bool // what the expression may look at
}

func (c *exprCheck) compile(n spec.Node, _ Env) error {
	program, err := expr.Compile(c.Expr, expr.Env(exprEnv{}))
	if err != nil {
		problem, _, _ := strings.Cut(err.Error(), "\n")
		return at(n, "that").Errorf("see https://expr-lang.org/docs/language-definition", "bad expression: %s", problem)
	}
	c.program, c.names = program, map[string]bool{}
	node := program.Node()
	ast.Walk(&node, named(c.names))
	return nil
}

// timed is true where the expression names seconds.
func (c *exprCheck) timed() bool { return c.names["seconds"] || c.names["$env"] }

// named collects the names of an expression, and its texts where they could be
// names: $env["json"].
type named map[string]bool

// Visit implements [ast.Visitor].
func (n named) Visit(node *ast.Node) {
	switch v := (*node).(type) {
	case *ast.IdentifierNode:
		n[v.Value] = true
	case *ast.MemberNode:
		if env, ok := v.Node.(*ast.IdentifierNode); ok && env.Value == "$env" {
			n.member(v.Property)
		}
	}
}

// member notes what is read of $env; anything could be where that is computed.
func (n named) member(property ast.Node) {
	if text, ok := property.(*ast.StringNode); ok {
		n[text.Value] = true
		return
	}
	for _, name := range []string{"json", "points", "boxes", "number", "numbers"} {
		n[name] = true
	}
}

func (c *exprCheck) judge(_ context.Context, in Input, text string) result.Verdict {
	env, err := c.env(in, text)
	if err != nil {
		return misread(c.Expr, text, err)
	}
	out, err := expr.Run(c.program, env)
	if err != nil { // of the answer: a key it does not have, say
		problem, _, _ := strings.Cut(err.Error(), "\n")
		return unread(c.Expr, text, "%s cannot be decided of %s: %s", c.Expr, quote(text), problem)
	}
	switch v := out.(type) {
	case bool:
		if v {
			return pass(c.Expr, text)
		}
		return fail(c.Expr, text, "%s is not so for %s", c.Expr, quote(text))
	case float64:
		return c.scored(v, text)
	case int:
		return c.scored(float64(v), text)
	}
	return broken("%s is %v, expected true, false or a score from 0 to 1", c.Expr, out)
}

func (c *exprCheck) scored(score float64, text string) result.Verdict {
	if !(score >= 0 && score <= 1) {
		return broken("%s is %s, expected a score from 0 to 1", c.Expr, num(score))
	}
	return graded(score, valueOr(c.Min, 1), c.Expr, text, "%s is %s for %s, expected at least %s", c.Expr, num(score), quote(text), num(valueOr(c.Min, 1)))
}

// env reads what the expression names, and nothing else: what cannot be read is
// an error only where somebody wants it.
func (c *exprCheck) env(in Input, text string) (exprEnv, error) {
	e := exprEnv{
		Answer: text, Thought: in.Reasoning, Prompt: in.Prompt, Finish: in.Finish, Row: in.Vars, Seconds: in.Timings.Total,
		Tokens: map[string]int{"output": in.Tokens.Output, "image": in.Tokens.Image, "text": in.Tokens.Text},
	}
	if e.Row == nil {
		e.Row = map[string]any{}
	}
	var o point.Options
	if len(in.Images) == 1 {
		s := shownAt(in, 0)
		o.Width, o.Height = s.Width, s.Height
	}
	for _, reader := range []struct {
		name string
		read func() error
	}{
		{"json", func() error { return e.readJSON(text) }},
		{"number", func() (err error) { e.Number, err = reading.Number(text, reading.NumberOptions{}); return err }},
		{"numbers", func() (err error) { e.Numbers, err = reading.Numbers(text, reading.NumberOptions{}); return err }},
		{"points", func() error { return e.readPoints(text, o) }},
		{"boxes", func() error { return e.readBoxes(text, o) }},
	} {
		if c.names[reader.name] {
			if err := reader.read(); err != nil {
				return e, err
			}
		}
	}
	return e, nil
}

func (e *exprEnv) readJSON(text string) error {
	v, _, err := reading.JSON(text)
	e.JSON = plainNumbers(v)
	return err
}

func (e *exprEnv) readPoints(text string, o point.Options) error {
	points, err := point.Points(text, o)
	for _, p := range points {
		e.Points = append(e.Points, exprPoint{p.X, p.Y, p.Label})
	}
	return err
}

func (e *exprEnv) readBoxes(text string, o point.Options) error {
	boxes, err := point.Boxes(text, o)
	for _, b := range boxes {
		e.Boxes = append(e.Boxes, exprBox{b.X0, b.Y0, b.X1, b.Y1, b.Label})
	}
	return err
}

// plainNumbers makes the numbers of decoded JSON ones that expressions compute with.
func plainNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = plainNumbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = plainNumbers(v[i])
		}
	default:
		if f, ok := numberOf(v); ok {
			return f
		}
	}
	return v
}
