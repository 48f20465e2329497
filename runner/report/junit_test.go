package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
)

// element is what a schema allows of an element.
type element struct {
	required, optional string // attributes
	children           string
	ordered            bool // children come in this order
}

// strictSchema are the elements and attributes of junit-10.xsd of Jenkins' xunit plugin.
var strictSchema = map[string]element{
	"testsuites": {"", "name time tests failures errors", "testsuite", false},
	"testsuite": {
		"name tests failures errors", "group time skipped timestamp hostname id package file log url version",
		"testsuite properties testcase system-out system-err", false,
	},
	"properties":     {"", "", "property", false},
	"property":       {"name value", "", "", false},
	"testcase":       {"name", "time classname group", "skipped error failure rerunFailure rerunError flakyFailure flakyError system-out system-err", false},
	"skipped":        {"", "type message", "", false},
	"failure":        {"", "type message", "", false},
	"error":          {"", "type message", "", false},
	"rerunFailure":   {"type", "message", "stackTrace system-out system-err", true},
	"rerunError":     {"type", "message", "stackTrace system-out system-err", true},
	"flakyFailure":   {"type", "message", "stackTrace system-out system-err", true},
	"flakyError":     {"type", "message", "stackTrace system-out system-err", true},
	"stackTrace":     {"", "", "", false},
	"system-out":     {"", "", "", false},
	"system-err":     {"", "", "", false},
	"(the document)": {"", "", "testsuites", false},
}

// schema also has what GitLab and others read of a case: file, line and properties.
func schema() map[string]element {
	all := maps.Clone(strictSchema)
	c := all["testcase"]
	c.optional, c.children = c.optional+" file line", c.children+" properties"
	all["testcase"] = c
	return all
}

// surefireTime is the pattern of a time in the schema.
var surefireTime = regexp.MustCompile(`^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?$`)

// keepsTo reports what of a document is not in a schema, and counts its elements.
func keepsTo(t *testing.T, schema map[string]element, document []byte) map[string]int {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(document))
	open, before := []string{"(the document)"}, []string{""}
	names, seen := map[string]bool{}, map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return seen
		} else if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			last := len(open) - 1
			in, name := schema[open[last]], e.Name.Local
			if !allowed(in.children, name) || in.ordered && strings.Index(in.children, name) < strings.Index(in.children, before[last]) {
				t.Errorf("<%s> below <%s>, behind %q", name, open[last], before[last])
			}
			for _, problem := range wrongAttributes(schema[name], e) {
				t.Error(problem)
			}
			if name == "testcase" {
				id := attribute(e, "classname") + " " + attribute(e, "name")
				if names[id] {
					t.Errorf("two cases are called %s", id)
				}
				names[id] = true
			}
			seen[name]++
			before[last] = name
			open, before = append(open, name), append(before, "")
		case xml.EndElement:
			open, before = open[:len(open)-1], before[:len(before)-1]
		}
	}
}

func wrongAttributes(want element, e xml.StartElement) (problems []string) {
	for _, a := range e.Attr {
		if !allowed(want.required+" "+want.optional, a.Name.Local) {
			problems = append(problems, fmt.Sprintf("attribute %s of <%s>", a.Name.Local, e.Name.Local))
		}
		if a.Name.Local == "time" && !surefireTime.MatchString(a.Value) {
			problems = append(problems, "time "+a.Value)
		}
	}
	for name := range strings.FieldsSeq(want.required) {
		if !slices.ContainsFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == name }) {
			problems = append(problems, fmt.Sprintf("<%s> has no %s", e.Name.Local, name))
		}
	}
	return problems
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func allowed(list, name string) bool { return slices.Contains(strings.Fields(list), name) }

// junitExample is a run with everything that a JUnit file can hold.
func junitExample() *result.Run {
	run := example()
	for i := range 2 {
		c := run.Cases[i]
		c.ID, c.Name, c.Samples, c.Outcome, c.Reason = fmt.Sprintf("a/left-out-%d", i), "left out", nil, result.NotRun, "the run was interrupted"
		run.NotRun = append(run.NotRun, c)
	}
	run.Mistakes = []result.Mistake{{Message: "unknown backend"}, {File: "s.yaml", Line: 3, Column: 4, Message: "one"}, {File: "s.yaml", Line: 3, Column: 4, Message: "two"}, {File: "t.yaml", Message: "no such file"}}
	return run
}

