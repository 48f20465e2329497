package spec

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

const maxRowFileBytes = 256 << 20

// row is the variables of one case of a case with `rows`.
type row struct {
	names  []string
	values []Node   // of a list or a .jsonl
	texts  []string // of a .csv or .tsv
	src    *source
	line   int
}

// readers read row files by extension. Row files are data: ${...} in them is text.
var readers = map[string]func(src *source, data []byte) ([]row, error){
	".csv":   readCSV,
	".tsv":   readTSV,
	".jsonl": readJSONL,
}

// rows reads a `rows` value: a list of maps, or the path of a row file.
func (l *loader) rows(n Node) ([]row, error) {
	switch n.Kind() {
	case List:
		return listRows(n)
	case Scalar:
		return l.rowFile(n)
	}
	return nil, n.Errorf("rows: points.csv, or a list of maps", "expected a file or a list, got %s", describe(n))
}

func listRows(n Node) ([]row, error) {
	var p problems
	var rows []row
	for _, item := range n.Items() {
		if item.Kind() != Map {
			p.add(item.Errorf("write {name: value, ...}", "a row is a map, got %s", describe(item)))
			continue
		}
		r := row{src: item.src, line: item.Pos().Line}
		for _, e := range item.Entries() {
			r.names = append(r.names, e.Key)
			r.values = append(r.values, e.Value)
		}
		rows = append(rows, shareNames(r, rows))
	}
	if len(rows) == 0 && len(p) == 0 {
		p.add(n.Errorf("", "there are no rows"))
	}
	return rows, p.err()
}

// shareNames spares each row of a file its own copy of the names.
func shareNames(r row, before []row) row {
	if len(before) > 0 && slices.Equal(before[len(before)-1].names, r.names) {
		r.names = before[len(before)-1].names
	}
	return r
}

func (l *loader) rowFile(n Node) ([]row, error) {
	if err := n.Check(); err != nil {
		return nil, err
	}
	abs, name := n.Path()
	read, known := readers[strings.ToLower(filepath.Ext(abs))]
	if !known {
		return nil, n.Errorf("use a .csv, .tsv or .jsonl file", "rows cannot be read from %q", n.Text())
	}
	l.note(abs, "rows")
	data, err := regular.Text(abs, maxRowFileBytes)
	if err != nil {
		return nil, n.Errorf("", "rows %s: %s", name, cause(err))
	}
	src := sourceAt(l.project.Dir, abs)
	if !utf8.Valid(data) {
		return nil, notUTF8(src.name, data)
	}
	rows, err := read(src, data)
	if err == nil && len(rows) == 0 {
		err = n.Errorf("", "there are no rows in %s", name)
	}
	return rows, err
}

func readCSV(src *source, data []byte) ([]row, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	return readTable(src, func() ([]string, int, error) {
		record, err := r.Read()
		if err != nil {
			return nil, 0, csvError(src, err)
		}
		line, _ := r.FieldPos(0)
		return record, line, nil
	})
}

func csvError(src *source, err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	e := &Error{Pos: Pos{File: src.name, Line: parse.Line, Column: parse.Column}, What: parse.Err.Error()}
	switch {
	case errors.Is(parse.Err, csv.ErrQuote):
		e.What, e.Hint = "a quote is not closed, or text follows it", `within quotes write " as ""`
	case errors.Is(parse.Err, csv.ErrBareQuote):
		e.What, e.Hint = `a " in a value that is not quoted`, `write "say ""hi"""`
	}
	return e
}

// readTSV reads tab-separated values, which know no quotes.
func readTSV(src *source, data []byte) ([]row, error) {
	line, rest := 0, string(data)
	return readTable(src, func() ([]string, int, error) {
		for rest != "" {
			var text string
			text, rest, _ = strings.Cut(rest, "\n")
			line++
			if text = strings.TrimSuffix(text, "\r"); text != "" {
				return strings.Split(text, "\t"), line, nil
			}
		}
		return nil, 0, io.EOF
	})
}

