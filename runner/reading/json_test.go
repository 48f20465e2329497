package reading

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	for answer, want := range map[string]string{
		`{"a":1}`: `{"a":1}`, `[1]`: `[1]`, `5`: `5`, `"x"`: `"x"`, `true`: `true`, `null`: `null`, `see {"a":1} there`: `{"a":1}`, `[1] {"a":1} [2]`: `{"a":1}`, `{"a":1} {"a":2}`: `{"a":2}`,
		"```json\n{\"a\":1}\n```": `{"a":1}`, "```\n[1]\n```\n```json\n{\"a\":2}\n```": `{"a":2}`, "```json\n{\"a\":1}\n``` and ```json\n{\"b\":": `{"a":1}`, "````json\n```\n{\"a\":1}\n```\n````": `{"a":1}`, "```json{\"a\":1}```": `{"a":1}`, "```json {\"a\":1} ```": `{"a":1}`, "~~~json\n{\"a\":1}\n~~~": `{"a":1}`, "```json\r\n{\"a\":1}\r\n```": `{"a":1}`, "```json\n{\"a\":1}": `{"a":1}`, "```json\n{'a':1}\n```\n{\"b\":2}": `{"b":2}`, "```\ntrue\n```": `true`,
		`{"a":1}}`: `{"a":1}`, `a}b {"a":1}`: `{"a":1}`, `{x} {"a":1}`: `{"a":1}`, `[see] {"a":1}`: `{"a":1}`, `x[0] {"a":1}`: `{"a":1}`, "\ufeff{\"a\":1}": `{"a":1}`, "// c\n{\"a\":1}": `{"a":1}`, "Here:\n5": `5`, `{"a":"}"} x`: `{"a":"}"}`, `["]"] x`: `["]"]`, `{"a":1}; {"b":[1,`: `{"a":1}`, `{"a":"{\"b\":1}"}`: `{"a":"{\"b\":1}"}`,
		`{"a":[1,2`: "", `{"a":{"b":1}`: "", `{a:1}`: "", `{'a':1}`: "", `{"a":1,}`: "", `[1,2,]`: "", `{"a":1 "b":2}`: "", `{"a":NaN}`: "", `{"a":NaN, "b": {"c":1}}`: "", `{"a":01}`: "", `{"a":1,"a":2}`: "", `{{"a":1}}`: "", `{ {"a":1}`: "", `{"a":1 /*c*/}`: "", `Here: 5`: "", `The answer is true`: "", `{“a”:1}`: "", `{"a":１}`: "", `sorry`: "", ``: "", `{"boxes": [1, 2, 3], "label": "do`: "", "{\"a\":\"x\ny\"}": "",
	} {
		v, _, err := JSON(answer)
		got := ""
		if err == nil {
			text, _ := json.Marshal(v)
			got = string(text)
		}
		if got != want {
			t.Errorf("%q: %s, %v, want %s", answer, got, err, want)
		}
	}
	if _, note, _ := JSON(`{"a":1} {"a":2}`); note != "of 2 different objects of JSON the last one is taken" {
		t.Errorf("noted %q", note)
	}
	if _, note, _ := JSON(`{"a":1} {"a":1}`); note != "" {
		t.Errorf("noted %q", note)
	}
}

// What is meant to exhaust a reader costs it no more than its length.
func TestHostile(t *testing.T) {
	for _, answer := range []string{
		strings.Repeat("9", 1<<20), strings.Repeat("[", 5000) + strings.Repeat("]", 5000), strings.Repeat("[", 20000) + strings.Repeat("]", 20000),
		strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), strings.Repeat("```\n", 1<<16), strings.Repeat("\u202e\u2066", 1<<16), "\xff\xfe\x00",
		strings.Repeat(" ", 1<<20), strings.Repeat(`\boxed{`, 1<<15), strings.Repeat("<answer>", 1<<15), "Is it (A) red, (B) green, (C) blue or (D) yellow?",
	} {
		for name, read := range readers {
			func() {
				defer func() {
					if p := recover(); p != nil {
						t.Errorf("%s panics on %.40q: %v", name, answer, p)
					}
				}()
				read(answer)
			}()
		}
	}
	if v, _, err := JSON(strings.Repeat("[", 5000) + strings.Repeat("]", 5000)); err != nil || v == nil {
		t.Errorf("5,000 levels: %v", err)
	}
	if _, _, err := JSON(strings.Repeat("[", 20000) + strings.Repeat("]", 20000)); err == nil || !strings.Contains(err.Error(), "deep") {
		t.Errorf("20,000 levels: %v", err)
	}
}
