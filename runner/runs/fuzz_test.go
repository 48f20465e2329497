package runs

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever stands in the files of a run, reading it ends with a run or with an error
// that names the file, and the outcomes of all runs can still be read.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"id":"20260301T120000.000Z-abcdef"}`), []byte(`{"id":"s/a","outcome":"passed"}`+"\n"), []byte("vlmspec outcomes 1\trun\t1\npassed\tpassed\t1\ttiny\ts/a\n"))
	f.Add([]byte(`{`), []byte("\n\n{\"id\":"), []byte("vlmspec outcomes 1\trun\t-1\n"))
	f.Add([]byte("null"), []byte("[]\nnull\n"), []byte("\t\t\t\t"))
	f.Fuzz(func(t *testing.T, manifest, cases, outcomes []byte) {
		store := Open(filepath.Join(t.TempDir(), "state"))
		const id = "20260301T120000.000Z-abcdef"
		if err := os.MkdirAll(store.Folder(id), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, data := range map[string][]byte{manifestFile: manifest, casesFile: cases, outcomesFile: outcomes} {
			if err := os.WriteFile(filepath.Join(store.Folder(id), name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		run, err := store.Read(id)
		if (run == nil) == (err == nil) {
			t.Errorf("%v, %v", run, err)
		}
		_, _ = store.Latest() // there may be none that can be read
		if _, err := store.List(); err != nil {
			t.Error(err)
		}
		if _, err := store.History(3); err != nil {
			t.Error(err)
		}
		_, _ = store.LatestOutcomes([]Case{{ID: "s/a", Backend: "tiny"}})
	})
}
