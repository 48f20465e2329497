package table

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

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

func decodeList(d *json.Decoder, depth int) (any, error) {
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
		return decodeList(d, depth)
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
	if name := twice(object.names()); name != "" && depth > 1 { // that of a row is reported with its line
		return nil, mistake(0, "keep one of the two", "key %q is given twice", name)
	}
	_, err := d.Token()
	return object, err
}
