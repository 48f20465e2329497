package check

import (
	"context"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// compile makes a check of one YAML entry, read as if from specs/a.yaml.
func compile(t testing.TB, entry string) (Check, error) {
	t.Helper()
	n, err := spec.Parse("specs/a.yaml", []byte(entry))
	if err != nil {
		t.Fatalf("%s: %v", entry, err)
	}
	return Compile(n, Env{})
}

func mustCompile(t testing.TB, entry string) Check {
	t.Helper()
	c, err := compile(t, entry)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// row is an answer and the verdict of a check on it.
type row struct {
	name, entry, answer string
	outcome             result.Outcome
	score               float64 // looked at where it is not 0, and when failed
	actual, reason      string  // looked at where not empty
}

const (
	passed = result.Passed
	failed = result.Failed
)

func judgeRows(t *testing.T, rows []row, in Input) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Helper()
			in.Answer = r.answer
			v := mustCompile(t, r.entry).Judge(context.Background(), in)
			want := r.score
			if r.outcome == passed && want == 0 {
				want = 1
			}
			if v.Outcome != r.outcome || v.Score < want-1e-9 || v.Score > want+1e-9 {
				t.Errorf("%s on %q: %s with score %v (%s), want %s with %v", r.entry, r.answer, v.Outcome, v.Score, v.Reason, r.outcome, want)
			}
			if v.Outcome != passed && v.Reason == "" {
				t.Error("no reason")
			}
			if r.reason != "" && v.Reason != r.reason {
				t.Errorf("reason %q\n  want %q", v.Reason, r.reason)
			}
			if r.actual != "" && v.Actual != r.actual {
				t.Errorf("actual %q, want %q", v.Actual, r.actual)
			}
			if v.File != "specs/a.yaml" || v.Line != 1 || v.Kind == "" {
				t.Errorf("kind %q at %s:%d", v.Kind, v.File, v.Line)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	for _, r := range []struct{ name, entry, want string }{
		{"unknown kind", "contians: red", `specs/a.yaml:1:1: unknown check "contians"; did you mean contains?`},
		{"later", "memory: 1", `specs/a.yaml:1:1: memory is not built yet; remove it for now`},
		{"two kinds", "{equals: a, exact: b}", `specs/a.yaml:1:1: expected a check, that is a map with one key; write equals: red`},
		{"unknown key", "equals: {text: a, wieght: 2}", `specs/a.yaml:1:19: unknown key "wieght"; did you mean weight?`},
		{"missing key", "equals: {weight: 2}", `specs/a.yaml:1:9: key "text" is missing; text is the answer`},
		{"bare", "equals", `specs/a.yaml:1:1: equals has no value; write equals: red`},
		{"no value", "equals:", `specs/a.yaml:1:1: equals has no value; write equals: red`},
		{"map only", "length: 3", "specs/a.yaml:1:9: length takes a map; write length: {max: 20, unit: words}"},
		{"list for text", "equals: [a]", `specs/a.yaml:1:9: expected text, got a list`},
		{"empty text", `contains: ""`, `specs/a.yaml:1:11: the text is empty, so every answer would pass; write what must be there`},
		{"empty list", "one_of: []", `specs/a.yaml:1:9: the list of texts is empty; write [red, crimson]`},
		{"regexp", `matches: "a("`, `specs/a.yaml:1:10: bad regular expression: missing closing ): "a("`},
		{"look-ahead", `matches: "(?=a)"`, "specs/a.yaml:1:10: bad regular expression: invalid or unsupported Perl syntax: \"(?=\"; RE2 has no look-around and no back references"},
		{"weight", "equals: {text: a, weight: 0}", `specs/a.yaml:1:27: 0 is out of range: expected more than 0`},
		{"weight NaN", "equals: {text: a, weight: .nan}", `specs/a.yaml:1:27: expected a number, got .nan`},
		{"on", "equals: {text: a, on: word}", `specs/a.yaml:1:23: on: "word" is not known; ` + onHint},
		{"on path", "equals: {text: a, on: {json: shapes}}", `specs/a.yaml:1:30: a JSON path begins with $, got "shapes"; write $.key or $.list[0]`},
		{"on line", "equals: {text: a, on: {line: middle}}", `specs/a.yaml:1:30: line: "middle" is not a line; write first, last, 2 or -2`},
		{"on two", "equals: {text: a, on: {line: 1, regex: a}}", `specs/a.yaml:1:23: on takes one of json, regex, line; ` + onHint},
		{"on regex", `equals: {text: a, on: {regex: "["}}`, "specs/a.yaml:1:31: bad regular expression: missing closing ]: \"[\""},
		{"limits", "length: {min: 3, max: 2}", "specs/a.yaml:1:15: min 3 is more than max 2"},
		{"no limits", "length: {unit: words}", "specs/a.yaml:1:9: neither min nor max is given; write {max: 20}"},
		{"unit", "length: {max: 2, unit: letters}", `specs/a.yaml:1:24: expected one of characters, words, lines, got text "letters"; known: characters, lines, words`},
		{"schema", "json: {schema: {type: objekt}}", `specs/a.yaml:1:16: bad JSON Schema: $.type: value must be one of 'array', 'boolean', 'integer', 'null', 'number', 'object', 'string'`},
		{"schema list", "json: {schema: [1]}", `specs/a.yaml:1:16: expected a JSON Schema or the path of one; write {type: object}`},
		{"path", "json: {path: a.b}", `specs/a.yaml:1:14: a JSON path begins with $, got "a.b"; write $.key or $.list[0]`},
	} {
		t.Run(r.name, func(t *testing.T) {
			_, err := compile(t, r.entry)
			if err == nil || !strings.HasPrefix(err.Error(), r.want) {
				t.Errorf("%s: %v\nwant %s", r.entry, err, r.want)
			}
		})
	}
}

func TestCompileAllReportsEveryMistake(t *testing.T) {
	n, err := spec.Parse("a.yaml", []byte("- eqals: a\n- equals: b\n- matches: '('\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = CompileAll(n.Items(), Env{}); len(spec.Mistakes(err)) != 2 {
		t.Errorf("%v", err)
	}
	checks, err := CompileAll(n.Items()[1:2], Env{})
	if err != nil || len(checks) != 1 {
		t.Errorf("%v %v", checks, err)
	}
}

func TestCommonKeys(t *testing.T) {
	v := mustCompile(t, "equals: {text: red, weight: 2.5, warn: true}").Judge(context.Background(), Input{Answer: "blue"})
	if v.Weight != 2.5 || !v.Warn || v.Outcome != failed {
		t.Errorf("%+v", v)
	}
	if v := mustCompile(t, "equals: red").Judge(context.Background(), Input{Answer: "blue"}); v.Weight != 0 || v.Warn {
		t.Errorf("%+v", v)
	}
}

func TestNotAndOn(t *testing.T) {
	const colour = "equals: {text: red, on: {json: '$.shapes[0].color'}}"
	judgeRows(t, []row{
		{
			name: "not fails", entry: "contains: {text: cat, not: true}", answer: "A cat.", outcome: failed,
			reason: `it is so, and the spec says not: contains "cat"`,
		},
		{name: "not passes", entry: "contains: {text: cat, not: true}", answer: "A dog.", outcome: passed},
		{name: "not turns the score", entry: "contains_all: {texts: [a, b, c, z], not: true}", answer: "abc", outcome: passed, score: 0.25},
		{name: "json", entry: colour, answer: "```json\n{\"shapes\": [{\"color\": \"Red\"}]}\n```", outcome: passed, actual: "Red"},
		{name: "json amid prose", entry: colour, answer: `See [this]: {"shapes": [{"color": "Red"}]} ok?`, outcome: passed},
		{
			name: "json missing", entry: colour, answer: `{"shapes": [{"hue": 1, "a": 2}]}`, outcome: failed,
			reason: "cannot be read: on: the JSON has no $.shapes[0].color; $.shapes[0] is an object with the keys \"a\", \"hue\"",
		},
		{
			name: "json index", entry: colour, answer: `{"shapes": []}`, outcome: failed,
			reason: "cannot be read: on: the JSON has no $.shapes[0]; $.shapes is a list of 0 items",
		},
		{name: "no json", entry: colour, answer: "red", outcome: failed, reason: `cannot be read: on: there is no JSON in it`},
		{name: "unread is never not", entry: "equals: {text: red, not: true, on: {json: $.a}}", answer: "red", outcome: failed},
		{name: "number keeps its text", entry: "exact: {text: 1.50, on: {json: $.a}}", answer: `{"a": 1.50}`, outcome: passed, actual: "1.50"},
		{name: "negative index and quoted key", entry: `equals: {text: b, on: {json: "$['the list'][-1]"}}`, answer: `{"the list": ["a", "b"]}`, outcome: passed},
		{name: "regex group", entry: "equals: {text: 42, on: {regex: 'is (\\d+)'}}", answer: "It is 42.", outcome: passed, actual: "42"},
		{name: "regex", entry: "equals: {text: 42, on: {regex: '\\d+'}}", answer: "It is 42.", outcome: passed},
		{
			name: "regex misses", entry: "equals: {text: 42, on: {regex: '\\d+'}}", answer: "none", outcome: failed,
			reason: `cannot be read: on: the regular expression \d+ matches nothing in "none"`,
		},
		{name: "last line", entry: "equals: {text: b, on: {line: last}}", answer: "a\r\n b \n\n", outcome: passed, actual: "b"},
		{name: "first line", entry: "equals: {text: a, on: {line: first}}", answer: "\na\nb", outcome: passed},
		{name: "line 2", entry: "equals: {text: b, on: {line: 2}}", answer: "\na\nb", outcome: passed},
		{name: "line -2", entry: "equals: {text: a, on: {line: -2}}", answer: "\na\nb", outcome: passed},
		{
			name: "no such line", entry: "equals: {text: a, on: {line: 3}}", answer: "a", outcome: failed,
			reason: "cannot be read: on: the answer has 1 line, and no line 3",
		},
		{name: "answer", entry: "equals: {text: a, on: answer}", answer: "a", outcome: passed},
	}, Input{})
}

func TestDocsAndSchemas(t *testing.T) {
	schemas := Schemas()
	for _, d := range Kinds() {
		if schemas[d.Kind] == nil || d.Summary == "" || !strings.HasSuffix(d.Summary, ".") {
			t.Errorf("%s: schema %v, summary %q", d.Kind, schemas[d.Kind], d.Summary)
		}
		for line := range strings.Lines(d.Example) {
			c := mustCompile(t, line)
			if w := c.(*wrapped); w.kind != d.Kind {
				t.Errorf("example of %s is %s", d.Kind, w.kind)
			}
		}
		for _, a := range d.Args {
			if a.Doc == "" || a.Type == "" {
				t.Errorf("%s.%s says nothing", d.Kind, a.Name)
			}
		}
		if kinds[d.Kind].group == "" {
			t.Errorf("%s is in no group", d.Kind)
		}
	}
	var b strings.Builder
	if err := Markdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"### equals\n", "- equals: red", "| `text` | text | the answer (required) |", "`equals: value` is short"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}
