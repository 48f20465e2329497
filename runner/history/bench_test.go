package history

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/runs"
)

// big stores 1,000 runs of 1,000 cases, of which a tenth flips at times. The
// folder that VLMSPEC_HISTORY names is made once, and used again.
func big(b *testing.B) runs.Store {
	b.Helper()
	dir := os.Getenv("VLMSPEC_HISTORY")
	if dir == "" {
		dir = b.TempDir()
	}
	s := runs.Open(dir + "/.vlmspec")
	if ids, _ := s.IDs(); len(ids) >= 1000 {
		return s
	}
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 1000 {
		outcomes := []byte(strings.Repeat("p", 1000))
		for i := range 100 {
			if r.IntN(100) < i {
				outcomes[i] = 'f'
			}
		}
		record(b, s, n, fmt.Sprint(n/100), string(outcomes))
	}
	return s
}

// The index of 1,000 runs of 1,000 cases: made anew, brought up to date with
// nothing new, one case, the ranking of flaky cases.
func BenchmarkHistory(b *testing.B) {
	s := big(b)
	b.Run("rebuild", func(b *testing.B) {
		for b.Loop() {
			if err := os.Remove(s.HistoryFile()); err != nil && !os.IsNotExist(err) {
				b.Fatal(err)
			}
			x, err := Open(b.Context(), s)
			if err != nil {
				b.Fatal(err)
			}
			update(b, x)
			_ = x.Close()
		}
	})
	x, err := Open(b.Context(), s)
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	update(b, x)
	b.Run("update", func(b *testing.B) {
		for b.Loop() {
			update(b, x)
		}
	})
	b.Run("case", func(b *testing.B) {
		for b.Loop() {
			one, err := x.Case(b.Context(), Subject{Case: "s/c50", Backend: "tiny"}, 0)
			if err != nil || len(one.Entries) != 1000 {
				b.Fatal(err, len(one.Entries))
			}
		}
	})
	b.Run("flaky", func(b *testing.B) {
		for b.Loop() {
			if all, err := x.Flaky(b.Context(), 20); err != nil || len(all) != 20 {
				b.Fatal(err, len(all))
			}
		}
	})
}
