package table

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// images puts paths where images stand in cells: base64 as VLMEvalKit and others
// write it, a data URI, the struct of bytes and path of Hugging Face datasets, and
// lists of these. In the column image a short text may be the index of the row that
// holds the image (VLMEvalKit).
type images struct {
	path  string
	store Store
	byRow map[string]any // image cells by the index of their row
	whole bool           // byRow has all of the file
}

const (
	mostReference = 64 // characters of a cell that may name another row
	leastImage    = 65 // characters of base64
)

// replace changes the cells of a row. A nil images changes none.
func (m *images) replace(r *Row) error {
	if m == nil {
		return nil
	}
	found := false
	for i, name := range r.Names {
		value, changed, err := m.cell(name, r.Value(i))
		if err == nil && !changed && name == "image" {
			value, changed, err = m.reference(r, value)
		}
		if err != nil {
			return mistake(r.Line, "", "column %q: %v", name, err)
		}
		if !changed {
			continue
		}
		found = true
		if name == "image" {
			m.note(r, value)
		}
		if path, ok := value.(string); ok && r.Values == nil {
			r.Texts[i] = path
			continue
		}
		r.Values, r.Texts = r.cells(), nil
		r.Values[i] = value
	}
	if found {
		for i, text := range r.Texts {
			r.Texts[i] = strings.Clone(text) // the line with the image is not kept in memory
		}
	}
	return nil
}

// cells are the values of a row, to be changed.
func (r *Row) cells() []any {
	if r.Values != nil {
		return r.Values
	}
	values := make([]any, len(r.Texts))
	for i, text := range r.Texts {
		values[i] = strings.Clone(text)
	}
	return values
}

// cell returns what stands for a cell with images.
func (m *images) cell(name string, value any) (any, bool, error) {
	switch v := value.(type) {
	case string:
		return m.text(name, v)
	case []byte:
		path, err := m.store(v)
		return path, true, err
	case Map:
		return m.structure(v)
	case []any:
		return m.list(name, v)
	}
	return value, false, nil
}

func (m *images) list(name string, list []any) (any, bool, error) {
	all := make([]any, len(list))
	some := false
	for i, item := range list {
		value, changed, err := m.cell(name, item)
		if err != nil {
			return nil, false, err
		}
		all[i] = value
		some = some || changed
	}
	return all, some, nil
}

// structure reads {bytes, path}: the bytes win, and a path alone is as good as one
// in a cell of text.
func (m *images) structure(v Map) (any, bool, error) {
	if len(v) == 2 && v[0].Name == "bytes" && v[1].Name == "path" {
		switch data := v[0].Value.(type) {
		case []byte:
			path, err := m.store(data)
			return path, true, err
		case nil:
			return v[1].Value, true, nil
		}
	}
	some := false
	all := make(Map, len(v))
	for i, f := range v {
		value, changed, err := m.cell(f.Name, f.Value)
		if err != nil {
			return nil, false, err
		}
		all[i] = Field{f.Name, value}
		some = some || changed
	}
	return all, some, nil
}

func (m *images) text(name, text string) (any, bool, error) {
	data, ok, err := Embedded(text)
	if err != nil {
		return nil, false, err
	}
	if ok {
		path, err := m.store(data)
		return path, true, err
	}
	if name == "image_path" {
		if inFolder, ok := m.inFolder(text); ok {
			return inFolder, true, nil
		}
	}
	if name == "image" || name == "image_path" {
		if list, ok := pythonList(text); ok {
			list, _, err := m.list(name, list)
			return list, true, err
		}
	}
	return text, false, nil
}

// inFolder finds a file where VLMEvalKit puts them: images/SET/ beside SET.tsv.
func (m *images) inFolder(path string) (string, bool) {
	if path == "" || filepath.IsAbs(path) || strings.HasPrefix(path, "[") {
		return "", false
	}
	dir, file := filepath.Split(m.path)
	if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(path))); err == nil {
		return "", false
	}
	set := strings.TrimSuffix(file, filepath.Ext(file))
	other := filepath.Join("images", set, filepath.FromSlash(path))
	if _, err := os.Lstat(filepath.Join(dir, other)); err != nil {
		return "", false
	}
	return filepath.ToSlash(other), true
}

// note remembers the image of a row that has an index.
func (m *images) note(r *Row, value any) {
	if index, ok := r.index(); ok {
		if m.byRow == nil {
			m.byRow = map[string]any{}
		}
		m.byRow[index] = value
	}
}

