package blocks

import (
	"errors"
	"fmt"
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
	var sides [3]side
	for i, data := range [][]byte{base, ours, theirs} {
		var err error
		if sides[i], err = sideOf(data); err != nil {
			return nil, err
		}
	}
	head, all, err := join3(sides[0], sides[1], sides[2])
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	out.WriteString(head)
	for _, b := range all {
		out.WriteString(b.lead + b.body + b.tail)
	}
	merged := []byte(out.String())
	root, err := spec.Parse("", merged)
	if err != nil {
		return nil, err
	}
	if n := len(root.Entries()); n != len(all) {
		return nil, fmt.Errorf("%d entries became %d: %w", len(all), n, ErrConflict)
	}
	return merged, nil
}

// side is a file in parts.
type side struct {
	head string
	all  []block
}

func sideOf(data []byte) (side, error) {
	if err := conflict("", data); err != nil {
		return side{}, err
	}
	root, err := spec.Parse("", data)
	if err != nil {
		return side{}, err
	}
	head, all, err := split("", data, root)
	return side{head, all}, err
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
func join3(base, ours, theirs side) (string, []block, error) {
	head, err := choose(base.head, ours.head, theirs.head)
	if err != nil {
		return "", nil, err
	}
	all := append([]block{}, ours.all...)
	for i := 0; i < len(all); {
		b := &all[i]
		was, their := base.find(b.key), theirs.find(b.key)
		text, err := choose(was.lead+was.body, b.lead+b.body, their.lead+their.body)
		if err != nil {
			return "", nil, fmt.Errorf("%s: %w", b.key, err)
		}
		if text == "" {
			head, all = removed(head, all, i)
			continue
		}
		if b.tail, err = choose(was.tail, b.tail, their.tail); err != nil {
			return "", nil, fmt.Errorf("below %s: %w", b.key, err)
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
			return "", nil, fmt.Errorf("%s: %w", their.key, err)
		}
		if text != "" {
			head, all = inserted(head, all, block{key: their.key, body: text}, "\n")
		}
	}
	return head, all, nil
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
