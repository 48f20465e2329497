package table

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// document is a JSON file that is being read.
type document struct {
	*json.Decoder
	t       *reader
	text    *lineCounter
	columns []any // that pandas writes before its rows of cells
}

// readJSON reads a list of objects, an object with such a list as records, rows
// or data, or one of the shapes that pandas writes.
func readJSON(t *reader) error {
	text := &lineCounter{r: transform.NewReader(regular.UTF8(t.stream()), encoding.UTF8Validator), line: 1}
	d := &document{Decoder: json.NewDecoder(text), t: t, text: text}
	d.UseNumber()
	token, err := d.Token()
	switch {
	case err != nil:
		return d.wrong(err)
	case token == json.Delim('['):
		err = d.list()
	case token == json.Delim('{'):
		err = d.object()
	default:
		return mistake(d.line(), shapes, "expected a list of rows, got %v", token)
	}
	if err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return mistake(d.line(), "", "not JSON: more follows what the file begins with")
	}
	return nil
}

const shapes = `write [{"name": "value"}, ...], or {"records": [...]}`

// list reads rows up to the closing bracket.
func (d *document) list() error {
	for d.More() {
		d.text.begun = d.InputOffset()
		token, err := d.Token()
		line := d.line()
		var value any
		if err == nil {
			value, err = decodeFrom(d.Decoder, token, 1)
		}
		if err != nil {
			return d.wrong(err)
		}
		if err := d.row(line, value); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return d.wrong(err)
}

func (d *document) row(line int, value any) error {
	switch row := value.(type) {
	case Map:
		return d.t.fields(line, row)
	case []any:
		if len(row) == len(d.columns) && d.columns != nil {
			fields := make(Map, len(row))
			for i, name := range d.columns {
				fields[i] = Field{fmt.Sprint(name), row[i]}
			}
			return d.t.fields(line, fields)
		}
	}
	return d.t.give(Row{}, mistake(line, shapes, "a row is a JSON object"))
}

// object reads the rows in an object: those of a key for them, or its columns.
func (d *document) object() error {
	var columns Map
	found := false
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return d.wrong(err)
		}
		name := key.(string)
		if slices.Contains([]string{"records", "rows", "data"}, name) && !found {
			token, err := d.Token()
			if err != nil {
				return d.wrong(err)
			}
			if token != json.Delim('[') {
				return mistake(d.line(), shapes, "%s is not a list", name)
			}
			if err := d.list(); err != nil {
				return err
			}
			found = true
			continue
		}
		value, err := decode(d.Decoder, 1)
		if err != nil {
			return d.wrong(err)
		}
		if list, ok := value.([]any); ok && name == "columns" {
			d.columns = list
		}
		columns = append(columns, Field{name, value})
	}
	if _, err := d.Token(); err != nil {
		return d.wrong(err)
	}
	if found {
		return nil
	}
	return d.byColumn(columns)
}

// byColumn reads {"name": {"0": value, ...}, ...} or {"name": [value, ...], ...}.
func (d *document) byColumn(columns Map) error {
	var rows []Map
	for i, c := range columns {
		values, ok := column(c.Value)
		if !ok || i > 0 && len(values) != len(rows) {
			return mistake(0, shapes, "the object has neither rows nor columns of one length")
		}
		if i == 0 {
			rows = make([]Map, len(values))
		}
		for k, v := range values {
			rows[k] = append(rows[k], Field{c.Name, v})
		}
	}
	for i, row := range rows {
		if err := d.t.fields(i+1, row); err != nil {
			return err
		}
	}
	return nil
}

func column(value any) ([]any, bool) {
	switch v := value.(type) {
	case []any:
		return v, true
	case Map:
		values := make([]any, len(v))
		for i, f := range v {
			values[i] = f.Value
		}
		return values, true
	}
	return nil, false
}

func (d *document) line() int { return d.text.at(d.InputOffset()) }

func (d *document) wrong(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return &Error{Line: d.line(), What: e.What, Hint: e.Hint}
	}
	if errors.Is(err, encoding.ErrInvalidUTF8) {
		return mistake(d.text.line+len(d.text.ends), "save the file as UTF-8", "a byte is not UTF-8")
	}
	line := d.text.line
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		line = d.text.at(syntax.Offset)
	}
	return mistake(line, "", "%v", notJSON(err, "the file"))
}

// lineCounter knows on which line an offset is, of those after the last it was
// asked for.
type lineCounter struct {
	r     io.Reader
	read  int64
	begun int64   // where the row begins that is being read
	ends  []int64 // of lines after line
	line  int
}

func (c *lineCounter) Read(p []byte) (int, error) {
	if c.read-c.begun > maxRowBytes {
		return 0, mistake(c.line, "", "a row has more than %d MiB", maxRowBytes>>20)
	}
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			c.ends = append(c.ends, c.read+int64(i))
		}
	}
	c.read += int64(n)
	return n, err
}

// at counts the lines up to an offset.
func (c *lineCounter) at(offset int64) int {
	n, _ := slices.BinarySearch(c.ends, offset)
	c.ends = c.ends[n:]
	c.line += n
	return c.line
}
