// Package judges measures the judges of a project: models that grade answers, against people who have graded the same ones. Labels are
// kept in judges.jsonl beside vlmspec.yaml, a line each, reviewed like a spec. Start reading at [Open] and [Labels.Measure].
//
// A judge is its model, its rubric and its bound: when one of these changes it is another one, and nothing is known of it.
package judges

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/result"
)

// FileName holds the labels, beside vlmspec.yaml.
const FileName = "judges.jsonl"

// Enough is how many labels make a judge calibrated.
const Enough = 30

// Label is what a person said of an answer that a judge has graded.
type Label struct {
	Judge   string  `json:"judge"`   // of [Key]
	Backend string  `json:"backend"` // that graded, for people
	Case    string  `json:"case"`    // ID
	Answer  string  `json:"answer"`  // of [AnswerDigest]
	Grade   float64 `json:"grade"`   // the judge's, 0 to 1
	Min     float64 `json:"min"`     // least grade that passes
	// Human is what the answer is worth, 0 to 1.
	Human float64   `json:"human"`
	By    string    `json:"by,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// Labels are those of a project.
type Labels struct {
	path string
	all  []Label
}

// mostBytes bounds the file.
const mostBytes = 64 << 20

// Open reads the labels of the project in a folder, none where there is no file.
func Open(project string) (*Labels, error) {
	l := &Labels{path: filepath.Join(project, FileName)}
	data, err := regular.Text(l.path, mostBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	for n, line := range lines(data) {
		var one Label
		if err := decode(line, &one); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", FileName, n, err)
		}
		l.all = append(l.all, one)
	}
	return l, nil
}

// lines are those of a file that are not blank, by their numbers.
func lines(data []byte) func(func(int, []byte) bool) {
	return func(yield func(int, []byte) bool) {
		in := bufio.NewScanner(bytes.NewReader(data))
		in.Buffer(nil, mostBytes)
		for n := 1; in.Scan(); n++ {
			if line := bytes.TrimSpace(in.Bytes()); len(line) > 0 && !yield(n, line) {
				return
			}
		}
	}
}

func decode(line []byte, l *Label) error {
	d := json.NewDecoder(bytes.NewReader(line))
	if err := d.Decode(l); err != nil {
		return fmt.Errorf("no label: %w", err)
	}
	switch {
	case l.Judge == "" || l.Case == "" || l.Answer == "":
		return errors.New(`a label has "judge", "case" and "answer", as vlmspec judges sample writes them`)
	case !share(l.Human) || !share(l.Grade) || !share(l.Min):
		return errors.New("human, grade and min are from 0 to 1")
	}
	return nil
}

func share(x float64) bool { return !math.IsNaN(x) && x >= 0 && x <= 1 }

// Add takes labels in; one of the same answer under the same judge replaces what was there.
func (l *Labels) Add(labels ...Label) {
	for _, one := range labels {
		i := slices.IndexFunc(l.all, func(old Label) bool { return old.same(one) })
		if i < 0 {
			l.all = append(l.all, one)
		} else {
			l.all[i] = one
		}
	}
}

func (l Label) same(o Label) bool {
	return l.Judge == o.Judge && l.Case == o.Case && l.Answer == o.Answer
}

// Write replaces the file.
func (l *Labels) Write() error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, one := range l.all {
		if err := enc.Encode(one); err != nil {
			return err
		}
	}
	if info, err := os.Lstat(l.path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no plain file", FileName)
	}
	return atomicfile.WriteFile(l.path, b.Bytes(), atomicfile.Options{})
}

// Of are the labels of a judge.
func (l *Labels) Of(judge string) []Label {
	var of []Label
	for _, one := range l.all {
		if one.Judge == judge {
			of = append(of, one)
		}
	}
	return of
}

// Judges are the judges that have labels.
func (l *Labels) Judges() []string {
	seen := map[string]bool{}
	for _, one := range l.all {
		seen[one.Judge] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// Has reports whether an answer has a label under a judge.
func (l *Labels) Has(judge, id, answer string) bool {
	return slices.ContainsFunc(l.all, func(o Label) bool { return o.same(Label{Judge: judge, Case: id, Answer: answer}) })
}

// Key tells judges apart: by what answered, of which the run has recorded what it is, and by what it was told to look for.
func Key(m *result.Manifest, j *result.Judge) string {
	b := m.Backends[j.Backend]
	return digest(b.Plugin, b.Version, b.Model, b.ModelDigest, j.Digest)
}

// AnswerDigest tells answers apart.
func AnswerDigest(prompt, answer string) string { return digest(prompt, answer) }

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%q\n", p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