// index is the text of the column index.
func (r *Row) index() (string, bool) {
	for i, name := range r.Names {
		if name == "index" {
			return fmt.Sprint(r.Value(i)), true
		}
	}
	return "", false
}

// reference finds the image of the row that a short cell names, which may come
// later in the file.
func (m *images) reference(r *Row, value any) (any, bool, error) {
	cell := fmt.Sprint(value)
	own, has := r.index()
	if value == nil || !has || cell == "" || cell == own || len(cell) > mostReference {
		return value, false, nil
	}
	if image, ok := m.byRow[cell]; ok {
		return image, true, nil
	}
	if strings.Trim(cell, "0123456789") != "" {
		return value, false, nil // a path
	}
	if !m.whole {
		m.readAll()
	}
	if image, ok := m.byRow[cell]; ok {
		return image, true, nil
	}
	return nil, false, fmt.Errorf("it is the index %s, and no row of that index has an image", cell)
}

// readAll finds the images of all rows.
func (m *images) readAll() {
	all := &images{path: m.path, store: m.store, whole: true}
	Read(m.path, nil)(func(r Row, err error) bool {
		for i, name := range r.Names {
			if name != "image" || err != nil {
				continue
			}
			if value, changed, err := all.cell(name, r.Value(i)); err == nil && changed {
				all.note(&r, value)
			}
		}
		return true
	})
	m.byRow, m.whole = all.byRow, true
}

// Embedded returns the image that a text is, as base64 or as a data URI. The error
// says that a text means to be one and is not.
func Embedded(text string) (image []byte, ok bool, err error) {
	if head, body, isURI := strings.Cut(text, ","); isURI && strings.HasPrefix(head, "data:") {
		if !strings.HasPrefix(head, "data:image/") || !strings.HasSuffix(head, ";base64") {
			return nil, false, fmt.Errorf("%q is no image: write data:image/png;base64 and the data", shorten(head))
		}
		data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(body))
		if err != nil {
			return nil, false, fmt.Errorf("the data URI is damaged: %w", err)
		}
		return data, true, nil
	}
	if len(text) < leastImage || !beginsLikeImage(text) {
		return nil, false, nil
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	switch {
	case err == nil:
		return data, looksLikeImage(data), nil
	case strings.HasPrefix(text, pngHead):
		return nil, false, fmt.Errorf("the image in base64 is damaged: %w", err)
	}
	return nil, false, nil // text that begins like one
}

// pngHead is how a PNG begins in base64; nobody writes a text like it.
const pngHead = "iVBORw0KGg"

// beginsLikeImage spares long texts the decoding. It is base64 of how the files
// begin that [Ending] knows.
func beginsLikeImage(text string) bool {
	for _, head := range []string{pngHead, "/9j/", "R0lGOD", "UklGR", "Qk", "SUkqA", "TU0AK", "AAAA"} {
		if strings.HasPrefix(text, head) {
			return true
		}
	}
	return false
}

func looksLikeImage(data []byte) bool { return Ending(data) != "" }

// Ending is how the name of a file with this image should end: ".png". It is ""
// when data begins like no image.
func Ending(data []byte) string {
	switch http.DetectContentType(data) {
	case "image/png":
		return ".png"
	case "image/jpeg":
		return ".jpg"
	case "image/gif":
		return ".gif"
	case "image/webp":
		return ".webp"
	case "image/bmp":
		if len(data) > 6 && int(binary.LittleEndian.Uint32(data[2:])) == len(data) {
			return ".bmp"
		}
	}
	switch {
	case bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		return ".tif"
	case len(data) > 12 && string(data[4:8]) == "ftyp":
		return ".heic"
	}
	return ""
}

// pythonList reads a list of texts as Python and JSON write it: ['a', "b"].
func pythonList(text string) ([]any, bool) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "[") || !strings.HasSuffix(text, "]") {
		return nil, false
	}
	rest := strings.TrimSpace(text[1 : len(text)-1])
	list := []any{}
	for rest != "" {
		item, after, ok := pythonText(rest)
		if !ok {
			return nil, false
		}
		list = append(list, item)
		after, more := strings.CutPrefix(strings.TrimSpace(after), ",")
		if rest = strings.TrimSpace(after); !more && rest != "" {
			return nil, false
		}
	}
	return list, true
}

// pythonText reads a text in quotes.
func pythonText(s string) (text, rest string, ok bool) {
	if s == "" || s[0] != '\'' && s[0] != '"' {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s) && strings.IndexByte(`'"\/`, s[i+1]) >= 0:
			i++
			b.WriteByte(s[i])
		case s[i] == '\\':
			return "", "", false
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}
