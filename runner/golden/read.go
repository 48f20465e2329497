package golden

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// read adds the entries of one file.
func (s *Store) read(name string) error {
	shown := filepath.Base(s.dir) + "/" + name
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return &spec.Error{Pos: spec.Pos{File: shown}, What: "cannot be read: " + err.Error()}
	}
	entries, err := parse(shown, data)
	if err != nil {
		return err
	}
	maps.Copy(s.entries, entries)
	return nil
}

func parse(file string, data []byte) (map[string]located, error) {
	if err := conflict(file, data); err != nil {
		return nil, err
	}
	root, err := spec.Parse(file, data)
	if err != nil {
		return nil, err
	}
	entries := map[string]located{}
	if root.Kind() != spec.Map {
		if root.Kind() == spec.Null {
			return entries, nil
		}
		return nil, root.Errorf("write suite/case: {answers: [...]}", "expected a map from case to answers")
	}
	var errs []error
	for _, e := range root.Entries() {
		entry, err := parseEntry(e, strings.TrimSuffix(filepath.Base(file), ".yaml"))
		errs = append(errs, err)
		entries[e.Key] = located{entry, e.KeyNode.Pos()}
	}
	return entries, spec.Join(errs...)
}

var (
	keyForm = regexp.MustCompile(`^([^/#]+)/[^#]+?(?:#(\d+))?$`)
	digest  = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func parseEntry(e spec.Entry, suite string) (Entry, error) {
	var entry Entry
	m := keyForm.FindStringSubmatch(e.Key)
	switch {
	case m == nil:
		return entry, e.KeyNode.Errorf("write suite/case, or suite/case#2 for its second turn", "%q is not the ID of a case", e.Key)
	case m[1] != suite:
		return entry, e.KeyNode.Errorf("move it to "+fileOf(e.Key), "%q belongs to another suite", e.Key)
	case m[2] == "0" || m[2] == "1":
		return entry, e.KeyNode.Errorf("leave out #"+m[2], "the first turn of a case has no number")
	}
	if err := e.Value.Decode(&entry); err != nil {
		return entry, err
	}
	return entry, checkEntry(e.Value, entry)
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

// conflict finds the first marker that a merge left behind. YAML would say
// something about missing colons there.
func conflict(file string, data []byte) error {
	for i, line := range bytes.Split(data, []byte("\n")) {
		for _, marker := range []string{"<<<<<<< ", "||||||| ", ">>>>>>> "} {
			if bytes.HasPrefix(line, []byte(marker)) {
				return &spec.Error{
					Pos:  spec.Pos{File: file, Line: i + 1},
					What: "a merge conflict was not resolved here",
					Hint: "keep the answers you want and remove the lines with <<<<<<<, ======= and >>>>>>>",
				}
			}
		}
	}
	return nil
}
