package yamledit

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// Whatever a file holds: an edit either is refused, or changes its entry and
// nothing else, byte for byte.
func FuzzPatch(f *testing.F) {
	for _, seed := range []string{
		"", "# ours\n", "s/a: 1\n\n# of b\ns/b:\n  words: [x] # c\n# after\n\ns/c: |+\n  x\n\n", "{s/a: 1}", "s/b: &x 1\ns/c: *x",
		"---\ns/b: 1\n...\n", "\ufeffs/b: 1\r\n\r\n#\r\ns/c: 2", "? s/b\n: 1\n", "s/b:\n\n- x\n#\n- y\n", "s/a: >\n a\n\n# no\ns/d: 'x\n\n  y'\n", "s/b: \"\n# in\n\"\n",
	} {
		f.Add(seed, "s/b", "x")
	}
	f.Add("", "s/", "\n")                           // which the YAML library writes as nothing
	f.Add("樂s/b: 1\r 1\r\n\r\n#\rc: 2", "s/b", "x") // any line ends
	f.Add("s/b: {words: [is it?]}", "s/b", "x")
	f.Add("", "s/b", " a\n\n b \n")
	f.Fuzz(func(t *testing.T, src, key, word string) {
		data := []byte(src)
		root, err := spec.Parse("s.yaml", data)
		if err != nil || root.Kind() != spec.Map && root.Kind() != spec.Null || !strings.HasPrefix(key, "s/") {
			return
		}
		file := &File{path: "none", name: "s.yaml", data: data, root: root}
		if conflict("s.yaml", data) != nil {
			return
		}
		after, now, err := file.patched([]Edit{put(key, word)})
		if err != nil {
			return
		}
		if got := now.Get(key).Get("words").Items(); len(got) != 1 || got[0].Text() != word {
			t.Fatalf("%q became %q: %q is not there", src, after, word)
		}
		head, blocks, _ := split("s.yaml", bytes.TrimPrefix(data, bom), root)
		rest := []string{strings.TrimRight(head, "\r\n \t")}
		for _, b := range blocks {
			if b.key != key {
				rest = append(rest, b.lead+strings.TrimRight(b.body, "\r\n"))
			}
			rest = append(rest, strings.TrimSpace(b.tail))
		}
		left := string(after)
		for _, part := range rest {
			_, behind, found := strings.Cut(left, part)
			if !found {
				t.Fatalf("%q became %q, which lacks %q", src, after, part)
			}
			left = behind
		}
	})
}

// What one side alone has changed is what the merge has.
func FuzzMerge(f *testing.F) {
	f.Add("# ours\n\ns/a: 1\n\n# of b\ns/b:\n  words: [x] # c\n# after\n\ns/c: |+\n  x\n\n", "s/b", "x")
	f.Add("s/a: 1", "s/b", "x")
	f.Add("\ufeff---\ns/b: 1\r\n", "s/a", "")
	f.Fuzz(func(t *testing.T, src, key, word string) {
		data := []byte(src)
		root, err := spec.Parse("s.yaml", data)
		if err != nil || conflict("s.yaml", data) != nil || !strings.HasPrefix(key, "s/") {
			return
		}
		file := &File{path: "none", name: "s.yaml", data: data, root: root}
		after, now, err := file.patched([]Edit{put(key, word)})
		if err != nil {
			return
		}
		ours, err := Merge(data, after, data)
		if errors.Is(err, ErrConflict) || err == nil && !bytes.Equal(ours, after) {
			t.Fatalf("%v: %q became %q, want %q", err, src, ours, after)
		}
		theirs, err := Merge(data, data, after)
		if err != nil {
			return // refused, as where a new entry would change the text above it
		}
		got, err := spec.Parse("s.yaml", theirs)
		if err != nil || !sameBut(nil, got, now) {
			t.Fatalf("%v: %q became %q, want %q", err, src, theirs, after)
		}
	})
}
