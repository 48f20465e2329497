package worddiff

import (
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for _, test := range []struct{ name, before, after, old, changed string }{
		{"same", "a red circle", "a red circle", "a red circle", "a red circle"},
		{"a word", "a red circle", "a blue circle", "a [red] circle", "a [blue] circle"},
		{"a word more", "a circle", "a red circle", "a circle", "a[ red] circle"},
		{"a mark", "yes", "yes.", "yes", "yes[.]"},
		{"numbers are words", "x = 0.5", "x = 0.7", "x = [0.5]", "x = [0.7]"},
		{"a number at the end of a sentence", "It is 5.", "It is 6.", "It is [5].", "It is [6]."},
		{"lines", "one\ntwo", "one\nthree", "one\n[two]", "one\n[three]"},
		{"nothing before", "", "new", "", "[new]"},
		{"other scripts", "ein großer Kreis", "ein großes Quadrat", "ein [großer] [Kreis]", "ein [großes] [Quadrat]"},
		{"too long", strings.Repeat("a ", maxWords), "b", "[" + strings.Repeat("a ", maxWords) + "]", "[b]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			old, changed := Split(test.before, test.after)
			if got := marked(old); got != test.old {
				t.Errorf("before is %q, want %q", got, test.old)
			}
			if got := marked(changed); got != test.changed {
				t.Errorf("after is %q, want %q", got, test.changed)
			}
		})
	}
}

func marked(runs []Run) string {
	var b strings.Builder
	for _, r := range runs {
		if r.Alone && r.Text != "" {
			b.WriteString("[" + r.Text + "]")
		} else {
			b.WriteString(r.Text)
		}
	}
	return b.String()
}

func TestNearest(t *testing.T) {
	if got := Nearest([]string{"a blue square", "a red circle", "red"}, "a red square and a circle"); got != "a red circle" {
		t.Errorf("nearest is %q", got)
	}
	if got := Nearest([]string{"no"}, "a red circle"); got != "no" {
		t.Errorf("nearest of one is %q", got)
	}
}

// The parts are the text again, byte for byte.
func FuzzSplit(f *testing.F) {
	f.Add("a red circle", "a blue circle")
	f.Add("\xff\n", "é\u0301")
	f.Fuzz(func(t *testing.T, before, after string) {
		old, changed := Split(before, after)
		for _, side := range []struct {
			runs []Run
			text string
		}{{old, before}, {changed, after}} {
			var b strings.Builder
			for _, r := range side.runs {
				b.WriteString(r.Text)
			}
			if b.String() != side.text {
				t.Errorf("%q became %q", side.text, b.String())
			}
		}
	})
}
