package table

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// show reads a table and writes it line by line: the line, then name=value.
func show(t *testing.T, path string, store Store) string {
	t.Helper()
	var b strings.Builder
	for r, err := range Read(path, store) {
		var e *Error
		switch {
		case errors.As(err, &e):
			fmt.Fprintf(&b, "%d:%d: %s; %s\n", e.Line, e.Column, e.What, e.Hint)
			continue
		case err != nil:
			t.Errorf("%v is not an *Error", err)
			continue
		}
		fmt.Fprintf(&b, "%d:", r.Line)
		for i, name := range r.Names {
			fmt.Fprintf(&b, " %s=%s", name, text(r.Value(i)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// text is a value with its type in sight: "text", number, <nothing>.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return "<nothing>"
	case string:
		return fmt.Sprintf("%q", v)
	case []any:
		all := make([]string, len(v))
		for i, item := range v {
			all[i] = text(item)
		}
		return "[" + strings.Join(all, " ") + "]"
	case Map:
		all := make([]string, len(v))
		for i, f := range v {
			all[i] = f.Name + "=" + text(f.Value)
		}
		return "{" + strings.Join(all, " ") + "}"
	case []byte:
		return fmt.Sprintf("<%d bytes>", len(v))
	}
	return fmt.Sprint(value)
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRead(t *testing.T) {
	utf16 := func(s string) string {
		out := "\xff\xfe"
		for _, r := range s {
			out += string([]byte{byte(r), byte(r >> 8)})
		}
		return out
	}
	for name, test := range map[string]struct{ file, content, want string }{
		"commas":              {"a.csv", "a,b\n1,x y\n", `2: a="1" b="x y"` + "\n"},
		"semicolons":          {"a.csv", "a;b\n1,5;x\n", `2: a="1,5" b="x"` + "\n"},
		"tabs in a .csv":      {"a.csv", "a\tb, c\n1\tx\n", `2: a="1" b, c="x"` + "\n"},
		"bars":                {"a.csv", "a|b\n1|x\n", `2: a="1" b="x"` + "\n"},
		"commas in a .tsv":    {"a.tsv", "a,b\n1,x\n", `2: a="1" b="x"` + "\n"},
		"separator in quotes": {"a.csv", "\"a, or b, or c\";d\n1;x\n", `2: a, or b, or c="1" d="x"` + "\n"},
		"separator declared":  {"a.csv", "sep=;\na,b;c\n1;2\n", `3: a,b="1" c="2"` + "\n"},
		"separators below":    {"a.csv", "\r\na\r\nx;y;z\n", "3: a=\"x;y;z\"\n"},
		"separator, no more":  {"a.csv", "sep=;", "0:0: the file is empty; its first line names the columns\n"},
		"one column":          {"a.csv", "a\nx\n\ny", "2: a=\"x\"\n4: a=\"y\"\n"},
		"quotes":              {"a.csv", "\"a\",b\n\"say \"\"STOP\"\"\",\"1,2\"\n\"\",\"\"\n", `2: a="say \"STOP\"" b="1,2"` + "\n" + `3: a="" b=""` + "\n"},
		"quotes in a .tsv":    {"a.tsv", "\"a\"\t\"b\"\n\"say \"\"STOP\"\"\"\t\"1\t2\"\n", `2: a="say \"STOP\"" b="1\t2"` + "\n"},
		"quote within a cell": {"a.tsv", "a\tb\n6\" tall\tsay \"hi\"\n", `2: a="6\" tall" b="say \"hi\""` + "\n"},
		"line breaks":         {"a.csv", "a,b\r\n\"1\r\n2\",x\r\n3,\"\n\"\r\n4,y", "2: a=\"1\\n2\" b=\"x\"\n4: a=\"3\" b=\"\\n\"\n6: a=\"4\" b=\"y\"\n"},
		"byte order mark":     {"a.csv", "\ufeffa,b\n1,ß\n", `2: a="1" b="ß"` + "\n"},
		"mark before a quote": {"a.csv", "\ufeff\"a\",b\n1,2\n", `2: a="1" b="2"` + "\n"},
		"UTF-16":              {"a.tsv", utf16("a\tb\r\n1\tß\r\n"), `2: a="1" b="ß"` + "\n"},
		"index of pandas":     {"a.csv", ",a\n0,x\n1,y\n", "2: a=\"x\"\n3: a=\"y\"\n"},
		"columns of Excel":    {"a.csv", "a,b,,\n1,2,,\n3,4,,,,\n", "2: a=\"1\" b=\"2\"\n3: a=\"3\" b=\"4\"\n"},
		"data are no code":    {"a.csv", "a\n${b}\n", `2: a="${b}"` + "\n"},
		"JSON lines":          {"a.jsonl", "\ufeff{\"a\": 1.50, \"b\": [null, {\"c\": true}]}\r\n\r\n{\"z\": -8214565720323784705}", "1: a=1.50 b=[<nothing> {c=true}]\n3: z=-8214565720323784705\n"},
		"JSON list":           {"a.json", "[\n {\"a\": 1},\n\n {\"a\":\n 2}]", "2: a=1\n4: a=2\n"},
		"JSON on one line":    {"a.json", `[{"a":"x"},{"a":null}]`, "1: a=\"x\"\n1: a=<nothing>\n"},
		"JSON records":        {"a.json", "{\"version\": [1],\n \"records\": [\n {\"a\": 1}], \"more\": {}}", "3: a=1\n"},
		"JSON data":           {"a.json", `{"data": [{"a": 1}]}`, "1: a=1\n"},
		"JSON by columns":     {"a.json", `{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": null}}`, "1: a=1 b=\"x\"\n2: a=2 b=<nothing>\n"},
		"JSON split":          {"a.json", `{"columns": ["a", "b"], "index": [0], "data": [[1, "x"]]}`, "1: a=1 b=\"x\"\n"},
		"JSON in UTF-16":      {"a.json", utf16(`[{"a": "ß"}]`), "1: a=\"ß\"\n"},

		"nothing":             {"a.csv", "", "0:0: the file is empty; its first line names the columns\n"},
		"mark alone":          {"a.tsv", "\ufeff\r\n", "0:0: the file is empty; its first line names the columns\n"},
		"header alone":        {"a.csv", "a,b\n", ""},
		"ragged":              {"a.csv", "a,b\n1\n1,2,3\n1,2\n", "2:0: expected 2 values, as in the header, got 1; \n3:0: expected 2 values, as in the header, got 3; \n4: a=\"1\" b=\"2\"\n"},
		"ragged after lines":  {"a.csv", "a,b\n\"\n\n\",1\n1\n", "2: a=\"\\n\\n\" b=\"1\"\n5:0: expected 2 values, as in the header, got 1; \n"},
		"names twice":         {"a.csv", "a,b,a\n1,2,3\n", "1:0: two columns are named \"a\"; give each a name of its own\n"},
		"no names":            {"a.csv", ",,\n1,2,3\n", "1:0: no column has a name; the first row names the columns\n"},
		"value without name":  {"a.csv", "a,,b\n1,2,3\n", "2:0: column 2 has the value \"2\" and no name; name the column in the header\n"},
		"open quote":          {"a.tsv", "a\tb\n1\t\"x\n2\ty\n", "2:0: a quote is not closed; within quotes write \" as \"\"\n"},
		"text after a quote":  {"a.tsv", "a\tb\n1\t\"x\" y\n", "2:6: text follows the quote that ends a value; within quotes write \" as \"\"\n"},
		"bare quote":          {"a.csv", "a,b\n1,x\"\n", "2:4: a \" in a value that is not quoted; write \"say \"\"hi\"\"\"\n"},
		"Latin-1":             {"a.csv", "a\nok\nna\xefve\n", "2: a=\"ok\"\n3:3: byte 0xef is not UTF-8; save the file as UTF-8\n"},
		"UTF-16 without mark": {"a.csv", "a\x00,\x00b\x00\n\x00", "1:2: byte 0x00 is not text; UTF-16 needs its byte order mark; save the file as UTF-8\n"},
		"carriage returns":    {"a.csv", "a,b\r1,2\r", "1:0: the lines end with a carriage return alone; save the file with line ends of Unix or Windows\n"},
		"JSON cut off":        {"a.json", "[{\"a\": 1},\n{\"a\"", "1: a=1\n2:0: not JSON: the file ends too early; \n"},
		"JSON of a number":    {"a.json", "\n7", "2:0: expected a list of rows, got 7; " + shapes + "\n"},
		"JSON of numbers":     {"a.json", "[1,\n2]", "1:0: a row is a JSON object; " + shapes + "\n2:0: a row is a JSON object; " + shapes + "\n"},
		"JSON of nothing":     {"a.json", " ", "1:0: not JSON: the file ends too early; \n"},
		"JSON of another":     {"a.json", `{"a": {"0": 1}, "b": 2}`, "0:0: the object has neither rows nor columns of one length; " + shapes + "\n"},
		"JSON key twice":      {"a.json", "[\n{\"a\": {\"b\": 1, \"b\": 2}}]", "2:0: key \"b\" is given twice; keep one of the two\n"},
		"JSON row key twice":  {"a.json", "[\n{\"a\": 1, \"a\": 2}]", "2:0: key \"a\" is given twice; keep one of the two\n"},
		"JSON in Latin-1":     {"a.json", "[\n{\"a\": \"\xe9\"}]", "2:0: a byte is not UTF-8; save the file as UTF-8\n"},
		"JSON with more":      {"a.json", "[{\"a\": 1}]\n[]", "1: a=1\n2:0: not JSON: more follows what the file begins with; \n"},
		"not a workbook":      {"a.xlsx", "a,b\n", "0:0: it is not a workbook, but another file with its name, or an old .xls; save it as .xlsx or .csv\n"},
		"not Parquet":         {"a.parquet", "a,b\n", ""},
		"another ending":      {"a.txt", "a,b\n", "0:0: it is not a table; use a .csv, .tsv, .json, .jsonl, .parquet or .xlsx file\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := show(t, write(t, test.file, test.content), nil)
			if name == "not Parquet" {
				if !strings.HasPrefix(got, "0:0: not a Parquet file: ") {
					t.Error(got)
				}
				return
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A line without end costs the memory of a row at most.
func TestLongRow(t *testing.T) {
	for name, head := range map[string]string{"a.csv": "a\n", "q.csv": "a\n\"", "a.jsonl": `{"a": "`, "a.json": `[{"a": "`} {
		path := write(t, name, head)
		if err := os.Truncate(path, 1<<30); err != nil { // a hole: it takes no room on the disk
			t.Fatal(err)
		}
		if name != "a.json" {
			fill(t, path, int64(len(head)))
		}
		got := show(t, path, nil)
		if !strings.Contains(got, "a row has more than 64 MiB") && !strings.Contains(got, "0x00") && !strings.Contains(got, "not JSON") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// fill writes more text than a row may have.
func fill(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte(strings.Repeat("x", maxRowBytes+1)), at); err != nil {
		t.Fatal(err)
	}
}

func TestStop(t *testing.T) {
	for _, name := range []string{"a.csv", "a.jsonl", "a.json"} {
		content := map[string]string{"a.csv": "a\n1\n2\n", "a.jsonl": "{\"a\":1}\n{\"a\":2}\n", "a.json": "[{\"a\":1},{\"a\":2}]"}[name]
		n := 0
		for _, err := range Read(write(t, name, content), nil) {
			if err != nil {
				t.Error(err)
			}
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s: %d rows", name, n)
		}
	}
}

func writeAt(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}
