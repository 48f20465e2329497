// Package prediction reads answers that were made elsewhere, and gives them as a
// backend would. Start reading at [Read].
package prediction

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// maxFileBytes of predictions are read.
const maxFileBytes = 1 << 30

// File is a file of predictions, an sdk.Backend that answers with them. It is
// safe for concurrent use.
type File struct {
	path string
	byID map[string]prediction
}

type prediction struct {
	line  int
	turns []string
}

// Read reads a .jsonl, .csv or .tsv file with the columns id and prediction.
// Every error is a sentence with the file and line.
func Read(path string) (*File, error) {
	data, err := regular.Text(path, maxFileBytes)
	if err != nil {
		return nil, fmt.Errorf("read the predictions: %w", err)
	}
	f := &File{path: path, byID: map[string]prediction{}}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".jsonl", ".ndjson":
		err = f.readLines(data)
	case ".csv":
		err = f.readTable(data, ',')
	case ".tsv":
		err = f.readTable(data, '\t')
	default:
		return nil, fmt.Errorf("%s: expected a .jsonl, .csv or .tsv file", path)
	}
	if err == nil && len(f.byID) == 0 {
		err = fmt.Errorf("%s: there is no prediction in it", path)
	}
	return f, err
}

func (f *File) readLines(data []byte) error {
	in := bufio.NewScanner(bytes.NewReader(data))
	in.Buffer(nil, len(data)+1)
	for line := 1; in.Scan(); line++ {
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		var row struct {
			ID         *string         `json:"id"`
			Prediction json.RawMessage `json:"prediction"`
		}
		if err := json.Unmarshal(in.Bytes(), &row); err != nil {
			return fmt.Errorf(`%s:%d: %w; expected {"id": "...", "prediction": "..."}`, f.path, line, err)
		}
		if row.ID == nil || row.Prediction == nil {
			return fmt.Errorf(`%s:%d: expected {"id": "...", "prediction": "..."}`, f.path, line)
		}
		var turns []string
		if err := json.Unmarshal(row.Prediction, &turns); err != nil {
			var one string
			if err := json.Unmarshal(row.Prediction, &one); err != nil {
				return fmt.Errorf("%s:%d: the prediction is neither a text nor a list of texts", f.path, line)
			}
			turns = []string{one}
		}
		if err := f.add(*row.ID, prediction{line, turns}); err != nil {
			return err
		}
	}
	return in.Err()
}

func (f *File) readTable(data []byte, comma rune) error {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = comma
	head, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s: read the header: %w", f.path, err)
	}
	id, text := slices.Index(head, "id"), slices.Index(head, "prediction")
	if id < 0 || text < 0 {
		return fmt.Errorf("%s:1: expected the columns id and prediction, got %s", f.path, strings.Join(head, ", "))
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		line, _ := r.FieldPos(0)
		if err := f.add(row[id], prediction{line, []string{row[text]}}); err != nil {
			return err
		}
	}
}

func (f *File) add(id string, p prediction) error {
	if first, ok := f.byID[id]; ok {
		return fmt.Errorf("%s:%d: a second prediction for %q, the first is in line %d", f.path, p.line, id, first.line)
	}
	f.byID[id] = p
	return nil
}

// Known makes sure that there are predictions for some of the cases, and, when
// the cases are all there are, that every prediction belongs to one.
func (f *File) Known(ids map[string]bool, all bool) error {
	known := make([]string, 0, len(ids))
	for id := range ids {
		known = append(known, id)
	}
	var stray []string
	for id := range f.byID {
		if !ids[id] {
			stray = append(stray, id)
		}
	}
	slices.SortFunc(stray, func(a, b string) int { return f.byID[a].line - f.byID[b].line })
	if len(stray) == len(f.byID) || all && len(stray) > 0 {
		hint := "`vlmspec list` tells the IDs"
		if s := spec.Suggest(stray[0], known); s != "" {
			hint = "did you mean " + s + "?"
		}
		return fmt.Errorf("%s:%d: no case has the ID %q; %s", f.path, f.byID[stray[0]].line, stray[0], hint)
	}
	return nil
}

// Configure implements sdk.Backend.
func (f *File) Configure(context.Context, map[string]any) error { return nil }

// Describe implements sdk.Backend.
func (f *File) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "predictions", Version: "1", Model: filepath.Base(f.path)}, nil
}

// Generate returns the prediction for a turn of the case that the request names.
func (f *File) Generate(_ context.Context, req sdk.Request, _ func(string)) (sdk.Response, error) {
	p, ok := f.byID[req.ID]
	if !ok {
		return sdk.Response{}, sdk.Errorf(sdk.InvalidRequest, "%s has no prediction for %s", f.path, req.ID)
	}
	turn := 0
	for _, m := range req.Messages {
		if m.Role == sdk.Assistant {
			turn++
		}
	}
	if turn >= len(p.turns) {
		return sdk.Response{}, sdk.Errorf(sdk.InvalidRequest, "%s:%d: %d predictions for %s, and turn %d needs one; write a list", f.path, p.line, len(p.turns), req.ID, turn+1)
	}
	return sdk.Response{Text: p.turns[turn], Finish: sdk.FinishStop}, nil
}

// Close implements sdk.Backend.
func (f *File) Close() error { return nil }
