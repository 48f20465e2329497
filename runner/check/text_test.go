package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func TestText(t *testing.T) {
	judgeRows(t, []row{
		{name: "exact", entry: "exact: Red.", answer: "Red.", outcome: passed},
		{
			name: "exact differs in case", entry: "exact: Red.", answer: "red", outcome: failed,
			reason: `"red" differs from "Red." in case, white space or punctuation only; equals would let it pass`,
		},
		{name: "exact differs", entry: "exact: red", answer: "blue", outcome: failed, reason: `answer is "blue", not "red"`},
		{name: "equals", entry: "equals: red", answer: "red", outcome: passed},
		{name: "equals folds", entry: "equals: STRASSE", answer: " Straße!! \n", outcome: passed},
		{name: "equals NFKC", entry: "equals: ﬁsh", answer: "ＦＩＳＨ。", outcome: passed},
		{name: "equals a number", entry: "equals: 3", answer: "3.", outcome: passed},
		{name: "equals true", entry: "equals: true", answer: "True", outcome: passed},
		{name: "equals keeps percent", entry: "equals: 5", answer: "5%", outcome: failed},
		{
			name: "equals fails", entry: "equals: red", answer: "It is red", outcome: failed,
			reason: `answer is "It is red", not "red"; it contains it`,
		},
		{name: "equals empty", entry: `equals: ""`, answer: " \n", outcome: passed},
		{name: "punctuation alone is kept", entry: `equals: "?"`, answer: "", outcome: failed},
		{name: "one_of", entry: "one_of: [red, crimson]", answer: "Crimson.", outcome: passed},
		{name: "one_of scalar", entry: "one_of: red", answer: "Red", outcome: passed},
		{
			name: "one_of fails", entry: "one_of: [red, crimson]", answer: "blue", outcome: failed,
			reason: `answer is "blue", none of "red", "crimson"`,
		},
		{name: "contains", entry: "contains: CIRCLE", answer: "a circle", outcome: passed},
		{
			name: "contains case", entry: "contains: {text: CIRCLE, case: true}", answer: "a circle", outcome: failed,
			reason: `"CIRCLE" is not in "a circle"`,
		},
		{name: "contains part of a word", entry: "contains: red", answer: "colored", outcome: passed},
		{name: "contains words", entry: "contains: {text: red, words: true}", answer: "colored, red.", outcome: passed},
		{name: "contains words fails", entry: "contains: {text: red, words: true}", answer: "colored reds", outcome: failed},
		{name: "contains words at the ends", entry: "contains: {text: é, words: true}", answer: "é", outcome: passed},
		{name: "contains_all", entry: "contains_all: [red, circle]", answer: "A circle, red", outcome: passed},
		{
			name: "contains_all in part", entry: "contains_all: [red, circle, big]", answer: "red circle", outcome: failed, score: 2. / 3,
			reason: `2 of 3 texts are in "red circle"; missing: "big"`,
		},
		{name: "contains_any", entry: "contains_any: [disc, circle]", answer: "A circle", outcome: passed},
		{
			name: "contains_any fails", entry: "contains_any: [disc, circle]", answer: "square", outcome: failed,
			reason: `none of "disc", "circle" is in "square"`,
		},
		{name: "starts_with", entry: "starts_with: A red", answer: "\n a Red ball", outcome: passed},
		{
			name: "starts_with case", entry: "starts_with: {text: A red, case: true}", answer: "a red ball", outcome: failed,
			reason: `answer begins "a red ball", not with "A red"`,
		},
		{name: "matches", entry: "matches: '^(red|blue) \\w+$'", answer: "red ball", outcome: passed},
		{name: "matches shows the match", entry: "matches: '\\d+'", answer: "it is 42!", outcome: passed, actual: "42"},
		{name: "matches fails", entry: "matches: '^\\d+$'", answer: "x", outcome: failed, reason: `"x" does not match ^\d+$`},
		{name: "length", entry: "length: {max: 5}", answer: " ééééé ", outcome: passed, actual: "5 characters"},
		{
			name: "length words", entry: "length: {max: 2, unit: words}", answer: "one two three", outcome: failed,
			reason: "the answer has 3 words, expected at most 2",
		},
		{name: "length lines", entry: "length: {min: 2, max: 2, unit: lines}", answer: "a\nb\n", outcome: passed, actual: "2 lines"},
		{name: "length empty", entry: "length: {min: 1}", answer: "", outcome: failed, reason: "the answer has 0 characters, expected at least 1"},
		{name: "length range", entry: "length: {min: 1, max: 2}", answer: "abc", outcome: failed, reason: "the answer has 3 characters, expected 1 to 2"},
	}, Input{})
}

