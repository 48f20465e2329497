package golden

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// queue is the file of pending answers in a state folder, one answer a line.
type queue struct {
	store runs.Store
	path  string
}

func queueOf(state string) queue {
	store := runs.Open(state)
	return queue{store, store.PendingFile()}
}

// name is the file's name for people: .vlmspec/pending.jsonl.
func (q queue) name() string {
	return filepath.Base(filepath.Dir(q.path)) + "/" + filepath.Base(q.path)
}

// read returns what is pending, by key, and the bytes that it was made from.
func (q queue) read() (map[string]Pending, []byte, error) {
	data, err := []byte(nil), q.store.Guard(q.path)
	if err == nil {
		data, err = yamledit.Read(q.path)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s cannot be read: %w", q.name(), err)
	}
	all := map[string]Pending{}
	in := bufio.NewReader(bytes.NewReader(data))
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var p Pending
			if err := json.Unmarshal(line, &p); err != nil || p.CaseID == "" || len(p.Entry.Answers) != 1 {
				return nil, nil, fmt.Errorf("%s:%d: this is no pending answer; remove the file, and run again", q.name(), n)
			}
			all[p.Key()] = p
		}
		if err != nil {
			return all, data, nil //nolint:nilerr // the end
		}
	}
}

// update changes what is pending; change may be called more than once, when
// another process writes meanwhile.
func (q queue) update(change func(all map[string]Pending)) error {
	for {
		all, before, err := q.read()
		if err != nil {
			return err
		}
		change(all)
		after, err := encode(all)
		if err != nil {
			return err
		}
		if bytes.Equal(before, after) {
			return nil
		}
		if err := q.store.Make(); err != nil {
			return fmt.Errorf("%s cannot be written: %w", q.name(), err)
		}
		err = yamledit.Swap(q.path, q.name(), before, after)
		if _, again := errors.AsType[*yamledit.ChangedError](err); !again {
			return err
		}
	}
}

func encode(all map[string]Pending) ([]byte, error) {
	if len(all) == 0 {
		return nil, nil // no file
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, p := range inOrder(all) {
		if err := enc.Encode(p); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// inOrder sorts as the specs do.
func inOrder(all map[string]Pending) []Pending {
	return slices.SortedFunc(maps.Values(all), func(a, b Pending) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.CaseID, b.CaseID), cmp.Compare(a.Turn, b.Turn))
	})
}

// Update says which answers of a run become pending.
type Update string

// The modes, each with what the one before it has.
const (
	UpdateNone    Update = "none"    // nothing is written
	UpdateMissing Update = "missing" // [New] and [Stale]: nothing is accepted for what was asked
	UpdateChanged Update = "changed" // and [Changed]
	UpdateAll     Update = "all"     // and [Same]
)

// takes reports whether an answer becomes pending.
func (u Update) takes(w Why) bool {
	switch u {
	case UpdateMissing:
		return w == New || w == Stale
	case UpdateChanged:
		return w != Same
	}
	return u == UpdateAll
}

// Waiting is how many answers are pending in the state folder of a project.
func Waiting(state string) (int, error) {
	all, _, err := queueOf(state).read()
	n := 0
	for _, p := range all {
		if !p.Rejected {
			n++
		}
	}
	return n, err
}

// Keep makes answers of a run, see [FromRun], pending in a state folder, in place of
// what was pending for the same turns. One that was rejected stays so while the
// model answers the same. It may be called by several processes concurrently.
func Keep(state string, answers []Pending, mode Update) error {
	if mode == UpdateNone || len(answers) == 0 {
		return nil
	}
	return queueOf(state).update(func(all map[string]Pending) {
		for _, p := range answers {
			old, was := all[p.Key()]
			same := was && check.Fold(old.Answer()) == check.Fold(p.Answer())
			p.Rejected = same && old.Rejected
			switch {
			case mode.takes(p.Why), p.Rejected && p.Why != Same, same && p.Why == Changed:
				all[p.Key()] = p
			default:
				delete(all, p.Key())
			}
		}
	})
}
