package point

import (
	"regexp"
	"slices"
	"testing"
)

// Numbers are what the pattern of a number matches, one after another.
func TestNumbers(t *testing.T) {
	re := regexp.MustCompile(number)
	for _, text := range []string{
		"", "-", "+.", ".", "1.", ".5", "-.5e3", "1e", "1e+", "1e5x", "1.2.3", "--4", "4-5", "<loc0256><loc0001>", "a1b2", "1..2", "1.e5", "+-+7", "5E-2,", "9e99e9", "0x10", "e5", "-e5", ".e5",
	} {
		var all []string
		for i := 0; i < len(text); {
			if n := numberLen(text[i:]); n > 0 {
				all = append(all, text[i:i+n])
				i += n
			} else {
				i++
			}
		}
		if want := re.FindAllString(text, -1); !slices.Equal(all, want) {
			t.Errorf("%q: %q, want %q", text, all, want)
		}
	}
}