func TestJSON(t *testing.T) {
	const schema = "json: {schema: {type: object, required: [color], properties: {n: {type: integer, maximum: 3}}}}"
	judgeRows(t, []row{
		{name: "any", entry: "json", answer: `{"a": 1}`, outcome: passed, actual: `{"a":1}`},
		{name: "empty value", entry: "json:", answer: `[1]`, outcome: passed},
		{name: "none", entry: "json", answer: "a [b] {c", outcome: failed, reason: `cannot be read: there is no JSON in it: "a [b] {c"`},
		{name: "schema", entry: schema, answer: `{"color": "red", "n": 3}`, outcome: passed},
		{
			name: "violations", entry: schema, answer: `{"n": 4}`, outcome: failed,
			reason: "$: missing property 'color'; $.n: maximum: got 4, want 3",
		},
		{name: "path", entry: "json: {path: '$.a[1]'}", answer: `{"a": [1, {"b": 2}]}`, outcome: passed, actual: `{"b":2}`},
		{
			name: "no path", entry: "json: {path: $.b}", answer: `{"a": 1}`, outcome: failed,
			reason: "the JSON has no $.b; $ is an object with the keys \"a\"",
		},
		{name: "path into a text", entry: "json: {path: $.a.b}", answer: `{"a": "x"}`, outcome: failed, reason: "the JSON has no $.a.b; $.a is x"},
		{
			name: "path and schema", entry: "json: {path: $.a, schema: {type: string}}", answer: `{"a": 1}`, outcome: failed,
			reason: "$.a: got number, want string",
		},
	}, Input{})
}

func TestJSONSchemaFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "s.json"), []byte(`{"type": "array"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(entry string) (Check, error) {
		n, err := spec.Parse(filepath.Join(dir, "a.yaml"), []byte(entry))
		if err != nil {
			t.Fatal(err)
		}
		return Compile(n, Env{})
	}
	c, err := read("json: {schema: s.json}")
	if err != nil {
		t.Fatal(err)
	}
	if v := c.Judge(context.Background(), Input{Answer: "{}"}); v.Outcome != failed || v.Reason != "$: got object, want array" {
		t.Errorf("%+v", v)
	}
	if _, err := read("json: {schema: missing.json}"); err == nil || !strings.Contains(err.Error(), "bad JSON Schema: open") {
		t.Errorf("%v", err)
	}
}

type goldens map[string]Golden

func (g goldens) Accepted(id string, turn int) (Golden, bool) {
	if turn > 0 {
		id = fmt.Sprintf("%s#%d", id, turn+1)
	}
	golden, ok := g[id]
	return golden, ok
}

func TestGolden(t *testing.T) {
	prompt := "What is it?"
	stored := goldens{
		"s/plain":   {Answers: []string{"red", "crimson"}},
		"s/plain#2": {Answers: []string{"two"}},
		"s/near":    {Answers: []string{"3"}, Tolerance: []Check{Number(3, 1), StartsWith("about")}},
		"s/pinned":  {Answers: []string{"red"}, Prompt: PromptDigest(prompt), Images: []string{"aa", "bb"}},
		"s/none":    {},
	}
	images := func(digests ...string) (list []sdk.Image) {
		for _, d := range digests {
			list = append(list, sdk.Image{SHA256: d, Path: d + ".png"})
		}
		return list
	}
	for _, r := range []struct {
		name    string
		in      Input
		outcome result.Outcome
		reason  string
	}{
		{"accepted", Input{CaseID: "s/plain", Answer: "Red."}, passed, ""},
		{"alternative", Input{CaseID: "s/plain", Answer: "crimson"}, passed, ""},
		{"equal, whatever the tolerance", Input{CaseID: "s/near", Answer: "3."}, passed, ""},
		{"within the tolerance", Input{CaseID: "s/near", Answer: "about 4"}, passed, ""},
		{"within a part of it", Input{CaseID: "s/near", Answer: "4"}, failed, `not within the tolerance of the golden: answer begins "4", not with "about"`},
		{"not within it", Input{CaseID: "s/near", Answer: "about 5"}, failed, `not within the tolerance of the golden: read 5 in "about 5", expected 3 ± 1`},
		{"second turn", Input{CaseID: "s/plain", Turn: 1, Answer: "two"}, passed, ""},
		{
			"other",
			Input{CaseID: "s/plain", Answer: "blue"},
			failed,
			`answer is "blue", accepted is "red", "crimson"`,
		},
		{
			"none",
			Input{CaseID: "s/new", Turn: 1, Answer: "blue"},
			failed,
			`no golden yet; if "blue" is right, accept it`,
		},
		{"empty", Input{CaseID: "s/none", Answer: "blue"}, failed, ""},
		{"fresh", Input{CaseID: "s/pinned", Prompt: prompt, Images: images("aa", "bb"), Answer: "red"}, passed, ""},
		{
			"stale prompt",
			Input{CaseID: "s/pinned", Prompt: "What?", Images: images("aa", "bb"), Answer: "red"},
			result.Stale,
			"the prompt has changed since the golden was accepted; look at the answer again",
		},
		{
			"stale image",
			Input{CaseID: "s/pinned", Prompt: prompt, Images: images("aa", "cc"), Answer: "red"},
			result.Stale,
			"image 2 has changed since the golden was accepted; look at the answer again",
		},
		{"fewer images", Input{CaseID: "s/pinned", Prompt: prompt, Images: images("aa"), Answer: "red"}, result.Stale, ""},
		{"other order", Input{CaseID: "s/pinned", Prompt: prompt, Images: images("bb", "aa"), Answer: "red"}, result.Stale, ""},
		{"both", Input{CaseID: "s/pinned", Answer: "red"}, result.Stale, ""},
	} {
		t.Run(r.name, func(t *testing.T) {
			r.in.Goldens = stored
			v := mustCompile(t, "golden").Judge(context.Background(), r.in)
			if v.Outcome != r.outcome || r.reason != "" && v.Reason != r.reason {
				t.Errorf("%s: %s", v.Outcome, v.Reason)
			}
		})
	}
	if v := mustCompile(t, "golden: {not: true}").Judge(context.Background(), Input{CaseID: "s/x", Answer: "x"}); v.Outcome != failed || v.Golden.State != result.GoldenNew {
		t.Errorf("an answer is not unlike what nobody has accepted: %+v", v)
	}
	stale := Input{CaseID: "s/pinned", Goldens: stored, Answer: "red"}
	if v := mustCompile(t, "golden: {not: true}").Judge(context.Background(), stale); v.Outcome != result.Stale {
		t.Errorf("stale is never turned round: %+v", v)
	}
}

func TestVerdictsAreFitForReports(t *testing.T) {
	big := strings.Repeat("é\x00\x1b[31m\xff", 1<<20/8)
	for _, name := range names() {
		for line := range strings.Lines(kinds[name].example) {
			v := mustCompile(t, line).Judge(context.Background(), Input{Answer: big})
			for _, s := range []string{v.Expected, v.Actual, v.Reason} {
				if len(s) > 8*maxShown || !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\x1b") {
					t.Errorf("%s: %d bytes: %.200q", line, len(s), s)
				}
			}
			if !finite(v.Score) || v.Outcome == passed && name != "golden" && v.Actual == "" {
				t.Errorf("%s: %+v", line, v)
			}
		}
	}
}

func TestConstructors(t *testing.T) {
	for name, c := range map[string]Check{
		"exact": Exact("red"), "equals": Equals("Red."), "contains": Contains("RE"), "contains_all": ContainsAll("r", "d"),
		"contains_any": ContainsAny("x", "d"), "starts_with": StartsWith("r"), "matches": Matches("^red$"), "one_of": OneOf("a", "red"),
	} {
		if v := c.Judge(context.Background(), Input{Answer: "red"}); v.Outcome != passed || v.Kind != name {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if v := Matches("(").Judge(context.Background(), Input{}); v.Outcome != result.Error || v.Reason != `matches: bad regular expression: missing closing ): "("` {
		t.Errorf("%+v", v)
	}
	if v := JSON(map[string]any{"type": "object"}).Judge(context.Background(), Input{Answer: "{}"}); v.Outcome != passed {
		t.Errorf("%+v", v)
	}
	if v := JSON(nil).Judge(context.Background(), Input{Answer: "x"}); v.Outcome != failed {
		t.Errorf("%+v", v)
	}
	if v := MatchesGolden().Judge(context.Background(), Input{}); v.Outcome != failed {
		t.Errorf("%+v", v)
	}
}

func BenchmarkJudge(b *testing.B) {
	in := Input{Answer: "There is a small red circle in the upper left corner of the image."}
	for _, entry := range []string{
		"equals: red", "exact: red", "contains: circle", "contains_all: [red, circle]", "contains: {text: red, words: true}",
		"starts_with: there is", "matches: '(red|blue) circle'", "one_of: [red, blue]", "length: {max: 20, unit: words}",
	} {
		c := mustCompile(b, entry)
		b.Run(entry, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Judge(context.Background(), in)
			}
		})
	}
}