func TestJUnitKeepsToTheSchema(t *testing.T) {
	for name, write := range variants(formats["junit"]) {
		var b bytes.Buffer
		if err := write(&b, junitExample()); err != nil {
			t.Fatal(err)
		}
		want := map[string]int{"testsuite": 5, "testcase": 21, "failure": 7, "error": 6, "skipped": 6, "flakyFailure": 1, "rerunFailure": 1}
		allows := schema()
		if strings.HasSuffix(name, ",strict") {
			allows = strictSchema
		}
		seen := keepsTo(t, allows, b.Bytes())
		for element, n := range want {
			if seen[element] != n {
				t.Errorf("%s: %d <%s>, want %d", name, seen[element], element, n)
			}
		}
	}
}

// Case and class are made by one rule, whatever the suite is called.
func TestJUnitNames(t *testing.T) {
	for id, want := range map[string]string{"shapes/one": "one", "my-suite/one@tiny": "one@tiny", "one": "one", "a/b/c": "b/c"} {
		if got := junitName(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

// A run is one file, unless somebody asks for several in a folder, which then holds
// no older ones.
func TestJUnitIsSplit(t *testing.T) {
	run := &result.Run{}
	for i := range 5001 {
		c := result.Case{ID: fmt.Sprint("s/", i), Suite: "s", File: "s.yaml", Outcome: result.Passed}
		if i == 5000 {
			c.Outcome = result.NotRun
			run.NotRun = []result.Case{c}
			continue
		}
		run.Cases = append(run.Cases, c)
	}
	dir := t.TempDir()
	mine := filepath.Join(dir, "out", "junit-mine.xml")
	for _, older := range []string{mine, filepath.Join(dir, "out", "junit-0009.xml"), filepath.Join(dir, "junit-0001.xml")} {
		if err := os.MkdirAll(filepath.Dir(older), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(older, []byte("older"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for word, want := range map[string][]string{
		"junit": {"out/junit.xml 5001"}, "junit=" + dir + "/one.xml": {"one.xml 5001"}, "junit=" + dir + "/all/": {"all/junit-0001.xml 5001"},
		"junit,strict=" + dir + "/out/,max=2500":   {"out/junit-0001.xml 2500", "out/junit-0002.xml 2500", "out/junit-0003.xml 1"},
		"junit,max=3000=" + dir + "/p/":            {"p/junit-0001.xml 3000", "p/junit-0002.xml 2000", "p/junit-0003.xml 1"},
		"junit=" + dir + "/q/,strict,max=5001":     {"q/junit-0001.xml 5001"},
		"junit=" + dir + "/with, comma,strict.xml": {"with, comma,strict.xml 5001"},
	} {
		target, err := ParseTarget(word, dir)
		if err != nil {
			t.Errorf("%s: %v", word, err)
			continue
		}
		files, err := target.Write(io.Discard, run)
		if err != nil || len(files) != len(want) {
			t.Fatalf("%s: %v, %v", word, files, err)
		}
		for i, w := range want {
			name, tests, _ := strings.Cut(w, ".xml ")
			data, err := os.ReadFile(files[i])
			if err != nil || files[i] != filepath.Join(dir, filepath.FromSlash(name+".xml")) || !bytes.Contains(data, []byte(`tests="`+tests+`"`)) {
				t.Errorf("%s: %s, want %s (%v)", word, files[i], w, err)
			}
			if strings.Contains(word, "strict") && bytes.Contains(data, []byte("properties>\n      <testcase")) {
				t.Errorf("%s is not strict", word)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "out", "junit-0009.xml")); err == nil {
		t.Error("an older file of the report is still there")
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

func TestReportMistakes(t *testing.T) {
	for word, want := range map[string]string{
		"junt":                   `unknown report "junt"; did you mean junit?`,
		"junit=":                 "no path after =",
		"junit,strct":            `report junit has no option "strct"; did you mean strict?`,
		"junit,max=0=out/":       "max=0: expected how many cases",
		"junit=out/,max=many":    "max=many: expected how many cases",
		"junit=out.xml,max=5000": "max=5000 makes several files, which need a folder; write junit=out/,max=5000",
		"junit=-,max=5":          "which need a folder",
		"json,strict":            `report json has no option "strict"; it has none`,
	} {
		if target, err := ParseTarget(word, "/p"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v", word, target, err)
		}
	}
}

// A file that a CI server refuses is named, with what to do.
func TestJUnitTooLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "junit.xml")
	target, err := ParseTarget("junit="+path, "")
	if err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int64]bool{25e6: false, 25e6 + 1: true} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		if said := target.TooLarge(path); want != strings.Contains(said, "split it: --report junit=") {
			t.Errorf("%d bytes: %q", size, said)
		}
	}
}
