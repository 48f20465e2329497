package yamledit

import (
	"fmt"
	"path/filepath"
	"testing"
)

// BenchmarkApply accepts 10,000 new entries at once, and then one more.
func BenchmarkApply(b *testing.B) {
	edits := make([]Edit, 10_000)
	for i := range edits {
		edits[i] = put(fmt.Sprintf("s/case-%05d", i), "a red circle and a blue square")
	}
	for _, bench := range []struct {
		name  string
		first []Edit
		then  []Edit
	}{{"10000 new", nil, edits}, {"1 of 10000", edits, edits[5000:5001]}} {
		b.Run(bench.name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				path := filepath.Join(b.TempDir(), "golden", fmt.Sprint(i, ".yaml"))
				f := New(path, "golden/s.yaml", nil)
				if bench.first != nil {
					if _, err := f.Apply(bench.first...); err != nil {
						b.Fatal(err)
					}
				}
				edit := bench.then[0]
				edit.Value = value{Words: []string{"something else"}}
				b.StartTimer()
				if _, err := f.Apply(append([]Edit{edit}, bench.then[1:]...)...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
