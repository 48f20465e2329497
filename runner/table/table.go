// Package table reads rows out of the files that tables come in: .csv and .tsv as
// pandas and Excel write them, .json, .jsonl, .parquet and .xlsx. Start reading at
// [Read]; format.go names the readers, images.go says what becomes of images in
// cells.
//
// Rows come one by one, so that a table may be larger than memory. What cannot be
// read is an [*Error] with its place.
package table

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// Limits of a table. They are far above what people write.
const (
	maxRowBytes = 64 << 20 // of the text of one row
	maxRows     = 10_000_000
	maxDepth    = 64 // of lists and maps in a value
)

// Row is a row of a table. Exactly one of Texts and Values is set: Texts where
// all cells are text.
type Row struct {
	Line   int      // of the file, of the sheet, or where there are no lines the number of the row; from 1
	Names  []string // of the columns; rows may share it, so it is not to be changed
	Texts  []string // by name
	Values []any    // by name: nil, string, bool, json.Number, []any or Map
}

// Value is the cell of a column, nil when there is none.
func (r Row) Value(i int) any {
	if r.Values != nil {
		return r.Values[i]
	}
	return r.Texts[i]
}

// Map is an object within a cell, in the order written.
type Map []Field

// Field is an entry of a [Map].
type Field struct {
	Name  string
	Value any // as in Row.Values
}

// Number is a number as written.
type Number = json.Number

// Error is a mistake in a table. Line and Column count from 1; 0 means the whole
// file, or the whole line.
type Error struct {
	Line, Column int
	What, Hint   string // Hint may be empty
}

func (e *Error) Error() string {
	s := e.What
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	if e.Line > 0 {
		s = fmt.Sprintf("line %d: %s", e.Line, s)
	}
	return s
}

func mistake(line int, hint, format string, args ...any) *Error {
	return &Error{Line: line, What: fmt.Sprintf(format, args...), Hint: hint}
}

// Store keeps an image that stood in a cell, and returns the path to put there.
type Store func(image []byte) (path string, err error)

// Known reports whether the name of a file is that of a table.
func Known(path string) bool { return format(extension(path)) != nil }

// Formats is the list of endings that [Read] knows, for people.
const Formats = ".csv, .tsv, .json, .jsonl, .parquet or .xlsx"

func extension(path string) string { return strings.ToLower(filepath.Ext(path)) }

// Read reads the rows of a file, in order. An error is an [*Error] about one row,
// after which others may follow, or ends the rows. Images in cells go to store;
// nil leaves them as they are.
func Read(path string, store Store) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		read := format(extension(path))
		if read == nil {
			yield(Row{}, mistake(0, "use a "+Formats+" file", "it is not a table"))
			return
		}
		f, err := regular.Open(path)
		if err != nil {
			yield(Row{}, mistake(0, "", "%s", cause(err)))
			return
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			yield(Row{}, mistake(0, "", "%s", cause(err)))
			return
		}
		t := &reader{in: f, size: info.Size(), path: path, yield: yield}
		if store != nil {
			t.images = &images{path: path, store: store}
		}
		t.run(read)
	}
}

// run reads, and gives what ends the reading. The libraries behind some formats
// panic where a file is damaged.
func (t *reader) run(read func(t *reader) error) {
	defer func() {
		if p := recover(); p != nil && !t.yielding {
			_ = t.give(Row{}, mistake(0, "", "the file is damaged: %v", p))
		} else if p != nil {
			panic(p)
		}
	}()
	if err := read(t); err != nil && !errors.Is(err, errStop) {
		_ = t.give(Row{}, err)
	}
}

// cause is the reason of a file error without its path.
func cause(err error) string {
	var pathErr *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.As(err, &pathErr):
		return pathErr.Err.Error()
	}
	return err.Error()
}

// notUTF8 finds the first byte of a line that is not UTF-8, or a sign of UTF-16.
func notUTF8(line int, text string) *Error {
	if i := strings.IndexByte(text, 0); i >= 0 {
		return &Error{Line: line, Column: i + 1, What: "byte 0x00 is not text; UTF-16 needs its byte order mark", Hint: "save the file as UTF-8"}
	}
	if utf8.ValidString(text) {
		return nil
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			return &Error{Line: line, Column: i + 1, What: fmt.Sprintf("byte 0x%02x is not UTF-8", text[i]), Hint: "save the file as UTF-8"}
		}
		i += size
	}
	return nil
}
