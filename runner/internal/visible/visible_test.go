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

func TestJSON(t *testing.T) {
	want := []string{"a\u009b2J\x1b\n\u202e é 中 \x7f", "\U000e0041\ufeff"}
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
	if i := bytes.IndexFunc(out.Bytes(), unseen); i >= 0 {
		t.Errorf("%q", out.Bytes()[i:])
	}
}
