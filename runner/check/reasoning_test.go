package check

import (
	"context"
	"strings"
	"testing"
)

// Where the reasoning does not end there is no answer: nothing of any kind can pass.
func TestUnclosedReasoning(t *testing.T) {
	in := Input{Reasoning: "red, hmm, maybe red", Unclosed: true, Finish: "length"}
	for _, d := range Kinds() {
		for _, entry := range []string{d.Example, negated(d)} {
			c, err := compile(t, entry)
			if err != nil {
				continue // it takes no not, or reads a file that is not here
			}
			if v := c.Judge(context.Background(), in); v.Outcome != failed || !v.Unread {
				t.Errorf("%s: %s, unread %t", entry, v.Outcome, v.Unread)
			}
		}
	}
	for entry, passes := range map[string]bool{
		"contains: {text: maybe, on: reasoning}":           true,
		"contains: {text: blue, on: reasoning}":            false,
		"contains: {text: blue, on: reasoning, not: true}": false,
		"length: {max: 20, unit: words, not: true}":        false,
		`exact: ""`: false,
	} {
		c, err := compile(t, entry)
		if err != nil {
			t.Fatal(err)
		}
		if v := c.Judge(context.Background(), in); v.Outcome == passed != passes {
			t.Errorf("%s: %s", entry, v.Outcome)
		}
	}
}

// negated is the example of a kind with `not`.
func negated(d Doc) string {
	if d.Example == d.Kind {
		return d.Kind + ": {not: true}"
	}
	if rest, ok := strings.CutPrefix(d.Example, d.Kind+": {"); ok {
		return d.Kind + ": {not: true, " + rest
	}
	_, value, _ := strings.Cut(d.Example, ": ")
	if strings.Contains(value, "&&") {
		value = "'" + value + "'"
	}
	return d.Kind + ": {not: true, " + d.Short + ": " + value + "}"
}

func TestOnReasoning(t *testing.T) {
	in := Input{Answer: "blue", Reasoning: "It could be red."}
	for _, r := range []struct {
		entry  string
		passes bool
		reason string
	}{
		{"contains: {text: red, on: reasoning}", true, ""},
		{"contains: {text: blue, on: reasoning}", false, ""},
		{"contains: {text: blue, on: reasoning, not: true}", true, ""},
		{"contains: red", false, ""},
		{"confidence: 0.5", false, "cannot be read: the model reasoned"},
	} {
		v := mustCompile(t, r.entry).Judge(context.Background(), in)
		if v.Outcome == passed != r.passes || !strings.HasPrefix(v.Reason, r.reason) {
			t.Errorf("%s: %s, %s", r.entry, v.Outcome, v.Reason)
		}
	}
	v := mustCompile(t, "contains: {text: red, on: reasoning, not: true}").Judge(context.Background(), Input{Answer: "blue"})
	if v.Outcome != failed || !v.Unread || v.Reason != "cannot be read: on: there is no reasoning before the answer" {
		t.Errorf("%+v", v)
	}
}
