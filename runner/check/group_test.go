package check

import (
	"context"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
)

func TestGroups(t *testing.T) {
	const cannot = "cannot be read: "
	for _, r := range []struct {
		name, entry, answer string
		outcome             result.Outcome
		score               float64
		reason              string
	}{
		{"any holds", "any_of: [equals: red, contains: cle]", "a circle", passed, 1, `contains (contains "cle") holds`},
		{"any fails", "any_of: [equals: red, contains: cle]", "a square", failed, 0, `none of 2 checks holds: equals: answer is "a square", not "red"; contains: `},
		{"any, best score", "any_of: [{contains_all: [a, b, z]}, {contains_all: [a, z]}]", "ab", failed, 2. / 3, ""},
		{"any, short form of one", "any_of: [equals: red]", "red", passed, 1, ""},
		{"any, of what cannot be read", "any_of: [{equals: {text: a, on: {line: 3}}}, equals: red]", "blue", failed, 0, cannot + "equals: on: the answer has 1 line, and no line 3"},
		{"any holds beside what cannot be read", "any_of: [{equals: {text: a, on: {line: 3}}}, equals: blue]", "blue", passed, 1, "equals (blue) holds"},
		{"not any", "any_of: {checks: [contains: cat, contains: dog], not: true}", "a bird", passed, 1, ""},
		{"not any, one holds", "any_of: {checks: [contains: cat, contains: dog], not: true}", "a dog", failed, 0, "it is so"},
		{"not any, of what cannot be read", "any_of: {checks: [contains: cat, {equals: {text: a, on: {line: 3}}}], not: true}", "a bird", failed, 0, cannot},
		{"all hold", "all_of: [contains: red, contains: cle]", "a red circle", passed, 1, `contains (contains "red"); contains (contains "cle") hold`},
		{"all but one", "all_of: [contains: red, contains: cle]", "a red square", failed, 0.5, `1 of 2 checks do not hold: contains: `},
		{"all, of what cannot be read", "all_of: [contains: red, {equals: {text: a, on: {line: 3}}}]", "red", failed, 0, cannot},
		{"not all, of what cannot be read", "all_of: {checks: [contains: blue, {equals: {text: a, on: {line: 3}}}], not: true}", "red", failed, 0, cannot},
		{"none holds", "none_of: [contains: cat, contains: dog]", "a bird", passed, 1, "none of 2 checks holds"},
		{"none, one holds", "none_of: [contains: cat, contains: dog]", "a dog", failed, 0, `contains (contains "dog") holds, and none may`},
		{"none, of what cannot be read", "none_of: [contains: cat, {equals: {text: a, on: {line: 3}}}]", "a bird", failed, 0, cannot},
		{"none, of a refusal", "none_of: [contains: cat]", "I'm sorry, I can't help with that.", failed, 0, cannot + "the answer declines"},
		{"none, of an empty answer", "none_of: [contains: cat]", " ", failed, 0, cannot},
		{"any, of an empty answer", "any_of: [contains: cat, exact: '']", "", passed, 1, "exact"},
		{"none, of a not", "none_of: [{contains: {text: cat, not: true}}]", "a cat", passed, 1, ""},
		{"nested", "any_of: [equals: disc, {all_of: [contains: red, none_of: [contains: square]]}]", "a red circle", passed, 1, "all_of (all_of "},
		{"nested fails", "any_of: [equals: disc, {all_of: [contains: red, none_of: [contains: square]]}]", "a red square", failed, 0.5, "none of 2 checks holds: "},
		{"on", "all_of: {checks: [equals: red, length: {max: 3}], on: {line: last}}", "well\nred", passed, 1, ""},
		{"on that is not there", "none_of: {checks: [equals: red], on: {line: 3}}", "red", failed, 0, cannot + "on: "},
	} {
		t.Run(r.name, func(t *testing.T) {
			v := mustCompile(t, r.entry).Judge(context.Background(), Input{Answer: r.answer})
			if v.Outcome != r.outcome || v.Score-r.score > 1e-9 || r.score-v.Score > 1e-9 || !strings.HasPrefix(v.Reason, r.reason) {
				t.Errorf("%s, %v: %s\nwant %s, %v: %s", v.Outcome, v.Score, v.Reason, r.outcome, r.score, r.reason)
			}
			if v.Unread != strings.HasPrefix(r.reason, cannot) {
				t.Errorf("unread %t: %s", v.Unread, v.Reason)
			}
		})
	}
}

