package metric

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dlclark/regexp2"
)

// The toolkits' own patterns, which take the square of their input: what stands in their place must find the same.
var (
	mmmuPatterns = []*regexp2.Regexp{
		look(`-?\b\d{1,3}(?:,\d{3})+\b`, regexp2.None),
		look(`-?\d+(?:\.\d+)?[eE][+-]?\d+`, regexp2.None),
		look(`-?(?:\d+\.\d+|\.\d+|\d+\b)(?![eE][+-]?\d+)(?![,\d])`, regexp2.None),
	}
	easiInlinePattern = look("(?<![A-Za-z])[*_`（\\[{(]*\\s*([A-F])\\s*[*_`）\\]})]*(?=$|[\\s\\.,:;!?\\)\\]】》」』，。；、：）])", regexp2.None)
	easiOnlyPattern   = look(`(?<![A-Za-z])[([{（【]?\s*([A-F])\s*[)\]}）】]?(?![A-Za-z])`, regexp2.None)
)

// findAll lists what a group of a pattern matches.
func findAll(t testing.TB, pattern *regexp2.Regexp, group int, text string) []string {
	t.Helper()
	var out []string
	m, err := pattern.FindStringMatch(text)
	for ; m != nil && err == nil; m, err = pattern.FindNextMatch(m) {
		out = append(out, m.GroupByNumber(group).String())
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// only is the one distinct text of a list.
func only(all []string) string {
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 1 {
		return all[0]
	}
	return ""
}

func comparePatterns(t testing.TB, text string) {
	t.Helper()
	var want []string
	for _, p := range mmmuPatterns {
		want = append(want, findAll(t, p, 0, text)...)
	}
	if got := MMMUNumbers(text); !slices.Equal(got, want) {
		t.Fatalf("numbers in %q: %q, the patterns find %q", text, got, want)
	}
	if got, _ := onlyLetter(text, "ABCDEF", runes.easiInline); got != only(findAll(t, easiInlinePattern, 1, text)) {
		t.Fatalf("letter inline in %q: %q", text, got)
	}
	if got, _ := onlyLetter(text, "ABCDEF", runes.standsAlone); got != only(findAll(t, easiOnlyPattern, 1, text)) {
		t.Fatalf("letter alone in %q: %q", text, got)
	}
}

func TestAsThePatterns(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, alphabet := range []string{"12,.-eE+x", "1,234 ,567.89", "123,_é٣", "AB x([)]*` .,", "AAB）】（\n ):;"} {
		letters := []rune(alphabet)
		for range 20_000 {
			text := make([]rune, random.IntN(14))
			for i := range text {
				text[i] = letters[random.IntN(len(letters))]
			}
			comparePatterns(t, string(text))
		}
	}
}
