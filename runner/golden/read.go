package golden

import (
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// shown is the name of a file for people.
func (s *Store) shown(name string) string { return filepath.Base(s.dir) + "/" + name }

// read adds the entries of one file.
func (s *Store) read(name string, files map[string]*yamledit.File, entries map[string]located) error {
	f, err := yamledit.Open(filepath.Join(s.dir, name), s.shown(name), checkFile(name))
	if err != nil {
		return err
	}
	files[name] = f
	return parse(f.Root(), suiteOf(name), entries)
}

func suiteOf(name string) string { return strings.TrimSuffix(name, ".yaml") }

// checkFile finds the mistakes in a file of a name.
func checkFile(name string) func(root spec.Node) error {
	return func(root spec.Node) error { return parse(root, suiteOf(name), map[string]located{}) }
}

// parse adds the entries of a file to a map.
func parse(root spec.Node, suite string, entries map[string]located) error {
	if root.Kind() == spec.Null {
		return nil
	}
	if root.Kind() != spec.Map {
		return root.Errorf("write suite/case: {answers: [...]}", "expected a map from case to answers")
	}
	var errs []error
	for _, e := range root.Entries() {
		entry, err := parseEntry(e, suite)
		errs = append(errs, err)
		entries[e.Key] = entry
	}
	return spec.Join(errs...)
}

var (
	keyForm = regexp.MustCompile(`^([^/#]+)/[^#]+?(?:#(\d+))?$`)
	digest  = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func parseEntry(e spec.Entry, suite string) (located, error) {
	entry := located{pos: e.KeyNode.Pos()}
	m := keyForm.FindStringSubmatch(e.Key)
	switch {
	case m == nil:
		return entry, e.KeyNode.Errorf("write suite/case, or suite/case#2 for its second turn", "%q is not the ID of a case", e.Key)
	case m[1] != suite:
		return entry, e.KeyNode.Errorf("move it to "+fileOf(e.Key), "%q belongs to another suite", e.Key)
	case m[2] == "0" || m[2] == "1":
		return entry, e.KeyNode.Errorf("leave out #"+m[2], "the first turn of a case has no number")
	}
	if err := e.Value.Decode(&entry.Entry); err != nil {
		return entry, err
	}
	var errs []error
	for _, n := range e.Value.Get("tolerance").Items() {
		c, err := compile(n)
		entry.tolerance = append(entry.tolerance, c)
		errs = append(errs, err)
	}
	return entry, spec.Join(append(errs, checkEntry(e.Value, entry.Entry))...)
}

// compile makes a check of a tolerance. Those that need more than the answer and
// its image are for specs.
func compile(n spec.Node) (check.Check, error) {
	for _, e := range n.Entries() {
		if e.Key == "golden" || e.Key == "judge" || e.Key == "command" {
			return nil, e.KeyNode.Errorf("use similar, number, keypoints or the like", "%s cannot be a tolerance", e.Key)
		}
	}
	c, err := check.Compile(n, check.Env{})
	if err == nil && len(check.Files(c)) > 0 {
		err = n.Errorf("put the check into the spec", "a tolerance reads no other file")
	}
	return c, err
}

// checkEntry finds what Decode cannot.
func checkEntry(n spec.Node, entry Entry) error {
	var errs []error
	if len(entry.Answers) == 0 {
		errs = append(errs, n.Get("answers").Errorf("remove the entry, or add an answer", "there is no accepted answer"))
	}
	if p := n.Get("prompt"); !p.IsZero() {
		errs = append(errs, checkDigest(p))
	}
	for _, image := range n.Get("images").Items() {
		errs = append(errs, checkDigest(image))
	}
	if entry.At != "" {
		if _, err := time.Parse(time.RFC3339, entry.At); err != nil {
			errs = append(errs, n.Get("at").Errorf("write it like 2026-01-31T12:00:00Z", "%q is not a time", entry.At))
		}
	}
	return spec.Join(errs...)
}

func checkDigest(n spec.Node) error {
	if digest.MatchString(n.Text()) {
		return nil
	}
	return n.Errorf("remove it, or accept the answer again", "expected a SHA-256 digest of 64 hex digits, got %q", n.Text())
}
