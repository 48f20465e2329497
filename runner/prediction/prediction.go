// Package prediction reads answers that were made elsewhere, and gives them as a
// backend would. Start reading at [Read].
package prediction

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/table"
)

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

// Read reads a table with the columns id and prediction: any that package table
// knows. Every error is a sentence with the file and line.
func Read(path string) (*File, error) {
	f := &File{path: path, byID: map[string]prediction{}}
	for row, err := range table.Read(path, nil) {
		if err == nil {
			err = f.read(row)
		}
		if e, ok := errors.AsType[*table.Error](err); ok {
			return f, placed(path, e)
		} else if err != nil {
			return f, err
		}
	}
	if len(f.byID) == 0 {
		return f, fmt.Errorf("%s: there is no prediction in it", path)
	}
	return f, nil
}

func placed(path string, e *table.Error) error {
	if e.Line > 0 {
		path = fmt.Sprintf("%s:%d", path, e.Line)
	}
	if e.Hint == "" {
		return fmt.Errorf("%s: %s", path, e.What)
	}
	return fmt.Errorf("%s: %s; %s", path, e.What, e.Hint)
}

func (f *File) read(row table.Row) error {
	id, text := slices.Index(row.Names, "id"), slices.Index(row.Names, "prediction")
	if id < 0 || text < 0 {
		e := &table.Error{Line: row.Line, What: "expected the columns id and prediction, got " + strings.Join(row.Names, ", ")}
		if row.Texts != nil {
			e.Line = 0 // it is the header that lacks them
		}
		return e
	}
	var turns []string
	switch answer := row.Value(text).(type) {
	case string:
		turns = []string{answer}
	case []any:
		for _, item := range answer {
			turn, ok := item.(string)
			if !ok {
				return notText(row)
			}
			turns = append(turns, turn)
		}
	default:
		return notText(row)
	}
	return f.add(fmt.Sprint(row.Value(id)), prediction{row.Line, turns})
}

func notText(row table.Row) error {
	return &table.Error{Line: row.Line, What: "the prediction is neither a text nor a list of texts", Hint: `write {"id": "...", "prediction": "..."}`}
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
		hint := "`vlmspec list` shows the IDs"
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
	turn := turnOf(req)
	if turn >= len(p.turns) {
		return sdk.Response{}, sdk.Errorf(sdk.InvalidRequest, "%s:%d: %d predictions for %s, and turn %d needs one; write a list", f.path, p.line, len(p.turns), req.ID, turn+1)
	}
	return sdk.Response{Text: p.turns[turn], Finish: sdk.FinishStop}, nil
}

// Close implements sdk.Backend.
func (f *File) Close() error { return nil }
