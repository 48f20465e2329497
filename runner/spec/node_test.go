package spec

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mustParse reads a document that must be right.
func mustParse(t *testing.T, src string) Node {
	t.Helper()
	n, err := Parse("a.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

type sample struct {
	Name    string             `yaml:"name" required:"true" doc:"what it is called"`
	N       int                `yaml:"n,omitempty"`
	U       uint32             `yaml:"u"`
	P       *float64           `yaml:"p" min:"0" max:"1"`
	T       float64            `yaml:"t" above:"0"`
	On      bool               `yaml:"on"`
	After   time.Duration      `yaml:"after"`
	Pair    [2]float64         `yaml:"pair"`
	Points  [][2]float64       `yaml:"points"`
	Weights map[string]float64 `yaml:"weights"`
	Mode    string             `yaml:"mode" enum:"fast|slow"`
	Any     any                `yaml:"any"`
	Raw     Node               `yaml:"raw"`
	Common  `yaml:",inline"`
	Inner   *struct {
		Colour string `yaml:"colour"`
	} `yaml:"inner"`
}

type Common struct {
	Not bool `yaml:"not"`
}

func TestDecode(t *testing.T) {
	var s sample
	err := mustParse(t, `
name: 007
n: -3
u: 7
p: 0.25
t: 1e3
on: true
after: 1m30s
pair: [1, 2.5]
points: [[0, 1], [.5, 0x10]]
weights: {a: 1}
mode: slow
any: {list: [1, "1", true, null, x]}
raw: [kept]
not: true
inner: {colour: red}
`).Decode(&s)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "007" || s.N != -3 || s.U != 7 || *s.P != 0.25 || s.T != 1000 || !s.On || !s.Not || s.Mode != "slow" || s.Inner.Colour != "red" {
		t.Errorf("scalars: %+v", s)
	}
	if s.After != 90*time.Second {
		t.Errorf("after = %v", s.After)
	}
	want := map[string]any{"list": []any{1.0, "1", true, nil, "x"}}
	for _, diff := range []string{
		cmp.Diff([2]float64{1, 2.5}, s.Pair), cmp.Diff([][2]float64{{0, 1}, {.5, 16}}, s.Points),
		cmp.Diff(map[string]float64{"a": 1}, s.Weights), cmp.Diff(any(want), s.Any), cmp.Diff("kept", s.Raw.Items()[0].Text()),
	} {
		if diff != "" {
			t.Error(diff)
		}
	}
}

func TestDecodeMistakes(t *testing.T) {
	tests := map[string]struct{ src, want string }{
		"unknown key":        {"name: x\nmoed: fast", `a.yaml:2:1: unknown key "moed"; did you mean mode?`},
		"unknown key, deep":  {"name: x\ninner: {color: red}", `a.yaml:2:9: unknown key "color"; did you mean colour?`},
		"far from all keys":  {"name: x\ninner: {zzzzzz: red}", `a.yaml:2:9: unknown key "zzzzzz"; known: colour`},
		"missing":            {"n: 1", `a.yaml:1:1: key "name" is missing; name is what it is called`},
		"text for number":    {"name: x\nt: abc", `a.yaml:2:4: expected a number, got text "abc"`},
		"quoted number":      {"name: x\nt: \"1\"", `a.yaml:2:4: expected a number, got text "1"; remove the quotes`},
		"fraction":           {"name: x\nn: 1.5", `a.yaml:2:4: expected a whole number, got 1.5`},
		"negative":           {"name: x\nu: -1", `a.yaml:2:4: expected a whole number from 0, got -1`},
		"infinite":           {"name: x\nt: .inf", `a.yaml:2:4: expected a number, got .inf`},
		"range":              {"name: x\np: 1.5", `a.yaml:2:4: 1.5 is out of range: expected at least 0 and at most 1`},
		"above":              {"name: x\nt: 0", `a.yaml:2:4: 0 is out of range: expected more than 0`},
		"enum":               {"name: x\nmode: fsat", `a.yaml:2:7: expected one of fast, slow, got text "fsat"; did you mean fast?`},
		"bool":               {"name: x\non: 1", `a.yaml:2:5: expected true or false, got 1`},
		"duration":           {"name: x\nafter: 5", `a.yaml:2:8: expected a duration such as 30s or 1m30s, got 5`},
		"negative duration":  {"name: x\nafter: -5s", `a.yaml:2:8: -5s is negative`},
		"array length":       {"name: x\npair: [1]", `a.yaml:2:7: expected 2 values, got 1`},
		"map for list":       {"name: x\npoints: {a: 1}", `a.yaml:2:9: expected a list, got a map`},
		"list for map":       {"name: x\nweights: [1]", `a.yaml:2:10: expected a map, got a list`},
		"list for text":      {"name: [x]", `a.yaml:1:7: expected text, got a list`},
		"nothing for text":   {"name:", `a.yaml:1:6: expected text, got nothing`},
		"nothing for struct": {"", `a.yaml: expected a map, got nothing`},
		"two mistakes":       {"name: x\nt: abc\nn: 1.5", "a.yaml:2:4: expected a number, got text \"abc\"\na.yaml:3:4: expected a whole number, got 1.5"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			n, err := Parse("a.yaml", []byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			if err := n.Decode(new(sample)); err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestMergeKeys(t *testing.T) {
	n := mustParse(t, `
base: &base {a: 1, b: 2}
more: &more {b: 3, c: 4}
one: {<<: *base, b: 5}
two: {<<: [*base, *more], d: 6}
alias: *base
`)
	got := n.Any().(map[string]any)
	for key, want := range map[string]any{
		"one": map[string]any{"a": 1.0, "b": 5.0}, "two": map[string]any{"a": 1.0, "b": 2.0, "c": 4.0, "d": 6.0},
		"alias": map[string]any{"a": 1.0, "b": 2.0},
	} {
		if diff := cmp.Diff(want, got[key]); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
}

func TestParseMistakes(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'i'; c++ {
		p := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+p+",", 9) + "*" + p + "]\n"
	}
	tests := map[string]struct{ src, want string }{
		"alias bomb":      {bomb, `a.yaml:1:1: aliases expand the 29 nodes of this file to more than 4194304; write the content out, or split the file`},
		"alias to itself": {"a: &a [*a]", `a.yaml:1:8: *a stands inside what it names`},
		"unknown alias":   {"a: *b", `a.yaml:1: not YAML: unknown anchor 'b' referenced; define it with &name before it is used`},
		"duplicate key":   {"a: 1\nb: 2\na: 3", `a.yaml:3:1: key "a" is given twice, first on line 1; keep one of the two`},
		"tab":             {"a:\n\tb: 1", `a.yaml:2: not YAML: the line is indented with a tab; indent with spaces`},
		"second colon":    {"a: 1\nb: c: d", `a.yaml:2: not YAML: a second ": " in one line, or a wrong indent; put the value in quotes if it contains ": "`},
		"at sign":         {"x: 1\na: @b", `a.yaml:2: not YAML: a value may not begin with this character; put it in quotes`},
		"open list":       {"a: 1\nb: [1, 2\nc: 3", `a.yaml:2: not YAML: a list in [ ] is not closed or lacks a comma`},
		"open quote":      {"a: \"b", `a.yaml:1: not YAML: a quote is not closed`},
		"not UTF-8":       {"a: 1\nb: \xff", `a.yaml:2:4: byte 0xff is not UTF-8; save the file as UTF-8`},
		"tag":             {"a: !secret b", `a.yaml:1:4: YAML tag !secret means nothing here; remove it`},
		"two documents":   {"a: 1\n---\nb: 2", `a.yaml:2:1: a second document begins here; one file holds one document: remove the line ---`},
		"key not text":    {"{[a]: 1}", `a.yaml:1:2: a key must be plain text`},
		"merge of text":   {"<<: x", `a.yaml:1:1: << merges a map or a list of maps only; write <<: *name, or <<: [*one, *two]`},
		"too deep":        {strings.Repeat("[", 100) + strings.Repeat("]", 100), `a.yaml:1:65: nested more than 64 deep`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse("a.yaml", []byte(test.src)); err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"contains", "contains_all", "equals", "points_in"}
	for word, want := range map[string]string{
		"contians": "contains", "equal": "equals", "points-in": "points_in", "containsAll": "contains_all", "banana": "",
	} {
		if got := Suggest(word, known); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
}
