package check

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/runner/reading"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// on is the part of an answer a check reads.
type on struct {
	path  jsonPath       // json: $.path
	regex *regexp.Regexp // regex: its first group, or all of the match
	line  int            // line: counted from 1, from the end when negative; 0 is off

	reasoning bool // what the model thought before the answer
}

type onMap struct {
	JSON  *string   `yaml:"json"`
	Regex *string   `yaml:"regex"`
	Line  spec.Node `yaml:"line"`
}

const onHint = "write answer, reasoning, {json: $.path}, {regex: '(\\d+)'} or {line: last}"

// DecodeNode implements [spec.Decoder].
func (o *on) DecodeNode(n spec.Node) error {
	if n.Kind() != spec.Map {
		switch n.Text() {
		case "answer":
			return nil
		case "reasoning":
			o.reasoning = true
			return nil
		}
		return n.Errorf(onHint, "on: %s is not known", quote(n.Text()))
	}
	var m onMap
	if err := n.Decode(&m); err != nil {
		return err
	}
	if len(n.Entries()) != 1 {
		return n.Errorf(onHint, "on takes one of json, regex, line")
	}
	var err error
	switch {
	case m.JSON != nil:
		if o.path, err = parsePath(*m.JSON); err != nil {
			return n.Get("json").Errorf("write $.key or $.list[0]", "%v", err)
		}
	case m.Regex != nil:
		if o.regex, err = regexp.Compile(*m.Regex); err != nil {
			return n.Get("regex").Errorf("", "bad regular expression: %s", regexpProblem(err))
		}
	default:
		return o.decodeLine(m.Line)
	}
	return nil
}

func (o *on) decodeLine(n spec.Node) error {
	switch text := n.Text(); text {
	case "first":
		o.line = 1
	case "last":
		o.line = -1
	default:
		i, err := strconv.Atoi(text)
		if err != nil || i == 0 {
			return n.Errorf("write first, last, 2 or -2", "line: %s is not a line", quote(text))
		}
		o.line = i
	}
	return nil
}

// JSONSchema implements [spec.Schemer].
func (*on) JSONSchema() map[string]any {
	text := map[string]any{"type": "string"}
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "string", "enum": []any{"answer", "reasoning"}},
		map[string]any{
			"type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
			"properties": map[string]any{
				"json": text, "regex": text,
				"line": map[string]any{"anyOf": []any{map[string]any{"type": "integer"}, text}},
			},
		},
	}}
}

// read returns the part of the answer, or a sentence that says why there is none.
func (o *on) read(in Input) (text, problem string) {
	answer := in.Answer
	switch {
	case o.reasoning && in.Reasoning == "":
		return "", "on: there is no reasoning before the answer"
	case o.reasoning:
		return in.Reasoning, ""
	case o.path != nil:
		return o.readJSON(answer)
	case o.regex != nil:
		m := o.regex.FindStringSubmatch(answer)
		if m == nil {
			return "", "on: the regular expression " + o.regex.String() + " matches nothing in " + quote(answer)
		}
		if len(m) > 1 {
			return m[1], ""
		}
		return m[0], ""
	case o.line != 0:
		return o.readLine(answer)
	}
	return answer, ""
}

func (o *on) readJSON(answer string) (text, problem string) {
	v, _, err := reading.JSON(answer)
	if err != nil {
		return "", "on: " + err.Error()
	}
	found, err := o.path.find(v)
	if err != nil {
		return "", "on: " + err.Error()
	}
	return jsonText(found), ""
}

// readLine counts lines with something on them.
func (o *on) readLine(answer string) (text, problem string) {
	var lines []string
	for line := range strings.Lines(answer) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	i := o.line - 1
	if o.line < 0 {
		i = len(lines) + o.line
	}
	if i < 0 || i >= len(lines) {
		return "", "on: the answer has " + plural(len(lines), "line") + ", and no line " + strconv.Itoa(o.line)
	}
	return lines[i], ""
}
