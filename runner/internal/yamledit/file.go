// Package yamledit edits YAML files that people edit too: a map whose entries are
// blocks of lines, in the order of their keys. An edit touches the lines of its
// entry and no other byte, so comments stay, and branches that change different
// entries merge. Start reading at [Open] and [File.Apply]; split.go says what a
// block is, write.go how a file is replaced.
//
// Whatever was written to a file since it was read is never overwritten: see
// [ChangedError].
package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// maxFileBytes is what package spec reads of a file.
const maxFileBytes = 32 << 20

// File is a file as it was read. It is not safe for concurrent use; other
// processes may change what is on disk at any time.
type File struct {
	path, name string
	data       []byte // nil when there is no file
	root       spec.Node
	check      func(root spec.Node) error
}

// Edit puts a value, of anything that YAML can hold, to a key. A nil value
// removes the entry.
type Edit struct {
	Key   string
	Value any
}

// ChangedError says that a file is not what it was when it was read, so that
// nothing was written. Read it again, and look what has changed.
type ChangedError struct{ File string }

func (e *ChangedError) Error() string {
	return e.File + " has changed on disk since it was read; nothing was written"
}

// Open reads a file, which need not exist. name is its name for people. check
// finds what is wrong with the content, now and whenever it would be written;
// it may be nil. Mistakes are *[spec.Error] or [spec.Errors].
func Open(path, name string, check func(root spec.Node) error) (*File, error) {
	f := New(path, name, check)
	data, err := Read(path)
	if err != nil {
		return nil, &spec.Error{Pos: spec.Pos{File: name}, What: "cannot be read: " + err.Error()}
	}
	if f.root, err = f.parse(data); err != nil {
		return nil, err
	}
	f.data = data
	return f, nil
}

// New is a file that does not exist, without a look: if it does, to write it is
// a *[ChangedError].
func New(path, name string, check func(root spec.Node) error) *File {
	return &File{path: path, name: name, check: check}
}

// Read returns nil for a file that does not exist.
func Read(path string) ([]byte, error) {
	data, err := regular.Read(path, maxFileBytes)
	if errors.Is(err, fs.ErrNotExist) {
		switch info, err := os.Lstat(path); {
		case err != nil:
			return nil, nil //nolint:nilerr // there is none
		case info.Mode()&fs.ModeSymlink != 0:
			return nil, errors.New("it is a link to nowhere")
		}
		return Read(path) // it was made meanwhile
	}
	if data == nil {
		data = []byte{}
	}
	if cause, ok := errors.AsType[*fs.PathError](err); ok {
		err = cause.Err
	}
	return data, err
}

// Root is the content: a map, or nothing.
func (f *File) Root() spec.Node { return f.root }

func (f *File) parse(data []byte) (spec.Node, error) {
	if err := conflict(f.name, data); err != nil {
		return spec.Node{}, err
	}
	root, err := spec.Parse(f.name, data)
	if err == nil && f.check != nil {
		err = f.check(root)
	}
	return root, err
}

// Apply makes edits, all of them or none, and writes the file at once. The
// folder is made when it is not there.
func (f *File) Apply(edits ...Edit) (Change, error) {
	before := f.data
	after, root, err := f.patched(edits)
	if err != nil || bytes.Equal(before, after) {
		return Change{before, before}, err
	}
	if err := Swap(f.path, f.name, before, after); err != nil {
		return Change{}, err
	}
	f.data, f.root = after, root
	return Change{before, after}, nil
}

// patched is the content after edits.
func (f *File) patched(edits []Edit) ([]byte, spec.Node, error) {
	touched := map[string]bool{}
	for _, e := range edits {
		touched[e.Key] = true
	}
	var err error
	for _, gap := range []string{"\n", ""} { // an empty line can belong to the text above it: see |+
		var after []byte
		if after, err = patch(f.name, f.data, f.root, edits, gap); err != nil {
			return nil, spec.Node{}, err
		}
		var root spec.Node
		if root, err = f.parse(after); err != nil {
			continue
		}
		if err = meant(root, edits); err == nil && sameBut(touched, f.root, root) {
			return after, root, nil
		}
	}
	if err == nil {
		err = errors.New("another entry would change with it; write each entry as a block of lines of its own")
	}
	return nil, spec.Node{}, fmt.Errorf("%s would become wrong, so it stays as it is: %w", f.name, err)
}

// meant checks that edits read as they were meant.
func meant(root spec.Node, edits []Edit) error {
	actual := map[string]spec.Node{}
	for _, e := range root.Entries() {
		actual[e.Key] = e.Value
	}
	for _, e := range edits {
		if e.Value != nil && !holds(actual[e.Key], e.Value) {
			return fmt.Errorf("%s would not read as it was meant", e.Key)
		}
	}
	return nil
}

// sameBut reports whether two maps have the same entries, but for some keys.
func sameBut(touched map[string]bool, a, b spec.Node) bool {
	rest := func(n spec.Node) map[string]any {
		m := map[string]any{}
		for _, e := range n.Entries() {
			if !touched[e.Key] {
				m[e.Key] = e.Value.Any()
			}
		}
		return m
	}
	return reflect.DeepEqual(rest(a), rest(b))
}

// Change is what [File.Apply] did.
type Change struct{ before, after []byte }

// Undo brings back what was there before a change, byte for byte, unless the
// file is no longer as the change left it: that is a *[ChangedError].
func (f *File) Undo(c Change) error {
	if bytes.Equal(c.before, c.after) {
		return nil
	}
	if err := Swap(f.path, f.name, c.after, c.before); err != nil {
		return err
	}
	f.data = c.before
	f.root, _ = f.parse(c.before) // it was read before
	return nil
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
					Hint: "keep the entries you want and remove the lines with <<<<<<<, ======= and >>>>>>>",
				}
			}
		}
	}
	return nil
}
