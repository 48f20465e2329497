package metric

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// OpenAnswer is a number or a text that MMMU's open questions compare.
type OpenAnswer struct {
	IsNumber bool
	Number   float64 // rounded to two decimals
	Text     string
}

var (
	mmmuMarkers = []string{"could be ", "so ", "is ", "thus ", "therefore ", "final ", "answer ", "result "}
	mmmuTrivial = []string{":", ",", ".", "!", "?", ";", "'"}
)

// MMMUNormalize turns a text into comparable forms: a number, ignoring commas and rounded to two decimals; else the
// lower-cased text; one character becomes two forms, with a space before and behind it.
func MMMUNormalize(text string) []OpenAnswer {
	text = pytext.Strip(text)
	if x, ok := pytext.Float(strings.ReplaceAll(text, ",", "")); ok {
		return []OpenAnswer{{IsNumber: true, Number: pytext.Round(x, 2)}}
	}
	text = pytext.Lower(text)
	if pytext.Len(text) == 1 {
		return []OpenAnswer{{Text: " " + text}, {Text: text + " "}}
	}
	return []OpenAnswer{{Text: text}}
}

// MMMUParse lists what a reply may mean, without repetition: per line the shortest tail behind a marker such as "is "
// (behind "=" too in the last line), or the whole reply without any, and the numbers in those.
func MMMUParse(reply string) []OpenAnswer {
	tails := mmmuTails(pytext.Lower(strings.Trim(pytext.Strip(reply), ".")))
	candidates := slices.Clone(tails)
	for _, t := range tails {
		candidates = append(candidates, MMMUNumbers(t)...)
	}
	var out []OpenAnswer
	known := map[OpenAnswer]bool{}
	for _, c := range candidates {
		for _, form := range MMMUNormalize(c) {
			if !known[form] {
				known[form] = true
				out = append(out, form)
			}
		}
	}
	return out
}

func mmmuTails(reply string) []string {
	var tails []string
	lines := strings.Split(reply, "\n")
	for i, line := range lines {
		markers := mmmuMarkers
		if i == len(lines)-1 {
			markers = append(slices.Clone(markers), "=")
		}
		if tail := shortestTail(line, markers); tail != "" && !slices.Contains(mmmuTrivial, tail) {
			tails = append(tails, tail)
		}
	}
	if tails == nil {
		return []string{reply}
	}
	return tails
}

// shortestTail is the shortest text behind the last occurrence of a marker. An empty tail yields to any later one; if
// a later tail is empty, it is the shortest.
func shortestTail(line string, markers []string) string {
	shortest := ""
	for _, m := range markers {
		i := strings.LastIndex(line, m)
		if i < 0 {
			continue
		}
		if tail := pytext.Strip(line[i+len(m):]); shortest == "" || pytext.Len(tail) < pytext.Len(shortest) {
			shortest = tail
		}
	}
	return shortest
}

// MMMUCorrect judges a reply to an open question: some candidate number equals a gold number, or some candidate text
// contains a gold text. Numbers and texts never meet.
func MMMUCorrect(reply string, golds []string) bool { return mmmuMatch(MMMUParse(reply), golds) }

func mmmuMatch(candidates []OpenAnswer, golds []string) bool {
	for _, gold := range golds {
		for _, g := range MMMUNormalize(gold) {
			for _, c := range candidates {
				if c.IsNumber == g.IsNumber && (c.IsNumber && c.Number == g.Number || !c.IsNumber && strings.Contains(c.Text, g.Text)) {
					return true
				}
			}
		}
	}
	return false
}

// MMMUCorrectLMMSHead reproduces the bug of lmms-eval issue 1436: only the first candidate is kept, as text, and then
// judged letter by letter. It is here to recognise such scores, not to use.
func MMMUCorrectLMMSHead(reply string, golds []string) (parsed string, correct bool) {
	if all := MMMUParse(reply); len(all) > 0 {
		parsed = all[0].Text
		if all[0].IsNumber {
			parsed = pytext.FormatFloat(all[0].Number)
		}
	}
	var letters []OpenAnswer
	for _, r := range parsed {
		letters = append(letters, OpenAnswer{Text: string(r)})
	}
	return parsed, mmmuMatch(letters, golds)
}

// SortOpenAnswers puts numbers first, each kind in ascending order.
func SortOpenAnswers(a []OpenAnswer) {
	slices.SortFunc(a, func(x, y OpenAnswer) int {
		if x.IsNumber != y.IsNumber {
			return cmp.Compare(one(y.IsNumber), one(x.IsNumber))
		}
		return cmp.Or(cmp.Compare(x.Number, y.Number), cmp.Compare(x.Text, y.Text))
	})
}
