package check

import (
	"context"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// exprEnv is what an expression can name.
type exprEnv struct {
	Answer  string         `expr:"answer"`  // what the check is on
	Prompt  string         `expr:"prompt"`  // with <image> where an image stood
	Finish  string         `expr:"finish"`  // stop or length
	JSON    any            `expr:"json"`    // the JSON in the answer, nil when there is none
	Points  []exprPoint    `expr:"points"`  // read as format auto, empty when there is none
	Boxes   []exprBox      `expr:"boxes"`   //
	Numbers []float64      `expr:"numbers"` // every number in the answer
	Row     map[string]any `expr:"row"`     // row variables, and vars
	Tokens  map[string]int `expr:"tokens"`  // output, image, text
	Seconds float64        `expr:"seconds"` // from asking to the last token
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
	Expr    string   `yaml:"that" required:"true" doc:"an expression (expr-lang.org) that is true, or a score from 0 to 1; it can name answer, prompt, finish, json, points, boxes, numbers, row, tokens and seconds"`
	Min     *float64 `yaml:"min" min:"0" max:"1" doc:"least score, for an expression that is a number; 1 when not given"`
	common  `yaml:",inline"`
	program *vm.Program
}

func (c *exprCheck) compile(n spec.Node, _ Env) error {
	program, err := expr.Compile(c.Expr, expr.Env(exprEnv{}))
	if err != nil {
		problem, _, _ := strings.Cut(err.Error(), "\n")
		return at(n, "that").Errorf("see https://expr-lang.org/docs/language-definition", "bad expression: %s", problem)
	}
	c.program = program
	return nil
}

// timed is true where the expression names seconds.
func (c *exprCheck) timed() bool {
	var names namesSeconds
	node := c.program.Node()
	ast.Walk(&node, &names)
	return bool(names)
}

type namesSeconds bool

// Visit implements [ast.Visitor].
func (n *namesSeconds) Visit(node *ast.Node) {
	id, ok := (*node).(*ast.IdentifierNode)
	if ok && (id.Value == "seconds" || id.Value == "$env") {
		*n = true
	}
}

func (c *exprCheck) judge(_ context.Context, in Input, text string) result.Verdict {
	out, err := expr.Run(c.program, c.env(in, text))
	if err != nil { // of the answer: a key it does not have, say
		problem, _, _ := strings.Cut(err.Error(), "\n")
		return fail(c.Expr, text, "%s cannot be told of %s: %s", c.Expr, quote(text), problem)
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

func (c *exprCheck) env(in Input, text string) exprEnv {
	e := exprEnv{
		Answer: text, Prompt: in.Prompt, Finish: in.Finish, Row: in.Vars, Numbers: numbersIn(text), Seconds: in.Timings.Total,
		Tokens: map[string]int{"output": in.Tokens.Output, "image": in.Tokens.Image, "text": in.Tokens.Text},
	}
	if e.Row == nil {
		e.Row = map[string]any{}
	}
	if v, err := findJSON(text); err == nil {
		e.JSON = plainNumbers(v)
	}
	var o point.Options
	if len(in.Images) == 1 {
		s := shownAt(in, 0)
		o.Width, o.Height = s.Width, s.Height
	}
	if points, err := point.Points(text, o); err == nil {
		for _, p := range points {
			e.Points = append(e.Points, exprPoint{p.X, p.Y, p.Label})
		}
	}
	if boxes, err := point.Boxes(text, o); err == nil {
		for _, b := range boxes {
			e.Boxes = append(e.Boxes, exprBox{b.X0, b.Y0, b.X1, b.Y1, b.Label})
		}
	}
	return e
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
