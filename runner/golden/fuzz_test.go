package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever a golden file holds: it is read or refused, and accepting an answer
// changes that entry alone.
func FuzzAccept(f *testing.F) {
	f.Add(strings.ReplaceAll(shapes, "HEX", hex), "crimson")
	f.Add("shapes/a: {answers: [x], tolerance: [{number: {value: 3, abs: 1}}]}\n", "- [x]\n\n")
	f.Add("", "\n")
	f.Add("shapes/b@tiny: &a {answers: [is it?]}\nshapes/c: *a\n", "${x}")
	f.Add("shapes/b@tiny:\n  answers: |\n   - x\n", "<<<<<<< ours")
	f.Fuzz(func(t *testing.T, content, answer string) {
		dir := t.TempDir()
		file := filepath.Join(dir, "shapes.yaml")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir)
		if err != nil {
			return
		}
		before := s.entries
		if _, err := s.put(map[string]*Entry{"shapes/b@tiny": {Answers: []string{answer}}}); err != nil {
			if data, _ := os.ReadFile(file); string(data) != content {
				t.Fatalf("%v, and the file has changed to %q", err, data)
			}
			return
		}
		again, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if e, _ := again.Entry("shapes/b@tiny", 0); len(e.Answers) != 1 || e.Answers[0] != answer {
			t.Fatalf("accepted %q, read %q", answer, e.Answers)
		}
		for k, e := range before {
			if k != "shapes/b@tiny" && !cmp.Equal(e.Entry, again.entries[k].Entry) {
				t.Fatalf("%s has become %+v", k, again.entries[k].Entry)
			}
		}
	})
}
