package table

import (
	"fmt"
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

// maxReference is how many characters a cell may have that names another row.
const maxReference = 64

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
	if value == nil || !has || cell == "" || cell == own || len(cell) > maxReference {
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