// What is left of an answer that was cut off proves no absence, in no group.
func TestGroupsOfACutOffAnswer(t *testing.T) {
	in := Input{Answer: "A red", Finish: string(sdk.FinishLength)}
	for entry, passes := range map[string]bool{
		"none_of: [contains: square]":                                   false,
		"none_of: [contains: red]":                                      false,
		"all_of: [contains: red, none_of: [contains: square]]":          false,
		"any_of: [contains: red, none_of: [contains: square]]":          true,
		"any_of: [contains: blue, none_of: [contains: square]]":         false,
		"all_of: [contains: red, {contains: {text: blue, not: false}}]": false,
		"all_of: [contains: red]":                                       true,
	} {
		if v := mustCompile(t, entry).Judge(context.Background(), in); v.Outcome == passed != passes {
			t.Errorf("%s: %s, %s", entry, v.Outcome, v.Reason)
		}
	}
}

// A check that cannot judge leaves open what others do not decide.
func TestGroupsOfErrors(t *testing.T) {
	for entry, want := range map[string]result.Outcome{
		"any_of: [confidence: 0.5, equals: red]":                               passed,
		"any_of: [confidence: 0.5, equals: blue]":                              result.Error,
		"any_of: {checks: [confidence: 0.5, equals: blue], not: true}":         result.Error,
		"all_of: [confidence: 0.5, equals: red]":                               result.Error,
		"none_of: [confidence: 0.5, equals: blue]":                             result.Error,
		"none_of: [confidence: 0.5, equals: red]":                              failed,
		"all_of: {checks: [confidence: 0.5, {equals: blue}], not: true}":       result.Error,
		"all_of: [confidence: 0.5, equals: blue]":                              failed,
		"none_of: [{all_of: [confidence: 0.5, equals: blue]}]":                 result.Error,
		"any_of: [{all_of: [confidence: 0.5]}, none_of: [contains: a circle]]": passed,
	} {
		if v := mustCompile(t, entry).Judge(context.Background(), Input{Answer: "red"}); v.Outcome != want {
			t.Errorf("%s: %s, %s", entry, v.Outcome, v.Reason)
		}
	}
}

func TestGroupMistakes(t *testing.T) {
	for entry, want := range map[string]string{
		"any_of: red":                                 "specs/a.yaml:1:9: expected a list of checks; write [equals: red, equals: crimson]",
		"any_of: []":                                  "specs/a.yaml:1:9: the list of checks is empty",
		"any_of: [eqals: red]":                        `specs/a.yaml:1:10: unknown check "eqals"`,
		"any_of: [{all_of: [equals: ]}]":              "specs/a.yaml:1:20: equals has no value",
		"any_of: [golden]":                            "specs/a.yaml:1:10: golden cannot stand in any_of",
		"all_of: [{equals: {text: a, warn: true}}]":   "specs/a.yaml:1:10: warn is about the verdict of all_of",
		"none_of: [{equals: {text: a, weight: 2}}]":   "specs/a.yaml:1:11: weight is how much none_of counts",
		"none_of: {checks: [equals: a], not: true}":   "specs/a.yaml:1:37: none_of that must not hold is any_of; write any_of",
		"any_of: {checks: [contains: ''], weight: 2}": "specs/a.yaml:1:29: the text is empty",
	} {
		if _, err := compile(t, entry); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", entry, err, want)
		}
	}
}

func TestWhatStandsInGroups(t *testing.T) {
	c := mustCompile(t, "any_of: [{all_of: [latency: 2s, judge: {rubric: good, backend: big}]}, judge: {rubric: fine, backend: big}, judge: {rubric: fine, backend: small}]")
	if got := Judges(c); len(got) != 2 || got[0] != "big" || got[1] != "small" {
		t.Errorf("judges %v", got)
	}
	if !Timed(c) {
		t.Error("latency in a group is timed, too")
	}
	v := mustCompile(t, "any_of: [equals: red, contains: cle]").Judge(context.Background(), Input{Answer: "a circle"})
	if len(v.Inner) != 2 || v.Inner[0].Outcome != failed || v.Inner[1].Kind != "contains" || v.Inner[1].Line != 1 {
		t.Errorf("inner %+v", v.Inner)
	}
}
