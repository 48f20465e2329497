package table

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzRead: no file makes a reader panic, rows are as wide as their names, and a
// mistake has a sentence.
func FuzzRead(f *testing.F) {
	endings := []string{".csv", ".json", ".jsonl", ".parquet", ".tsv", ".xlsx"}
	f.Add(uint(0), []byte("a,b\n1,\"2\n3\"\n"))
	f.Add(uint(1), []byte(`{"columns": ["a"], "data": [[1]]}`))
	f.Add(uint(1), []byte(`{"a": {"0": 1, "1": null}}`))
	f.Add(uint(2), []byte("{\"a\": [1, {\"b\": null}]}\n\n{\"a\": \"x\"}\n"))
	f.Add(uint(4), []byte("index\timage\r\n1\t2\r\n"))
	for i, name := range []string{"types.parquet", "huggingface.parquet", "excel.xlsx"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]uint{3, 3, 5}[i], data)
	}
	f.Fuzz(func(t *testing.T, kind uint, data []byte) {
		path := filepath.Join(t.TempDir(), "t"+endings[kind%uint(len(endings))])
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		for r, err := range Read(path, keeper) {
			var e *Error
			if err != nil && (!errors.As(err, &e) || e.What == "" || e.Line < 0) {
				t.Errorf("a mistake without sentence: %v", err)
			}
			if err == nil && len(r.Names) != max(len(r.Values), len(r.Texts)) {
				t.Errorf("row %+v", r)
			}
		}
	})
}
