package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/runner/check"
)

// folder makes a golden folder with one file, shapes.yaml.
func folder(t *testing.T, content string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "golden")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "shapes.yaml"), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

var hex = strings.Repeat("0f", 32)

const shapes = `# Accepted by the team.

# Carmine, to be exact.
shapes/b@tiny:
  answers:
    - red
    - crimson # Ann insists
  prompt: HEX
  images: [HEX, HEX]
  backend: tiny
  model: sha256:aa
  params: {max_tokens: 48, stop: ["\n"]}
  by: Ann
  at: 2026-01-31T12:00:00Z

shapes/talk:
  answers: ["yes ${x}?"]
shapes/talk#2:
  answers: [3]
# the end
`

func TestAccepted(t *testing.T) {
	s, err := Open(folder(t, strings.ReplaceAll(shapes, "HEX", hex)))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		id   string
		turn int
		want check.Golden
		ok   bool
	}{
		"whole entry": {"shapes/b@tiny", 0, check.Golden{Answers: []string{"red", "crimson"}, Prompt: hex, Images: []string{hex, hex}}, true},
		"first turn":  {"shapes/talk", 0, check.Golden{Answers: []string{"yes ${x}?"}}, true},
		"second turn": {"shapes/talk", 1, check.Golden{Answers: []string{"3"}}, true},
		"third turn":  {"shapes/talk", 2, check.Golden{}, false},
		"no entry":    {"shapes/b", 0, check.Golden{}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := s.Accepted(test.id, test.turn)
			if diff := cmp.Diff(test.want, got); diff != "" || ok != test.ok {
				t.Errorf("%v %s", ok, diff)
			}
		})
	}
	e, _ := s.Entry("shapes/b@tiny", 0)
	if e.By != "Ann" || e.Params["max_tokens"] != 48.0 || e.Model != "sha256:aa" || e.At != "2026-01-31T12:00:00Z" {
		t.Errorf("provenance: %+v", e)
	}
	orphans := s.Orphans(map[string]bool{"shapes/talk": true, "shapes/talk#3": true})
	if len(orphans) != 2 || orphans[0].Pos.String() != "golden/shapes.yaml:4:1" || orphans[1].Key != "shapes/talk#2" {
		t.Errorf("orphans: %v", orphans)
	}
}

func TestOpenWithoutFolder(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "none"))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Accepted("a/b", 0); ok {
		t.Error("an empty store has an answer")
	}
}

