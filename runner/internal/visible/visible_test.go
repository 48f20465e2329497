package visible

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
)

func TestLine(t *testing.T) {
	for s, want := range map[string]string{
		"red":                    "red",
		"a\tb\nc":                "a b⏎c",
		"\x1b[31mred\x07":        `\x1b[31mred\x07`,
		"a\u202eb\u2066\u200f":   `a\u202eb\u2066\u200f`,
		"\x9b2J":                 `\x9b2J`, // not UTF-8
		"\u009b2J\r":             `\x9b2J\x0d`,
		"\ufffd é 中":             "\ufffd é 中",
		"\u2028\ufeff\U000e0041": `\u2028\ufeff\ue0041`,
	} {
		if got := Line(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
	if got := Text("a\tb\nc\x1b"); got != "a\tb\nc\\x1b" {
		t.Errorf("%q", got)
	}
}

func TestCommands(t *testing.T) {
	for s, want := range map[string]string{
		"::error::x":                        `\x3a:error::x`,
		"a\n \t::add-mask::x\n::stop::y":    "a\n \t\\x3a:add-mask::x\n\\x3a:stop::y",
		"\u00a0\u3000::debug::x":            "\u00a0\u3000\\x3a:debug::x",
		"std::vector ::error::":             "std::vector ::error::",
		"a ##[error]b":                      `a \x23#[error]b`,
		"x##vso[task.complete]y":            `x\x23#vso[task.complete]y`,
		"##teamcity[buildStop]":             `\x23#teamcity[buildStop]`,
		"###[group]":                        `#\x23#[group]`,
		"## a heading":                      "## a heading",
		"section_start:1:a\r\x1b[0K":        `\x73ection_start:1:a\x0d\x1b[0K`,
		"section_end:1:a":                   `\x73ection_end:1:a`,
		"travis_fold:start:a, travis_time:": `\x74ravis_fold:start:a, \x74ravis_time:`,
		"\x1b::error::x":                    `\x1b::error::x`,
	} {
		if got := Text(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		} else if again := Text(got); again != got {
			t.Errorf("%q: %q, then %q", s, got, again)
		}
	}
}

func TestJSON(t *testing.T) {
	want := []string{"##vso[x]", "###[y]", "a\u009b2J\x1b\n\u202e é 中 \x7f", "\U000e0041\ufeff"}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if n, err := JSONWriter(&out).Write(data); n != len(data) || err != nil {
		t.Fatal(n, err)
	}
	var got []string
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if commands.Match(out.Bytes()) {
		t.Errorf("%s", out.Bytes())
	}
	if i := bytes.IndexFunc(out.Bytes(), unseen); i >= 0 {
		t.Errorf("%q", out.Bytes()[i:])
	}
}
