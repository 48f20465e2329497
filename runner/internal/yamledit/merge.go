package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// ErrConflict says that both sides of a merge have changed the same.
var ErrConflict = errors.New("both sides have changed the same")

// Merge joins what two sides made of a file, entry by entry: git, which sees
// lines alone, takes entries that both add at one place for a conflict, though
// they have nothing to do with each other. nil is no file. Where both sides have
// changed one entry it is [ErrConflict].
func Merge(base, ours, theirs []byte) ([]byte, error) {
	file := ours
	if !alike(base, ours) || !alike(ours, theirs) {
		base, ours, theirs = unixText(base), unixText(ours), unixText(theirs)
	}
	var sides [3]side
	for i, data := range [][]byte{base, ours, theirs} {
		var err error
		if sides[i], err = sideOf(data); err != nil {
			return nil, err
		}
	}
	var err error
	for _, gap := range []string{"\n", ""} { // an empty line can belong to the text above it: see |+
		var merged []byte
		if merged, err = join3(sides[0], sides[1], sides[2], gap); err != nil {
			return nil, err
		}
		if err = holdsSides(merged, sides[1], sides[2]); err == nil {
			return asIn(file, merged), nil
		}
	}
	return nil, err
}

// unixText is a text without its byte order mark and with Unix line ends, which
// make no difference.
func unixText(data []byte) []byte {
	return bytes.ReplaceAll(bytes.TrimPrefix(data, bom), []byte("\r\n"), []byte("\n"))
}

// alike reports whether two files begin alike: with a mark or without, and with
// the same line end.
func alike(a, b []byte) bool {
	return bytes.HasPrefix(a, bom) == bytes.HasPrefix(b, bom) && windowsEnds(a) == windowsEnds(b)
}

// asIn gives a text the mark and the line ends of a file.
func asIn(file, text []byte) []byte {
	if windowsEnds(file) && !windowsEnds(text) {
		text = []byte(ownLineEnds(string(file))(string(text)))
	}
	if bytes.HasPrefix(file, bom) && !bytes.HasPrefix(text, bom) {
		text = append(slices.Clone(bom), text...)
	}
	return text
}

// holdsSides checks that every entry says what one side says.
func holdsSides(merged []byte, ours, theirs side) error {
	root, err := spec.Parse("", merged)
	if err != nil {
		return err
	}
	for _, e := range root.Entries() {
		if v := e.Value.Any(); !reflect.DeepEqual(v, ours.values[e.Key]) && !reflect.DeepEqual(v, theirs.values[e.Key]) {
			return fmt.Errorf("%s: %w", e.Key, ErrConflict)
		}
	}
	return nil
}

// side is a file in parts.
type side struct {
	head   string
	all    []block
	values map[string]any
}

func sideOf(data []byte) (side, error) {
	if err := conflict("", data); err != nil {
		return side{}, err
	}
	root, err := spec.Parse("", data)
	if err != nil {
		return side{}, err
	}
	s := side{values: map[string]any{}}
	for _, e := range root.Entries() {
		s.values[e.Key] = e.Value.Any()
	}
	s.head, s.all, err = split("", data, root)
	return s, err
}

// find is the block of a key, the empty one when there is none.
func (s side) find(key string) block {
	for _, b := range s.all {
		if b.key == key {
			return b
		}
	}
	return block{}
}

// join3 is ours, with what theirs has changed.
func join3(base, ours, theirs side, gap string) ([]byte, error) {
	head, err := choose(base.head, ours.head, theirs.head)
	if err != nil {
		return nil, err
	}
	all := append([]block{}, ours.all...)
	for i := 0; i < len(all); {
		b := &all[i]
		was, their := base.find(b.key), theirs.find(b.key)
		text, err := choose(was.lead+was.body, b.lead+b.body, their.lead+their.body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.key, err)
		}
		if text == "" {
			head, all = removed(head, all, i)
			continue
		}
		if b.tail, err = choose(was.tail, b.tail, their.tail); err != nil {
			return nil, fmt.Errorf("below %s: %w", b.key, err)
		}
		b.lead, b.body = "", text
		i++
	}
	for _, their := range theirs.all {
		if ours.find(their.key).key != "" {
			continue
		}
		text, err := choose(base.find(their.key).lead+base.find(their.key).body, "", their.lead+their.body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", their.key, err)
		}
		if text != "" {
			added := block{key: their.key, body: text}
			if strings.TrimSpace(their.tail) != "" { // a comment
				added.tail = their.tail
			}
			head, all = inserted(head, all, added, gap, "\n")
		}
	}
	var out strings.Builder
	out.WriteString(head)
	for _, b := range all {
		out.WriteString(b.lead + b.body + b.tail)
	}
	return []byte(out.String()), nil
}

// choose is the text that one side has changed. Where both have, empty lines are
// no matter to quarrel about.
func choose(base, ours, theirs string) (string, error) {
	switch {
	case ours == theirs, theirs == base:
		return ours, nil
	case ours == base:
		return theirs, nil
	case strings.TrimSpace(base+ours+theirs) == "":
		return max(ours, theirs), nil
	}
	return "", ErrConflict
}
