package yamledit

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMerge(t *testing.T) {
	tests := map[string]struct{ base, ours, theirs, want string }{
		"both add at one place":   {"s/a: 1\n\ns/d: 4\n", "s/a: 1\n\ns/c: 3\n\ns/d: 4\n", "s/a: 1\n\n# of b\ns/b: 2\n\ns/d: 4\n", "s/a: 1\n\n# of b\ns/b: 2\n\ns/c: 3\n\ns/d: 4\n"},
		"both make the file":      {"", "s/b: 2\n", "# of a\ns/a: 1\n", "# of a\ns/a: 1\n\ns/b: 2\n"},
		"both add at the end":     {"# ours\n\ns/a: 1\n", "# ours\n\ns/a: 1\n\ns/b: 2\n", "# ours\n\ns/a: 1\n\ns/c: 3\n", "# ours\n\ns/a: 1\n\ns/b: 2\n\ns/c: 3\n"},
		"below a text that keeps": {"s/a: |+\n  x\n", "s/a: |+\n  x\n", "s/a: |+\n  x\ns/b: 2\n", "s/a: |+\n  x\ns/b: 2\n"},
		"both change":             {"s/a: 1\ns/b: 2\n", "s/a: 9\ns/b: 2\n", "s/a: 1\ns/b: 8\n", "s/a: 9\ns/b: 8\n"},
		"both change alike":       {"s/a: 1\n", "s/a: 2\n", "s/a: 2\n", "s/a: 2\n"},
		"one removes":             {"s/a: 1\n\ns/b: 2\n", "s/b: 2\n", "s/a: 1\n\ns/b: 3\n", "s/b: 3\n"},
		"the other removes":       {"s/a: 1\n\ns/b: 2\n", "s/a: 1\n\ns/b: 3\n", "s/b: 2\n", "s/b: 3\n"},
		"one changes a comment":   {"# x\n\ns/a: 1\n", "# y\n\ns/a: 1\n", "# x\n\ns/a: 2\n", "# y\n\ns/a: 2\n"},
		"one adds to a comment":   {"# of a\ns/a: 1\n", "# of a\n# and more\ns/a: 1\n", "# of a\ns/a: 1\n\ns/b: 2\n", "# of a\n# and more\ns/a: 1\n\ns/b: 2\n"},
		"one adds a last comment": {"s/a: 1\n", "s/a: 1\n\n# the end\n", "s/a: 2\n", "s/a: 2\n\n# the end\n"},
		"the other does":          {"s/a: 1\n", "s/a: 2\n", "s/a: 1\n\n# the end\n", "s/a: 2\n\n# the end\n"},
		"before a last comment":   {"s/a: 1\n\n# the end\n", "s/a: 2\n\n# the end\n", "s/a: 1\n\ns/b: 2\n\n# the end\n", "s/a: 2\n\ns/b: 2\n\n# the end\n"},
		"with one between":        {"s/a: 1\n\ns/c: 3\n", "s/a: 2\n\ns/c: 3\n", "s/a: 1\n\ns/b: 2\n\n# below b\n\ns/c: 3\n", "s/a: 2\n\ns/b: 2\n\n# below b\n\ns/c: 3\n"},
		"with an entry":           {"s/a: 1\n", "s/a: 2\n", "s/a: 1\n\ns/b: 2\n\n# the end\n", "s/a: 2\n\ns/b: 2\n\n# the end\n"},
		"both change the last":    {"s/a: 1\n\n# the end\n", "s/a: 1\n\n# an end\n", "s/a: 1\n\n# no end\n", ""},
		"other line ends":         {"s/a: 1\n\ns/b: 2\n", "\ufeffs/a: 1\r\n\r\ns/b: 3\r\n", "s/a: 9\n\ns/b: 2\n", "\ufeffs/a: 9\r\n\r\ns/b: 3\r\n"},
		"both change one":         {"s/a: 1\n", "s/a: 2\n", "s/a: 3\n", ""},
		"both add one":            {"", "s/a: 2\n", "s/a: 3\n", ""},
		"removed and changed":     {"s/a: 1\n", "", "s/a: 3\n", ""},
		"changed and removed":     {"s/a: 1\n", "s/a: 3\n", "", ""},
		"both change the comment": {"# x\n\ns/a: 1\n", "# y\n\ns/a: 1\n", "# z\n\ns/a: 1\n", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Merge([]byte(test.base), []byte(test.ours), []byte(test.theirs))
			if test.want == "" {
				if !errors.Is(err, ErrConflict) {
					t.Errorf("%v, %q", err, got)
				}
				return
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" || err != nil {
				t.Error(err, diff)
			}
		})
	}
	for _, bad := range []string{"<<<<<<< HEAD\n", "{s/a: 1}", "s/a: ["} {
		if _, err := Merge(nil, []byte("s/b: 1\n"), []byte(bad)); err == nil {
			t.Errorf("%q was merged", bad)
		}
	}
}
