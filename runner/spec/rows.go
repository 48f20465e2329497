package spec

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/vlmspec/vlmspec/runner/table"
)

// row is the variables of one case of a case with `rows`.
type row struct {
	names  []string // shared by all rows of a file
	nodes  []Node   // by name, of a list
	values []any    // by name, of a table that knows more than text: see table.Row
	texts  []string // by name, of others
	src    *source
	line   int
}

// rows reads a `rows` value: a list of maps, or the path of a table. An error that
// no row follows is about all of them.
func (l *loader) rows(n Node) iter.Seq2[row, error] {
	switch n.Kind() {
	case List:
		return listRows(n)
	case Scalar:
		return l.fileRows(n)
	}
	return oneError(n.Errorf("rows: points.csv, or a list of maps", "expected a file or a list, got %s", describe(n)))
}

func oneError(err error) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) { yield(row{}, err) }
}

func listRows(n Node) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		items := n.Items()
		if len(items) == 0 {
			yield(row{}, n.Errorf("", "there are no rows"))
		}
		var names []string
		for _, item := range items {
			if item.Kind() != Map {
				if !yield(row{}, item.Errorf("write {name: value, ...}", "a row is a map, got %s", describe(item))) {
					return
				}
				continue
			}
			r := row{src: item.src, line: item.Pos().Line}
			for _, e := range item.Entries() {
				r.names = append(r.names, e.Key)
				r.nodes = append(r.nodes, e.Value)
			}
			if slices.Equal(r.names, names) {
				r.names = names // spares each row a copy
			}
			names = r.names
			if !yield(r, nil) {
				return
			}
		}
	}
}

// fileRows reads a table. It is data: ${...} in it is text.
func (l *loader) fileRows(n Node) iter.Seq2[row, error] {
	if err := n.Check(); err != nil {
		return oneError(err)
	}
	abs, name := n.Path()
	if !table.Known(abs) {
		return oneError(n.Errorf("use a "+table.Formats+" file", "rows cannot be read from %q", n.Text()))
	}
	l.note(abs, "rows")
	src := sourceAt(l.project.Dir, abs)
	images := &imageFolder{dir: l.project.Images(), from: src.dir}
	return func(yield func(row, error) bool) {
		some := false
		for r, err := range table.Read(abs, images.keep) {
			if err != nil {
				err = atRow(n, src, name, err)
			}
			some = true
			if !yield(rowOf(src, r), err) {
				return
			}
		}
		if !some {
			yield(row{}, n.Errorf("", "there are no rows in %s", name))
		}
	}
}

// atRow puts a mistake where it is: in the table, or where the table is asked for.
func atRow(n Node, src *source, name string, err error) error {
	var e *table.Error
	switch {
	case !errors.As(err, &e):
		return n.Errorf("", "rows %s: %v", name, err)
	case e.Line == 0:
		return n.Errorf(e.Hint, "rows %s: %s", name, e.What)
	}
	return &Error{Pos: Pos{File: src.name, Line: e.Line, Column: e.Column}, What: e.What, Hint: e.Hint}
}

func rowOf(src *source, r table.Row) row {
	return row{names: r.Names, values: r.Values, texts: r.Texts, src: src, line: r.Line}
}

// cell returns the text of a column of text.
func (r *row) cell(i int) (string, bool) {
	if r.texts != nil {
		return r.texts[i], true
	}
	return "", false
}

// node returns the value of a column. ${...} in it is text: rows are data.
func (r *row) node(i int) Node {
	switch {
	case r.nodes != nil:
		return r.nodes[i].with(nil)
	case r.texts != nil:
		return Node{src: r.src, y: &yaml.Node{Kind: yaml.ScalarNode, Value: r.texts[i], Line: r.line, Tag: "!!str"}}
	}
	return Node{src: r.src, y: valueNode(r.values[i], r.line)}
}

// valueNode is a value of a table as YAML. Numbers keep their text, and what is
// missing has none.
func valueNode(value any, line int) *yaml.Node {
	y := &yaml.Node{Kind: yaml.ScalarNode, Line: line}
	switch v := value.(type) {
	case string:
		y.Tag, y.Value, y.Style = "!!str", v, yaml.DoubleQuotedStyle
	case table.Number:
		y.Tag, y.Value = "!!float", v.String()
	case bool:
		y.Tag, y.Value = "!!bool", fmt.Sprint(v)
	case []any:
		y.Kind, y.Tag = yaml.SequenceNode, "!!seq"
		for _, item := range v {
			y.Content = append(y.Content, valueNode(item, line))
		}
	case table.Map:
		y.Kind, y.Tag = yaml.MappingNode, "!!map"
		for _, f := range v {
			y.Content = append(y.Content, valueNode(f.Name, line), valueNode(f.Value, line))
		}
	default:
		y.Tag = "!!null"
	}
	return y
}
