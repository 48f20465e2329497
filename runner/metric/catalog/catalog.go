// Package catalog names every metric variant and evaluates it on JSON inputs, so that scores can be checked against
// other tools without writing Go. The functions themselves are in packages metric and metric/reader.
//
// Start with List and Eval; each other file holds the entries of one family.
package catalog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
)

// Tier says what a variant is good for.
type Tier string

// The default choice, another toolkit's reading, and upstream behaviour that looks like a bug.
const (
	Core    Tier = "core"
	Variant Tier = "variant"
	Quirk   Tier = "upstream_quirk"
)

// Metric is one variant.
type Metric struct {
	ID     string
	Tier   Tier
	Source string // repository, file and function that define it
	Line   string // what it computes, in one line
	evaluator
}

// Names writes the names of the inputs, with a question mark behind those that are optional.
func (m Metric) Names() string { return namesOf(m.inputs) }

// Inputs lists the names that [Metric.Eval] takes.
func (m Metric) Inputs() []Input { return m.inputs }

// Eval computes the value from a JSON object of inputs. A value the definition leaves undefined is nil.
func (m Metric) Eval(inputs json.RawMessage) (any, error) {
	v, err := m.eval(inputs)
	if errors.Is(err, metric.ErrUndefined) {
		return nil, nil
	}
	return v, err
}

// List returns all variants, sorted by ID.
func List() []Metric {
	all := slices.Concat(exact, vqa, reading, choice, yesno, mmmu, mathvista, counting, boxes, formats, points,
		keypoints, depictqa, captions, statistics, paired, agreement, data)
	slices.SortFunc(all, func(a, b Metric) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Lookup finds a variant by ID.
func Lookup(id string) (Metric, bool) {
	all := List()
	i, ok := slices.BinarySearchFunc(all, id, func(m Metric, id string) int { return strings.Compare(m.ID, id) })
	if !ok {
		return Metric{}, false
	}
	return all[i], true
}

// Eval reads one {"metric": id, "inputs": {…}} a line and writes {"value": …} or {"error": "…"} a line, in order.
// Blank lines are skipped. Undefined values are null. The error returned is one of reading or writing.
func Eval(r io.Reader, w io.Writer) error {
	byID := map[string]Metric{}
	for _, m := range List() {
		byID[m.ID] = m
	}
	in, out := bufio.NewReader(r), bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := enc.Encode(answer(byID, line)); err != nil {
				return fmt.Errorf("write value: %w", err)
			}
		}
		if err == io.EOF {
			return out.Flush()
		}
		if err != nil {
			return fmt.Errorf("read inputs: %w", err)
		}
	}
}

type value struct {
	Value any `json:"value"`
}

type failure struct {
	Error string `json:"error"`
}

func answer(byID map[string]Metric, line []byte) any {
	var q struct {
		Metric string          `json:"metric"`
		Inputs json.RawMessage `json:"inputs"`
	}
	if err := json.Unmarshal(line, &q); err != nil {
		return failure{"read line: " + err.Error()}
	}
	m, ok := byID[q.Metric]
	if !ok {
		return failure{fmt.Sprintf("unknown metric %q; `vlmspec metrics list` lists them", q.Metric)}
	}
	if q.Inputs == nil {
		return failure{"inputs are missing: " + m.Names()}
	}
	v, err := m.Eval(q.Inputs)
	if err != nil {
		return failure{err.Error()}
	}
	if _, err := json.Marshal(v); err != nil { // a number out of JSON's range deep in a table
		return failure{"value: " + err.Error()}
	}
	return value{v}
}

// number makes a JSON value of a score: nil where it is undefined. Infinity is a string, for JSON has no such number.
func number(x float64, err error) (any, error) {
	switch {
	case errors.Is(err, metric.ErrUndefined) || math.IsNaN(x):
		return nil, nil
	case err != nil:
		return nil, err
	case math.IsInf(x, 0):
		return map[bool]string{true: "Infinity", false: "-Infinity"}[x > 0], nil
	}
	return x, nil
}

// orFalse is a letter, or false where the original returns False.
func orFalse(letter string, ok bool) any {
	if !ok {
		return false
	}
	return letter
}
