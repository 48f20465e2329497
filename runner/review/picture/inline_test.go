package picture

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// An image between lines takes as many lines as it is high, in pixels or in text, and
// a second one does not replace the first.
func TestInline(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, image.NewRGBA(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	none := func(string) string { return "" }
	for _, p := range []Protocol{Kitty, ITerm, Sixel, Blocks, None} {
		first, err := Inline(path, NewTerminal(p, none), 8, 4)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Count(first, "\n")
		if want := map[bool]int{true: 0, false: 4}[p == None]; lines != want {
			t.Errorf("%s: %d lines, want %d: %.80q", p, lines, want, first)
		}
		if p != Kitty {
			continue
		}
		number := regexp.MustCompile(`i=\d+`)
		second, _ := Inline(path, NewTerminal(p, none), 8, 4)
		if a, b := number.FindString(first), number.FindString(second); a == b || a == "" {
			t.Errorf("both images are %q", a)
		}
	}
}
