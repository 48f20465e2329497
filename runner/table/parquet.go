package table

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	parquetformat "github.com/parquet-go/parquet-go/format"
	"github.com/x448/float16"
)

// readParquet reads rows one by one, so that a column of images is never in
// memory.
func readParquet(t *reader) error {
	f, err := parquet.OpenFile(t.in, t.size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return mistake(0, "", "not a Parquet file: %v", err)
	}
	classes := classNames(f)
	line := 0
	for _, group := range f.RowGroups() {
		rows := group.Rows()
		for {
			one := make([]parquet.Row, 1)
			n, err := rows.ReadRows(one)
			if n == 1 {
				line++
				if err := t.fields(line, rowOf(f.Schema(), one[0], classes)); err != nil {
					_ = rows.Close()
					return err
				}
			}
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				_ = rows.Close()
				return mistake(line+1, "", "the file is damaged: %v", err)
			}
		}
		if err := rows.Close(); err != nil {
			return mistake(line, "", "the file is damaged: %v", err)
		}
	}
	return nil
}

// classNames are the names of the columns that Hugging Face datasets keeps as
// numbers of classes.
func classNames(f *parquet.File) map[string][]string {
	text, _ := f.Lookup("huggingface")
	var meta struct {
		Info struct {
			Features map[string]json.RawMessage `json:"features"`
		} `json:"info"`
	}
	classes := map[string][]string{}
	if json.Unmarshal([]byte(text), &meta) != nil {
		return classes
	}
	for name, raw := range meta.Info.Features {
		var feature struct {
			Type  string   `json:"_type"`
			Names []string `json:"names"`
		}
		if json.Unmarshal(raw, &feature) == nil && feature.Type == "ClassLabel" {
			classes[name] = feature.Names
		}
	}
	return classes
}

func rowOf(schema *parquet.Schema, row parquet.Row, classes map[string][]string) Map {
	a := assembler{}
	row.Range(func(_ int, values []parquet.Value) bool {
		a.columns = append(a.columns, values)
		return true
	})
	fields := Map{}
	for _, column := range schema.Fields() {
		value := a.value(column, 0, 0)
		if n, ok := value.(Number); ok {
			if i, err := strconv.Atoi(string(n)); err == nil && i >= 0 && i < len(classes[column.Name()]) {
				value = classes[column.Name()][i]
			}
		}
		fields = append(fields, Field{column.Name(), value})
	}
	return fields
}

// assembler makes nested values of columns, by the repetition and definition
// levels of Parquet (Melnik et al., Dremel, VLDB 2010).
type assembler struct {
	columns [][]parquet.Value // of the leaves, in order
	next    int               // leaf
}

func (a *assembler) value(n parquet.Node, repetition, definition int) any {
	switch {
	case n.Optional():
		definition++
		if !a.defined(definition) {
			a.next += leaves(n)
			return nil
		}
	case n.Repeated():
		return a.repeated(n, repetition+1, definition+1)
	}
	return a.required(n, repetition, definition)
}

func (a *assembler) defined(level int) bool {
	values := a.columns[a.next]
	return len(values) > 0 && values[0].DefinitionLevel() >= level
}

func (a *assembler) required(n parquet.Node, repetition, definition int) any {
	if n.Leaf() {
		values := a.columns[a.next]
		a.next++
		if len(values) == 0 || values[0].IsNull() {
			return nil
		}
		return scalar(n.Type(), values[0])
	}
	fields := Map{}
	for _, child := range n.Fields() {
		fields = append(fields, Field{child.Name(), a.value(child, repetition, definition)})
	}
	return unwrap(n, fields)
}

// repeated makes a list; an item begins where the repetition level is that of the
// list or below.
func (a *assembler) repeated(n parquet.Node, repetition, definition int) any {
	first, count := a.next, leaves(n)
	list := []any{}
	if !a.defined(definition) {
		a.next += count
		return list
	}
	items := make([][][]parquet.Value, 0, 1)
	for leaf, values := range a.columns[first : first+count] {
		item := -1
		for i, v := range values {
			if i == 0 || v.RepetitionLevel() <= repetition {
				if item++; item == len(items) {
					items = append(items, make([][]parquet.Value, count))
				}
			}
			items[item][leaf] = append(items[item][leaf], v)
		}
	}
	for _, columns := range items {
		inner := assembler{columns: columns}
		list = append(list, inner.required(n, repetition, definition))
	}
	a.next += count
	return list
}

func leaves(n parquet.Node) int {
	if n.Leaf() {
		return 1
	}
	count := 0
	for _, child := range n.Fields() {
		count += leaves(child)
	}
	return count
}

