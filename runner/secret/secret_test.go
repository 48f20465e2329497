package secret

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
)

const pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n"

func TestHide(t *testing.T) {
	awkward := "p'a\"s&s <w>\\ö\x1b$`/%"
	asJSON, _ := json.Marshal(awkward)
	twice, _ := json.Marshal(string(asJSON))
	var asXML bytes.Buffer
	if err := xml.EscapeText(&asXML, []byte(awkward)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		values     []string
		text, want string
	}{
		"as it is":                {[]string{"hunter2"}, "say hunter2 and hunter2!", "say [redacted] and [redacted]!"},
		"none":                    {[]string{"hunter2"}, "say hunter3", "say hunter3"},
		"the other is its prefix": {[]string{"hunt", "hunter2"}, "hunter2 hunt", "[redacted] [redacted]"},
		"they overlap":            {[]string{"abcdef", "defghi"}, "<abcdefghi>", "<[redacted]>"},
		"overlaps itself":         {[]string{"anana"}, "<ananana>", "<[redacted]>"},
		"a newline after it":      {[]string{"hunter2\n"}, "say hunter2.", "say [redacted]."},
		"lines of it":             {[]string{pem}, "key: MIIEvQIBADANBgkqhkiG9w0BAQEFAASC!", "key: [redacted]!"},
		"lines in a block":        {[]string{pem}, "|\n  BKcwggSjAgEAAoIBAQC7\n  x", "|\n  [redacted]\n  x"},
		"quoted in Go":            {[]string{awkward}, "got " + strconv.Quote(awkward), `got "[redacted]"`},
		"in JSON":                 {[]string{awkward}, string(asJSON), `"[redacted]"`},
		"in JSON in JSON":         {[]string{awkward}, string(twice), `"\"[redacted]\""`},
		"in XML":                  {[]string{awkward}, asXML.String(), "[redacted]"},
		"in HTML":                 {[]string{awkward}, html.EscapeString(awkward), "[redacted]"},
		"in a query":              {[]string{awkward}, "?k=" + url.QueryEscape(awkward), "?k=[redacted]"},
		"in a path":               {[]string{awkward}, "/" + url.PathEscape(awkward), "/[redacted]"},
		"in YAML":                 {[]string{awkward}, "k: '" + strings.ReplaceAll(awkward, "'", "''") + "'", "k: '[redacted]'"},
		"in a shell":              {[]string{"it's"}, `echo 'it'\''s'`, "echo '[redacted]'"},
		"for a shell":             {[]string{"a b;c$d"}, `a\ b\;c\$d`, "[redacted]"},
		"cut off":                 {[]string{"hunter2"}, "say hunte…", "say [redacted]…"},
		"cut off in quotes":       {[]string{"hunter2"}, `"say hunt… (30 bytes left out) …r2 and"`, `"say [redacted]… (30 bytes left out) …[redacted] and"`},
		"its end is left":         {[]string{"hunter2222"}, "… (30 bytes left out) …er2222 and", "… (30 bytes left out) …[redacted] and"},
		"an end without a mark":   {[]string{"correct-horse-battery"}, "horse-battery" + strings.Repeat(".", 50) + "was correct-horse", "[redacted]" + strings.Repeat(".", 50) + "was [redacted]"},
		"two letters at a mark":   {[]string{"hunter2"}, "the oh, hu…", "the oh, hu…"},
		"decomposed":              {[]string{"g\u00e9heim"}, "ge\u0301heim", "[redacted]"},
		"a number":                {[]string{"0012345678"}, "12345678 1.2345678e+07 0012345678", "[redacted] [redacted] [redacted]"},
		"not UTF-8":               {[]string{"ab\xffcd"}, "x ab\ufffdcd", "x [redacted]"},
	} {
		var values []Value
		for i, text := range c.values {
			values = append(values, Value{fmt.Sprint("S", i), text})
		}
		if got := New(values...).Hide(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if s := New(Value{"S", "  \n"}); s != nil || s.Hide("a b") != "a b" || s.In("a") {
		t.Error("there is nothing to hide")
	}
}

func TestNamed(t *testing.T) {
	s := New(Value{"PIN", "hunter2\n"}, Value{"USER", "it's"})
	for text, want := range map[string]string{
		"say hunter2":     "say ${env:PIN}",
		"hunter2 it's":    "${env:PIN} ${env:USER}",
		"${env:PIN} $${x": "$${env:PIN} $$${x",
		"it''s":           "[redacted]", // not to be told apart, so never accepted
		"nothing":         "nothing",
	} {
		if got := s.Named(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := (*Set)(nil).Named("${x}"); got != "${x}" {
		t.Error(got)
	}
}

// holdsItself is for a field with more of its own kind, which would never end.
func holdsItself(v reflect.Value, field int) bool {
	t := v.Field(field).Type()
	return t.Kind() == reflect.Slice && t.Elem() == v.Type()
}

// fill puts a text into every string below v, and one element into what is empty.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Interface:
		v.Set(reflect.ValueOf([]any{text, map[string]any{text: text}}))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && !holdsItself(v, i) {
				fill(v.Field(i), text)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, text)
		fill(value, text)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	}
}

// Whatever field a result has or will have, its text goes through the walk.
func TestCleanEveryField(t *testing.T) {
	var run result.Run
	fill(reflect.ValueOf(&run).Elem(), "say hunter2!")
	before, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(before, []byte("hunter2")); n < 80 {
		t.Fatalf("only %d strings were filled", n)
	}
	clean := Clean(New(Value{"PIN", "hunter2"}), run)
	after, err := json.Marshal(clean)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(after, []byte("hunter2")) || bytes.Count(after, []byte("say [redacted]!")) != bytes.Count(before, []byte("say hunter2!")) {
		t.Errorf("%s", after)
	}
	if again, _ := json.Marshal(run); !bytes.Equal(before, again) {
		t.Error("the walk has changed what it was given")
	}
}

func TestCleanShares(t *testing.T) {
	s := New(Value{"PIN", "12345"})
	in := map[string]any{"a": []any{"x", 12345.0, 7.0}, "b": map[string]any{"c": "say 12345"}}
	out := Clean(s, in)
	if want := map[string]any{"a": []any{"x", Mask, 7.0}, "b": map[string]any{"c": "say " + Mask}}; !reflect.DeepEqual(out, want) {
		t.Errorf("%v", out)
	}
	if in["a"].([]any)[1] != 12345.0 {
		t.Error("the value was changed")
	}
	labels := []string{"a", "b"}
	if got := Clean(s, labels); &got[0] != &labels[0] {
		t.Error("nothing is hidden, so nothing need be copied")
	}
	if got := Clean(nil, in); got["b"].(map[string]any)["c"] != "say 12345" {
		t.Error("no secret, no change")
	}
	if got := Clean(s, result.Manifest{Started: time.Unix(1, 0), ID: "12345"}); got.ID != Mask || !got.Started.Equal(time.Unix(1, 0)) {
		t.Errorf("%+v", got)
	}
}

func BenchmarkClean(b *testing.B) {
	text := strings.Repeat("word ", 20)
	c := &result.Case{ID: "s/a", Suite: "s", Name: "a", File: "specs/a.yaml", Samples: []result.Sample{
		{Turns: []result.Turn{{Prompt: text, Answer: text, Verdicts: []result.Verdict{{Kind: "equals", Read: text}, {}, {}}}}},
	}}
	for name, values := range map[string][]Value{
		"token": {{"TOKEN", "sk-0123456789abcdef"}},
		"key":   {{"TOKEN", "sk-0123456789abcdef"}, {"KEY", pem}},
	} {
		b.Run(name, func(b *testing.B) {
			s := New(values...)
			b.ReportAllocs()
			for b.Loop() {
				Clean(s, c)
			}
		})
	}
}

func TestRefuse(t *testing.T) {
	for value, want := range map[string]string{
		"": "", " \n": "", "hunter2": "", "s3cr3t": "",
		"ab":     "has fewer than 4 characters",
		" abc\n": "has fewer than 4 characters",
		"pass":   `is in the word "passed", which reports are written with`,
		"true\n": `is in the word "true", which reports are written with`,
	} {
		if got := Refuse(value); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}

func TestWriter(t *testing.T) {
	s := New(Value{"PIN", "hunter2"}, Value{"KEY", pem})
	for name, pieces := range map[string][]string{
		"one write":       {"say hunter2\n"},
		"cut in it":       {"say hun", "ter2\n"},
		"without an end":  {"say ", "hunter2"},
		"lines of one":    {"say MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"},
		"a line too long": {strings.Repeat("x", longestLine+200) + "hun", "ter2" + strings.Repeat("x", 400), "\n"},
	} {
		var out bytes.Buffer
		w := s.Writer(&out)
		for _, p := range pieces {
			if n, err := w.Write([]byte(p)); n != len(p) || err != nil {
				t.Fatal(name, n, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(name, err)
		}
		text := out.String()
		if strings.Contains(text, "hun") || strings.Contains(text, "ter2") || strings.Contains(text, "MII") || !strings.Contains(text, Mask) {
			t.Errorf("%s: %.80q", name, text)
		}
	}
}

func TestHideParts(t *testing.T) {
	s := New(Value{"KEY", "Zk%77vwj[31mqxh"}, Value{"PATH", "../secret-folder/./of/it"})
	for text, want := range map[string]string{
		`"77vwj" is a name`:                `"[redacted]" is a name`,
		`"a \"31mqxh\" b" is`:              `"a \"[redacted]\" b" is`,
		"missing ]: `[31mq`":               "missing ]: `[[redacted]`",
		`77vwj out of quotes, "77v" in`:    `77vwj out of quotes, "77v" in`,
		`"x77vwj" is another word`:         `"x77vwj" is another word`,
		`images/secret-folder/of/it.png`:   `images/[redacted].png`,
		`ZK%77VWJ[31MQXH, zk%77vwj[31mqxh`: `[redacted], [redacted]`,
	} {
		if got := s.HidePieces(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := s.HidePart(" 31mq"); got != Mask {
		t.Error(got)
	}
	if got := s.HidePart("31m"); got != "31m" {
		t.Error(got)
	}
	if got := s.With(Value{"B", "another"}).Hide("another Zk%77vwj[31mqxh"); got != Mask+" "+Mask {
		t.Error(got)
	}
}
