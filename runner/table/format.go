package table

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// format returns the reader for the ending of a file, nil for others.
func format(ending string) func(t *reader) error {
	return map[string]func(t *reader) error{
		".csv":     readDelimited,
		".json":    readJSON,
		".jsonl":   readLines,
		".ndjson":  readLines,
		".parquet": readParquet,
		".tsv":     readDelimited,
		".xlsx":    readSheet,
	}[ending]
}

// errStop says that nobody wants more rows.
var errStop = errors.New("stop")

// reader is a file that is being read, and where its rows go.
type reader struct {
	in       *os.File
	size     int64 // when it was opened
	path     string
	images   *images // nil leaves them in the cells
	yield    func(Row, error) bool
	yielding bool
	rows     int
	header   header
	names    []string // of the last row
}

// give hands out a row, or what is wrong with one. It returns errStop when that
// was the last.
func (t *reader) give(r Row, err error) error {
	if err == nil {
		err = t.images.replace(&r)
	}
	if t.rows++; err == nil && t.rows > maxRows {
		_ = t.out(Row{}, mistake(r.Line, "split the file", "the table has more than %d rows", maxRows))
		return errStop
	}
	return t.out(r, err)
}

func (t *reader) out(r Row, err error) error {
	t.yielding = true
	defer func() { t.yielding = false }()
	if err != nil {
		r = Row{}
	}
	if !t.yield(r, err) {
		return errStop
	}
	return nil
}

// fields gives a row with names of its own.
func (t *reader) fields(line int, row Map) error {
	names := row.names()
	values := make([]any, len(row))
	for i, f := range row {
		values[i] = f.Value
	}
	if slices.Equal(names, t.names) {
		names = t.names // spares each row a copy
	} else if name := twice(names); name != "" {
		return t.give(Row{}, mistake(line, "keep one of the two", "key %q is given twice", name))
	}
	t.names = names
	return t.give(Row{Line: line, Names: names, Values: values}, nil)
}

// twice finds a name that is there twice.
func twice(names []string) string {
	if len(names) < 2 {
		return ""
	}
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if seen[name] {
			return name
		}
		seen[name] = true
	}
	return ""
}

// cells gives a row of text; the first is the header.
func (t *reader) cells(line int, cells []string) error {
	if t.header.names == nil {
		return t.header.read(line, cells)
	}
	cells, err := t.header.fit(line, cells)
	return t.give(Row{Line: line, Names: t.header.names, Texts: cells}, err)
}

// stream is the file as it was when it was opened.
func (t *reader) stream() io.Reader { return io.NewSectionReader(t.in, 0, t.size) }

// header is the first row of a table of text.
type header struct {
	names   []string
	columns []int // of the names, among the cells
	width   int   // cells
}

// read takes the names of the columns. A first column without a name is the
// index that pandas writes, and others are what Excel leaves behind: they are not
// read, and but for the first have to be empty.
func (h *header) read(line int, cells []string) error {
	h.width = len(cells)
	h.names = []string{}
	for i, name := range cells {
		e := &Error{Line: line}
		switch {
		case name == "":
			continue
		case strings.TrimSpace(name) != name:
			e.What, e.Hint = fmt.Sprintf("column %d is named %q", i+1, name), "a name has no spaces around it"
		case strings.ContainsAny(name, "{}\r\n") || strings.HasPrefix(name, "env:"):
			e.What, e.Hint = fmt.Sprintf("column %d is named %q, which ${...} cannot refer to", i+1, name), "use letters, digits and _"
		case slices.Contains(h.names, name):
			e.What, e.Hint = fmt.Sprintf("two columns are named %q", name), "give each a name of its own"
		default:
			h.names, h.columns = append(h.names, name), append(h.columns, i)
			continue
		}
		return e
	}
	if len(h.names) == 0 {
		return mistake(line, "the first row names the columns", "no column has a name")
	}
	return nil
}

// fit brings the cells of a row under the names.
func (h *header) fit(line int, cells []string) ([]string, error) {
	for len(cells) > h.width && cells[len(cells)-1] == "" { // as Excel pads rows
		cells = cells[:len(cells)-1]
	}
	if len(cells) != h.width {
		return nil, mistake(line, "", "expected %d values, as in the header, got %d", h.width, len(cells))
	}
	if len(h.columns) == h.width {
		return cells, nil
	}
	named := make([]string, 0, len(h.columns))
	for i, cell := range cells {
		if _, ok := slices.BinarySearch(h.columns, i); ok {
			named = append(named, cell)
		} else if cell != "" && i > 0 {
			return nil, mistake(line, "name the column in the header", "column %d has the value %q and no name", i+1, shorten(cell))
		}
	}
	return named, nil
}

func shorten(s string) string {
	const limit = 40
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