// unwrap takes away the groups in which Parquet wraps lists and maps, and makes
// one value of an image as Hugging Face datasets writes it.
func unwrap(n parquet.Node, fields Map) any {
	var isList, isMap bool
	if logical := n.Type().LogicalType(); logical != nil {
		_, isList = logical.Value.(*parquetformat.ListType)
		_, isMap = logical.Value.(*parquetformat.MapType)
	}
	if (isList || isMap) && len(fields) == 1 {
		items, ok := fields[0].Value.([]any)
		switch {
		case !ok:
			return fields
		case isMap:
			return entries(items)
		}
		for i, item := range items {
			if wrapped, ok := item.(Map); ok && len(wrapped) == 1 && fields[0].Name != "array" {
				items[i] = wrapped[0].Value
			}
		}
		return items
	}
	return fields
}

func entries(items []any) any {
	m := Map{}
	for _, item := range items {
		if pair, ok := item.(Map); ok && len(pair) == 2 {
			m = append(m, Field{fmt.Sprint(pair[0].Value), pair[1].Value})
		}
	}
	return m
}

// scalar is a value in JSON types, []byte where it is not text.
func scalar(t parquet.Type, v parquet.Value) any {
	if logical := t.LogicalType(); logical != nil {
		if value, ok := logicalValue(logical, v); ok {
			return value
		}
	}
	switch v.Kind() {
	case parquet.Boolean:
		return v.Boolean()
	case parquet.Int32:
		return Number(strconv.FormatInt(int64(v.Int32()), 10))
	case parquet.Int64:
		return Number(strconv.FormatInt(v.Int64(), 10))
	case parquet.Int96:
		return int96Time(v.Int96())
	case parquet.Float:
		return float(float64(v.Float()), 32)
	case parquet.Double:
		return float(v.Double(), 64)
	}
	data := v.Clone().ByteArray()
	if v.Kind() == parquet.FixedLenByteArray && len(data) == 2 { // the library does not mark half precision
		return float(float64(float16.Frombits(binary.LittleEndian.Uint16(data)).Float32()), 32)
	}
	if looksLikeImage(data) || !utf8.Valid(data) {
		return data
	}
	return string(data)
}

// float is nil for what pandas writes where a number is missing.
func float(f float64, bits int) any {
	if f != f {
		return nil
	}
	return Number(strconv.FormatFloat(f, 'g', -1, bits))
}

func logicalValue(logical *parquetformat.LogicalType, v parquet.Value) (any, bool) {
	switch t := logical.Value.(type) {
	case *parquetformat.DateType:
		return time.Unix(int64(v.Int32())*24*60*60, 0).UTC().Format(time.DateOnly), true
	case *parquetformat.TimestampType:
		return timestamp(t.Unit, v.Int64()).Format(time.RFC3339Nano), true
	case *parquetformat.DecimalType:
		return decimal(v, int(t.Scale)), true
	case *parquetformat.IntType:
		if t.IsSigned {
			return nil, false
		}
		if v.Kind() == parquet.Int32 {
			return Number(strconv.FormatUint(uint64(v.Uint32()), 10)), true
		}
		return Number(strconv.FormatUint(v.Uint64(), 10)), true
	}
	return nil, false
}

func timestamp(unit parquetformat.TimeUnit, n int64) time.Time {
	switch unit.Value.(type) {
	case *parquetformat.MilliSeconds:
		return time.UnixMilli(n).UTC()
	case *parquetformat.MicroSeconds:
		return time.UnixMicro(n).UTC()
	}
	return time.Unix(0, n).UTC()
}

// int96Time reads the timestamps of old writers: nanoseconds of a Julian day.
func int96Time(v deprecated.Int96) string {
	const epoch = 2_440_588 // Julian day of 1970-01-01
	nanos := int64(v[1])<<32 | int64(v[0])
	return time.Unix((int64(v[2])-epoch)*24*60*60, nanos).UTC().Format(time.RFC3339Nano)
}

// decimal is an integer, big endian where it is bytes, of which the last digits
// stand behind the point.
func decimal(v parquet.Value, scale int) Number {
	n := new(big.Int)
	switch v.Kind() {
	case parquet.Int32:
		n.SetInt64(int64(v.Int32()))
	case parquet.Int64:
		n.SetInt64(v.Int64())
	default:
		data := v.ByteArray()
		n.SetBytes(data)
		if len(data) > 0 && data[0]&0x80 != 0 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(data))))
		}
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(scale, 0))), nil)
	return Number(new(big.Rat).SetFrac(n, unit).FloatString(max(scale, 0)))
}