// readTable makes rows of records, the first of which is the header.
func readTable(src *source, next func() ([]string, int, error)) ([]row, error) {
	header, line, err := next()
	if errors.Is(err, io.EOF) {
		return nil, &Error{Pos: Pos{File: src.name}, What: "the file is empty", Hint: "its first line names the columns"}
	} else if err != nil {
		return nil, err
	}
	if err := checkHeader(src, header, line); err != nil {
		return nil, err
	}
	var p problems
	var rows []row
	for {
		record, line, err := next()
		if errors.Is(err, io.EOF) {
			return rows, p.err()
		}
		if err != nil {
			p.add(err)
			return rows, p.err()
		}
		if len(record) != len(header) {
			p.add(&Error{Pos: Pos{File: src.name, Line: line}, What: fmt.Sprintf("expected %d values, as in the header, got %d", len(header), len(record))})
			continue
		}
		rows = append(rows, row{names: header, texts: record, src: src, line: line})
	}
}

func checkHeader(src *source, header []string, line int) error {
	for i, name := range header {
		e := &Error{Pos: Pos{File: src.name, Line: line}}
		switch {
		case strings.TrimSpace(name) != name || name == "":
			e.What, e.Hint = fmt.Sprintf("column %d is named %q", i+1, name), "a name has no spaces around it and is not empty"
		case strings.ContainsAny(name, "{}") || strings.HasPrefix(name, "env:"):
			e.What, e.Hint = fmt.Sprintf("column %d is named %q, which ${...} cannot refer to", i+1, name), "use letters, digits and _"
		case slices.Contains(header[:i], name):
			e.What = fmt.Sprintf("two columns are named %q", name)
		default:
			continue
		}
		return e
	}
	return nil
}

func readJSONL(src *source, data []byte) ([]row, error) {
	var p problems
	var rows []row
	for line := 1; len(data) > 0; line++ {
		var text []byte
		text, data, _ = bytes.Cut(data, []byte("\n"))
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		n, err := jsonNode(src, line, text)
		if err != nil {
			p.add(err)
			continue
		}
		r := row{src: src, line: line}
		for _, e := range n.Entries() {
			r.names = append(r.names, e.Key)
			r.values = append(r.values, e.Value)
		}
		rows = append(rows, shareNames(r, rows))
	}
	return rows, p.err()
}

// jsonNode reads a line as an object. Numbers keep their text.
func jsonNode(src *source, line int, text []byte) (Node, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	y, err := jsonValue(d, line, 1)
	switch _, after := d.Token(); {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("not JSON: the line ends too early")
	case err != nil:
		err = fmt.Errorf("not JSON: %w", err)
	case !errors.Is(after, io.EOF):
		err = errors.New("not JSON: more follows the object")
	case y.Kind != yaml.MappingNode:
		err = errors.New("a row is a JSON object")
	}
	if err != nil {
		return Node{}, &Error{Pos: Pos{File: src.name, Line: line}, What: err.Error(), Hint: `a line holds one object: {"name": "value"}`}
	}
	n := Node{y: y, src: src}
	return n, inspect(n)
}

func jsonValue(d *json.Decoder, line, depth int) (*yaml.Node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	y := &yaml.Node{Kind: yaml.ScalarNode, Line: line}
	switch v := token.(type) {
	case json.Delim:
		return y, jsonChildren(d, y, v, depth)
	case string:
		y.Tag, y.Value, y.Style = "!!str", v, yaml.DoubleQuotedStyle
	case json.Number:
		y.Tag, y.Value = "!!float", v.String()
	case bool:
		y.Tag, y.Value = "!!bool", fmt.Sprint(v)
	default:
		y.Tag, y.Value = "!!null", "null"
	}
	return y, nil
}

func jsonChildren(d *json.Decoder, y *yaml.Node, open json.Delim, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("nested more than %d deep", maxDepth)
	}
	y.Kind, y.Tag = yaml.SequenceNode, "!!seq"
	if open == '{' {
		y.Kind, y.Tag = yaml.MappingNode, "!!map"
	}
	for d.More() {
		child, err := jsonValue(d, y.Line, depth+1)
		if err != nil {
			return err
		}
		y.Content = append(y.Content, child)
	}
	_, err := d.Token() // the closing bracket
	return err
}