func TestMistakes(t *testing.T) {
	tests := map[string]struct{ src, want string }{
		"unknown key":    {"shapes/a: {answer: [x]}", "golden/shapes.yaml:1:11: key \"answers\" is missing; answers is the accepted answers; any one of them will do\ngolden/shapes.yaml:1:12: unknown key \"answer\"; did you mean answers?"},
		"one answer":     {"shapes/a: {answers: red}", `golden/shapes.yaml:1:21: expected a list, got text "red"`},
		"no answer":      {"shapes/a: {answers: []}", `golden/shapes.yaml:1:21: there is no accepted answer; remove the entry, or add an answer`},
		"twice":          {"shapes/a: {answers: [x]}\nshapes/a: {answers: [y]}", `golden/shapes.yaml:2:1: key "shapes/a" is given twice, first on line 1; keep one of the two`},
		"other suite":    {"colors/a: {answers: [x]}", `golden/shapes.yaml:1:1: "colors/a" belongs to another suite; move it to colors.yaml`},
		"no ID":          {"a: {answers: [x]}", `golden/shapes.yaml:1:1: "a" is not the ID of a case; write suite/case, or suite/case#2 for its second turn`},
		"turn one":       {"shapes/a#1: {answers: [x]}", `golden/shapes.yaml:1:1: the first turn of a case has no number; leave out #1`},
		"digest":         {"shapes/a: {answers: [x], prompt: abc, images: [1]}", "golden/shapes.yaml:1:34: expected a SHA-256 digest of 64 hex digits, got \"abc\"; remove it, or accept the answer again\ngolden/shapes.yaml:1:48: expected a SHA-256 digest of 64 hex digits, got \"1\"; remove it, or accept the answer again"},
		"time":           {"shapes/a: {answers: [x], at: yesterday}", `golden/shapes.yaml:1:30: "yesterday" is not a time; write it like 2026-01-31T12:00:00Z`},
		"list":           {"- a", `golden/shapes.yaml:1:1: expected a map from case to answers; write suite/case: {answers: [...]}`},
		"not YAML":       {"shapes/a: [", `golden/shapes.yaml:1: not YAML: a value is missing here, or a bracket before is not closed`},
		"merge conflict": {"shapes/a:\n<<<<<<< HEAD\n  answers: [x]\n=======\n  answers: [y]\n>>>>>>> topic\n", `golden/shapes.yaml:2: a merge conflict was not resolved here; keep the entries you want and remove the lines with <<<<<<<, ======= and >>>>>>>`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Open(folder(t, test.src))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOpenUnreadable(t *testing.T) {
	dir := folder(t, "")
	if err := os.Symlink("nowhere", filepath.Join(dir, "gone.yaml")); err != nil {
		t.Skip(err)
	}
	if _, err := Open(dir); err == nil || !strings.HasPrefix(err.Error(), "golden/gone.yaml: cannot be read: ") {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(dir, "shapes.yaml")); err == nil {
		t.Error("a file was opened as a folder")
	}
}

func TestAccept(t *testing.T) {
	dir := folder(t, strings.ReplaceAll(shapes, "HEX", hex))
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	accept := func(id string, turn int, e Entry) {
		t.Helper()
		if _, err := s.put(map[string]*Entry{Key(id, turn): &e}); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, store := range []*Store{s, again} {
			if got, _ := store.Accepted(id, turn); !cmp.Equal(got.Answers, e.Answers) {
				t.Errorf("%s: accepted %q, read %q", id, e.Answers, got.Answers)
			}
		}
	}
	stamp := Stamp(time.Date(2026, 2, 1, 13, 0, 0, 0, time.FixedZone("", 3600)))
	accept("shapes/b@tiny", 0, Entry{Answers: []string{"crimson", "rosé: \"a\"\nb"}, Prompt: hex, At: stamp, By: "Bob"})
	accept("shapes/a", 0, Entry{Answers: []string{"- [x]"}})
	accept("shapes/talk", 1, Entry{Answers: []string{"<<<<<<< ", "null"}, Params: map[string]any{"seed": 1}})
	accept("shapes/z", 2, Entry{Answers: []string{"${x}"}, Images: []string{hex}})
	accept("colors/a", 0, Entry{Answers: []string{"new file"}})
	got, err := os.ReadFile(filepath.Join(dir, "shapes.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(`# Accepted by the team.

shapes/a:
  answers:
    - '- [x]'

# Carmine, to be exact.
shapes/b@tiny:
  answers:
    - crimson # Ann insists
    - |-
      rosé: "a"
      b
  prompt: HEX
  by: Bob
  at: 2026-02-01T12:00:00Z

shapes/talk:
  answers: ["yes ${x}?"]
shapes/talk#2:
  answers:
    - '<<<<<<< '
    - "null"
  params: {seed: 1}
# the end

shapes/z#3:
  answers:
    - ${x}
  images: [HEX]
`, "HEX", hex)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestPutMistakes(t *testing.T) {
	s, err := Open(folder(t, "shapes/a: {answers: [x]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		key   string
		entry Entry
		want  string
	}{
		"no answer":  {"shapes/a", Entry{}, `accept "shapes/a": not a case with an answer`},
		"no case":    {"shapes", Entry{Answers: []string{"x"}}, `accept "shapes": not a case with an answer`},
		"bad digest": {"shapes/a", Entry{Answers: []string{"y"}, Prompt: "abc"}, "expected a SHA-256 digest"},
		"tolerance":  {"shapes/a", Entry{Answers: []string{"y"}, Tolerance: []Tolerance{{"golden": nil}}}, "golden cannot be a tolerance"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := s.put(map[string]*Entry{test.key: &test.entry}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Error(err)
			}
		})
	}
	if e, _ := s.Entry("shapes/a", 0); e.Answers[0] != "x" {
		t.Errorf("changed to %v", e)
	}
}
