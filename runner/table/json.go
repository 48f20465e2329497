package table

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// readLines reads a JSON object a line.
func readLines(t *reader) error {
	s := &scanner{in: bufio.NewReaderSize(regular.UTF8(t.stream()), 1<<16)}
	for {
		s.bytes = 0
		text, err := s.readLine()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		row, err := parseObject(text)
		if err != nil {
			err = t.give(Row{}, atLine(err, s.line))
		} else {
			err = t.fields(s.line, row)
		}
		if err != nil {
			return err
		}
	}
}

// atLine is a mistake in an object of a line.
func atLine(err error, line int) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return &Error{Line: line, What: e.What, Hint: e.Hint}
	}
	return mistake(line, `a line holds one object: {"name": "value"}`, "%v", err)
}

func (m Map) names() []string {
	names := make([]string, len(m))
	for i, f := range m {
		names[i] = f.Name
	}
	return names
}

func parseObject(text string) (Map, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	value, err := decode(d, 1)
	if err != nil {
		return nil, notJSON(err, "the line")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not JSON: more follows the object")
	}
	row, ok := value.(Map)
	if !ok {
		return nil, errors.New("a row is a JSON object")
	}
	return row, nil
}

func notJSON(err error, what string) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("not JSON: %s ends too early", what)
	}
	return fmt.Errorf("not JSON: %w", err)
}

// decode reads a value, objects in the order of their keys.
func decode(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	return decodeFrom(d, token, depth)
}

// decodeFrom reads a value whose first token was read.
func decodeFrom(d *json.Decoder, token json.Token, depth int) (any, error) {
	open, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("nested more than %d deep", maxDepth)
	}
	if open == '[' {
		list := []any{}
		for d.More() {
			value, err := decode(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := d.Token()
		return list, err
	}
	object := Map{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := decode(d, depth+1)
		if err != nil {
			return nil, err
		}
		object = append(object, Field{key.(string), value})
	}
	if name := twice(object.names()); name != "" && depth > 1 { // that of a row is told with its line
		return nil, mistake(0, "keep one of the two", "key %q is given twice", name)
	}
	_, err := d.Token()
	return object, err
}

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
