package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMistakes has a row for everything a spec can get wrong: a spec, the
// mistakes in it. `case:` stands for a case that is right.
func TestMistakes(t *testing.T) {
	const head = "suite: s\ncases:\n"
	const rest = ", prompt: hi, expect: [golden]}\n"
	tests := map[string]struct{ spec, want string }{
		"unknown key":            {"siute: s\n" + head + "- {name: a" + rest, `specs/a.yaml:1:1: unknown key "siute"; did you mean suite?`},
		"unknown key in a case":  {head + "- {name: a, imgae: x.png" + rest, `specs/a.yaml:3:13: unknown key "imgae"; did you mean image?`},
		"wrong type":             {"repeat: many\n" + head + "- {name: a" + rest, `specs/a.yaml:1:9: expected a whole number, got text "many"`},
		"out of range":           {head + "- {name: a, params: {top_p: 1.5, max_tokens: 0}" + rest, "specs/a.yaml:3:29: 1.5 is out of range: expected more than 0 and at most 1\nspecs/a.yaml:3:46: 0 is out of range: expected at least 1"},
		"unknown parameter":      {head + "- {name: a, params: {temprature: 1}" + rest, `specs/a.yaml:3:22: unknown key "temprature"; did you mean temperature?`},
		"no suite":               {"cases:\n- {name: a" + rest, `specs/a.yaml:1:1: key "suite" is missing; suite is the name of the suite`},
		"no cases":               {"suite: s\n", `specs/a.yaml:1:1: key "cases" is missing; cases is the test cases`},
		"empty cases":            {"suite: s\ncases: []\n", `specs/a.yaml:2:8: expected a list of cases, got an empty one; write - name: ...`},
		"cases is a map":         {"suite: s\ncases: {name: a}\n", `specs/a.yaml:2:8: expected a list of cases, got a map; write - name: ...`},
		"case is text":           {head + "- hello\n", `specs/a.yaml:3:3: expected a case, got text "hello"; write name: ...`},
		"empty file":             {"", `specs/a.yaml: expected a map, got nothing`},
		"no name":                {head + "- {prompt: hi, expect: [golden]}\n", `specs/a.yaml:3:3: key "name" is missing; name is the name of the case, unique in its suite; with rows put a ${column} in it`},
		"name without letters":   {head + "- {name: '???'" + rest, `specs/a.yaml:3:10: the name of the case has no letter or digit`},
		"suite without letters":  {"suite: '?'\ncases:\n- {name: a" + rest, `specs/a.yaml:1:8: the name of the suite has no letter or digit`},
		"duplicate name":         {head + "- {name: a" + rest + "- {name: a" + rest, `specs/a.yaml:4:10: suite "s" has two cases named "a", the first at specs/a.yaml:3:3; change one of the names`},
		"duplicate ID":           {head + "- {name: a b" + rest + "- {name: A-b" + rest, `specs/a.yaml:4:10: case "A-b" has the same ID as "a b" at specs/a.yaml:3:3: s/a-b; change one of the names`},
		"no expect":              {head + "- {name: a, prompt: hi}\n", `specs/a.yaml:3:3: case "a" has no expect: it would pass whatever the answer; add expect, or explore with --allow-unchecked`},
		"empty expect":           {head + "- {name: a, prompt: hi, expect: []}\n", `specs/a.yaml:3:33: the list of checks is empty; a case that asserts nothing passes for the wrong reason`},
		"expect is a map":        {head + "- {name: a, prompt: hi, expect: {equals: red}}\n", `specs/a.yaml:3:33: expected a list of checks, got a map; write a list: - equals: red`},
		"two kinds in one":       {head + "- {name: a, prompt: hi, expect: [{equals: red, not: true}]}\n", `specs/a.yaml:3:48: a check has one kind, here are "equals" and "not"; begin another list item, or put the keys of a check inside it: equals: {...}`},
		"empty check":            {head + "- {name: a, prompt: hi, expect: [{}, null, [x]]}\n", "specs/a.yaml:3:34: expected a check, got an empty map; write equals: red\nspecs/a.yaml:3:38: expected a check, got nothing; write equals: red\nspecs/a.yaml:3:44: expected a check, got a list; write equals: red"},
		"no prompt":              {head + "- {name: a, image: x.png, expect: [golden]}\n", `specs/a.yaml:3:3: key "prompt" is missing; write prompt: ..., or content: [...]`},
		"empty prompt":           {head + "- {name: a, prompt: ' ', expect: [golden]}\n", `specs/a.yaml:3:21: the prompt is empty`},
		"prompt is a list":       {head + "- {name: a, prompt: [hi], expect: [golden]}\n", `specs/a.yaml:3:21: expected text or {file: path}, got a list`},
		"prompt file missing":    {head + "- {name: a, prompt: {file: p.txt}, expect: [golden]}\n", `specs/a.yaml:3:28: prompt specs/p.txt: no such file`},
		"prompt file, bad key":   {head + "- {name: a, prompt: {fiel: p.txt}, expect: [golden]}\n", "specs/a.yaml:3:21: key \"file\" is missing; file is path of a text file; ${...} in it is replaced\nspecs/a.yaml:3:22: unknown key \"fiel\"; did you mean file?"},
		"content and prompt":     {head + "- {name: a, content: [{text: x}]" + rest, `specs/a.yaml:3:3: content stands instead of image and prompt, not beside them; move them into content`},
		"part of two":            {head + "- {name: a, content: [{text: x, image: y}], expect: [golden]}\n", `specs/a.yaml:3:23: a part is either a text or an image; write {text: ...} or {image: ...}`},
		"part of many images":    {head + "- {name: a, content: [{image: [y]}], expect: [golden]}\n", `specs/a.yaml:3:31: expected a path, got a list; write one part per image`},
		"empty image":            {head + "- {name: a, image: ''" + rest, `specs/a.yaml:3:20: the path of an image is empty`},
		"image address":          {head + "- {name: a, image: 'https://x.org/a.png'" + rest, `specs/a.yaml:3:20: an image is a file, not an address: "https://x.org/a.png"; download it and name the file`},
		"image is a map":         {head + "- {name: a, image: {path: x}" + rest, `specs/a.yaml:3:20: expected text, got a map`},
		"turns beside a prompt":  {head + "- {name: a, turns: [{prompt: x, expect: [golden]}]" + rest, `specs/a.yaml:3:53: a case with turns has no prompt of its own; move it into the turn it belongs to`},
		"no turns":               {head + "- {name: a, turns: []}\n", `specs/a.yaml:3:20: the list of turns is empty; write - {prompt: ..., expect: [...]}`},
		"turn without prompt":    {head + "- {name: a, turns: [{expect: [golden]}]}\n", `specs/a.yaml:3:21: key "prompt" is missing; write prompt: ..., or content: [...]`},
		"unknown variable":       {"vars: {style: x}\n" + head + "- {name: a, prompt: 'hi ${stile}', expect: [golden]}\n", `specs/a.yaml:4:21: unknown variable ${stile}; did you mean style?`},
		"no variables at all":    {head + "- {name: a, prompt: 'hi ${x}', expect: [golden]}\n", `specs/a.yaml:3:21: unknown variable ${x}; define it under vars or in rows; write $${x} for literal text`},
		"variable in a check":    {head + "- {name: a, prompt: hi, expect: [{k: {deep: [x, '${x}']}}]}\n", `specs/a.yaml:3:49: unknown variable ${x}; define it under vars or in rows; write $${x} for literal text`},
		"unclosed reference":     {head + "- {name: a, prompt: 'hi ${x', expect: [golden]}\n", `specs/a.yaml:3:21: ${ is not closed; close it with }, or write $${ for a literal ${`},
		"variable in a circle":   {"vars: {a: '${b}', b: '${a}'}\n" + head + "- {name: a, prompt: '${a}', expect: [golden]}\n", "specs/a.yaml:1:11: ${b} refers to itself through other variables\nspecs/a.yaml:1:22: ${a} refers to itself through other variables"},
		"list in a circle":       {"vars: {a: [\"${a}\", ${a}]}\n" + head + "- {name: a, prompt: hi, expect: [{k: ${a}}]}\n", "specs/a.yaml:1:12: ${a} is a list that refers to itself, or too deep within other variables\nspecs/a.yaml:1:20: ${a} is a list that refers to itself, or too deep within other variables"},
		"unusable variable":      {"vars: {a: '${b}'}\n" + head + "- {name: a" + rest, `specs/a.yaml:1:11: unknown variable ${b}; did you mean a?`},
		"own unusable variable":  {head + "- {name: a, vars: {x: '${yy}'}" + rest, `specs/a.yaml:3:23: unknown variable ${yy}; known: x`},
		"vars is a list":         {"vars: [a]\n" + head + "- {name: a" + rest, `specs/a.yaml:1:7: expected a map, got a list; write name: value`},
		"odd variable name":      {"vars: {'env:x': 1}\n" + head + "- {name: a" + rest, `specs/a.yaml:1:8: ${...} cannot refer to a variable named "env:x"; use letters, digits and _`},
		"environment":            {head + "- {name: a, prompt: '${env:NOPE}', expect: [golden]}\n", `specs/a.yaml:3:21: environment variable NOPE is not set; set it: export NOPE=...`},
		"unknown backend":        {"backends: [tinny]\n" + head + "- {name: a" + rest, `specs/a.yaml:1:12: unknown backend "tinny"; did you mean tiny?`},
		"unknown backend, case":  {head + "- {name: a, backends: [x, tiny, tiny]" + rest, "specs/a.yaml:3:24: unknown backend \"x\"; known: tiny\nspecs/a.yaml:3:33: backend \"tiny\" is named twice"},
		"label":                  {"labels: [a/b]\n" + head + "- {name: a, labels: ['', 'k:']" + rest, "specs/a.yaml:1:10: label \"a/b\" has a character that labels cannot have; label filters use & | ! , ( ) /\nspecs/a.yaml:4:22: a label is empty\nspecs/a.yaml:4:26: label \"k:\" lacks a text before or after its colon; write key:value"},
		"skip without reason":    {head + "- {name: a, skip: true" + rest, `specs/a.yaml:3:19: expected a reason, got true; write a sentence that says why`},
		"require":                {"require: most\n" + head + "- {name: a, require: 6/5" + rest, "specs/a.yaml:1:10: expected all, any, a fraction such as 4/5 or a share such as 80%, got \"most\"\nspecs/a.yaml:4:22: expected all, any, a fraction such as 4/5 or a share such as 80%, got \"6/5\""},
		"timeout":                {"timeout: 30\n" + head + "- {name: a" + rest, `specs/a.yaml:1:10: expected a duration such as 30s or 1m30s, got 30`},
		"only in CI":             {head + "- {name: a, only: true" + rest, `specs/a.yaml:3:19: only is refused in CI; remove it: it would hide every other case`},
		"not built yet":          {head + "- name: a\n  perturb: [none]\n  prompt: hi\n  expect: [golden]\n", "specs/a.yaml:4:3: perturb is not built yet; remove it for now"},
		"video":                  {head + "- {name: a, video: x.mp4, content: [{video: x}], expect: [golden]}\n", "specs/a.yaml:3:13: video is not built yet; remove it for now\nspecs/a.yaml:3:38: video is not built yet; remove it for now"},
		"rows give one name":     {head + "- {name: a, rows: [{k: 1, x: red}, {k: 1, x: blue}]" + rest, `specs/a.yaml:3:10: rows specs/a.yaml:3 and 3 give the same name "a"; put ${x} in the name`},
		"equal rows":             {head + "- {name: '${x}', rows: [{x: red}, {x: red}]" + rest, `specs/a.yaml:3:10: rows specs/a.yaml:3 and 3 give the same name "red"; remove one of the rows`},
		"no rows":                {head + "- {name: a, rows: []" + rest, `specs/a.yaml:3:19: there are no rows`},
		"row is text":            {head + "- {name: a, rows: [red]" + rest, `specs/a.yaml:3:20: a row is a map, got text "red"; write {name: value, ...}`},
		"rows is a map":          {head + "- {name: a, rows: {x: 1}" + rest, `specs/a.yaml:3:19: expected a file or a list, got a map; rows: points.csv, or a list of maps`},
		"row lacks a name":       {head + "- {name: 'a ${x}', rows: [{x: 1}, {y: 1}]" + rest, `specs/a.yaml:3:10: unknown variable ${x} (row specs/a.yaml:3); did you mean y?`},
		"row value of no number": {head + "- {name: 'a ${x}', repeat: '${x}', rows: [{x: 1}, {x: two}]" + rest, `specs/a.yaml:3:28: expected a whole number, got text "two" (row specs/a.yaml:3)`},
		"row file unknown":       {head + "- {name: a, rows: a.xls" + rest, `specs/a.yaml:3:19: rows cannot be read from "a.xls"; use a .csv, .tsv, .json, .jsonl, .parquet or .xlsx file`},
		"row file missing":       {head + "- {name: a, rows: a.csv" + rest, `specs/a.yaml:3:19: rows specs/a.csv: no such file`},
		"row file by variable":   {head + "- {name: a, rows: '${x}.csv'" + rest, `specs/a.yaml:3:19: unknown variable ${x}; define it under vars or in rows; write $${x} for literal text`},
		"include missing":        {"include: b.yaml\n" + head + "- {name: a" + rest, `specs/a.yaml:1:10: specs/b.yaml cannot be read: no such file`},
		"include of itself":      {"include: a.yaml\n" + head + "- {name: a" + rest, `specs/a.yaml:1:10: specs/a.yaml includes itself`},
		"alias bomb":             {"a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n", `specs/a.yaml:1:1: aliases expand the 21 nodes of this file to 123461; write the content out, or split the file`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := project(t, oneBackend+"-- specs/a.yaml --\n"+test.spec)
			p.Env = environ("CI=true")
			_, err := Load(p, nil)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRowFileMistakes(t *testing.T) {
	tests := map[string]struct{ file, content, want string }{
		"empty":               {"a.csv", "", `specs/a.yaml:3:25: rows specs/a.csv: the file is empty; its first line names the columns`},
		"header only":         {"a.csv", "n\n", `specs/a.yaml:3:25: there are no rows in specs/a.csv`},
		"unnamed column":      {"a.csv", "n,\n1,2\n", `specs/a.csv:2: column 2 has the value "2" and no name; name the column in the header`},
		"spaces in a header":  {"a.csv", "n, x\n1,2\n", `specs/a.csv:1: column 2 is named " x"; a name has no spaces around it`},
		"braces in a header":  {"a.csv", "n,{x}\n1,2\n", `specs/a.csv:1: column 2 is named "{x}", which ${...} cannot refer to; use letters, digits and _`},
		"column twice":        {"a.csv", "n,n\n1,2\n", `specs/a.csv:1: two columns are named "n"; give each a name of its own`},
		"too few values":      {"a.csv", "n,x\n1\n2,3\n4,5,6\n", "specs/a.csv:2: expected 2 values, as in the header, got 1\nspecs/a.csv:4: expected 2 values, as in the header, got 3"},
		"bare quote":          {"a.csv", "n\na\"b\n", `specs/a.csv:2:2: a " in a value that is not quoted; write "say ""hi"""`},
		"open quote":          {"a.csv", "n\n\"b\n", `specs/a.csv:2: a quote is not closed; within quotes write " as ""`},
		"not UTF-8":           {"a.csv", "n\n\xe9\n", `specs/a.csv:2:1: byte 0xe9 is not UTF-8; save the file as UTF-8`},
		"tsv, too many":       {"a.tsv", "n\tx\n\n1\t2\t3\n", `specs/a.tsv:3: expected 2 values, as in the header, got 3`},
		"not JSON":            {"a.jsonl", "{\"n\": 1}\n{n: 2}\n{\"n\"\n[1]\n{} {}\n", "specs/a.jsonl:2: not JSON: invalid character 'n'; a line holds one object: {\"name\": \"value\"}\nspecs/a.jsonl:3: not JSON: the line ends too early; a line holds one object: {\"name\": \"value\"}\nspecs/a.jsonl:4: a row is a JSON object; a line holds one object: {\"name\": \"value\"}\nspecs/a.jsonl:5: not JSON: more follows the object; a line holds one object: {\"name\": \"value\"}"},
		"key twice":           {"a.jsonl", "{\"n\": 1, \"n\": 2}\n", `specs/a.jsonl:1: key "n" is given twice; keep one of the two`},
		"deep JSON":           {"a.jsonl", strings.Repeat("[", 100), `specs/a.jsonl:1: not JSON: nested more than 64 deep; a line holds one object: {"name": "value"}`},
		"number that is none": {"a.csv", "n\n1\ntwo\n", `specs/a.yaml:3:40: expected a whole number, got text "two" (row specs/a.csv:3)`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := project(t, oneBackend+"-- specs/a.yaml --\nsuite: s\ncases:\n- {name: 'a${n}', rows: "+test.file+", repeat: ${n}, prompt: hi, expect: [golden]}\n")
			if err := os.WriteFile(filepath.Join(p.Dir, "specs", test.file), []byte(test.content), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := Load(p, nil)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestMistakesOfAllFiles: one bad case hides neither another nor the good ones.
func TestMistakesOfAllFiles(t *testing.T) {
	p := project(t, oneBackend+`
-- specs/b.yaml --
suite: b
cases:
  - {name: good, prompt: hi, expect: [golden]}
  - {name: bad, prompt: hi, expect: [golden], nmae: x}
-- specs/c.yaml --
suite: [
-- specs/a.yaml --
suite: a
cases:
  - {name: worse, prompt: "${x}", repeat: 0, expect: [golden]}
  - {name: bad}
`)
	specs, err := Load(p, nil)
	want := `specs/a.yaml:3:43: 0 is out of range: expected at least 1 and at most 100000
specs/a.yaml:4:5: key "prompt" is missing; write prompt: ..., or content: [...]
specs/b.yaml:4:47: unknown key "nmae"; did you mean name?
specs/c.yaml:1: not YAML: a value is missing here, or a bracket before is not closed`
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	if len(Mistakes(err)) != 4 || len(specs.Cases) != 1 || specs.Cases[0].ID != "b/good" {
		t.Errorf("%d mistakes, cases %s", len(Mistakes(err)), show(specs.Cases))
	}
}
