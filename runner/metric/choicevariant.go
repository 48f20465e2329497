package metric

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

var (
	digitsOrChinese = `[\p{Nd}一二三四]`
	orderREs        = []*regexp.Regexp{
		regexp.MustCompile(`(?i)(?:first|1st|首先|第一步).*?([A-D])`),
		regexp.MustCompile(`(?i)(?:second|2nd|其次|第二步).*?([A-D])`),
		regexp.MustCompile(`(?i)(?:third|3rd|再次|第三步).*?([A-D])`),
		regexp.MustCompile(`(?i)(?:fourth|4th|最后|第四步).*?([A-D])`),
	}
	stepRE = regexp.MustCompile(`(?i)(?:step[` + pytext.Space + `]*` + digitsOrChinese + `+|步骤[` + pytext.Space + `]*` +
		digitsOrChinese + `+|第[` + pytext.Space + `]*` + digitsOrChinese + `[` + pytext.Space + `]*步).*?([A-D])`)
)

// ChoiceSequence reads an order of the four letters: a word such as "BACD", else "first … B … second …", else four
// numbered steps. Source: open-compass/VLMEvalKit, matching_util.py (can_infer_sequence).
func ChoiceSequence(answer string) (order string, ok bool) {
	upper := pytext.Upper(answer)
	for _, word := range strings.FieldsFunc(upper, func(r rune) bool { return !isWord(r) }) {
		if len(word) == 4 && strings.Trim(word, "ABCD") == "" {
			if distinct(word) {
				return word, true
			}
			break
		}
	}
	for _, re := range orderREs {
		if m := re.FindStringSubmatch(upper); m != nil {
			order = appendNew(order, m[1])
		}
	}
	if len(order) == 4 {
		return order, true
	}
	steps := stepRE.FindAllStringSubmatch(upper, 4)
	order = ""
	for _, m := range steps {
		order = appendNew(order, m[1])
	}
	return order, len(order) == 4
}

func distinct(s string) bool { return len(appendNew("", strings.Split(s, "")...)) == len(s) }

func appendNew(order string, letters ...string) string {
	for _, l := range letters {
		if l = strings.ToUpper(l); !strings.Contains(order, l) {
			order += l
		}
	}
	return order
}

var answerPrefixes = []string{
	"The best answer is", "The correct answer is", "The answer is", "The answer", "The best option is",
	"The correct option is", "Best answer:", "Best option:",
}

// ChoiceRegex is VLMEvalKit's extract_characters_regex for video sets: known prefixes are deleted, then the first
// capital A to E counts, wherever it stands; without one, the first choice string that contains the answer, ignoring
// case, gives its second character. An answer of more than ten words without a capital is "".
func ChoiceRegex(answer string, choices []string) string {
	if choices == nil {
		choices = []string{"(A)", "(B)", "(C)", "(D)", "(E)"}
	}
	s := pytext.Strip(answer)
	for _, p := range answerPrefixes {
		s = strings.ReplaceAll(s, p, "")
	}
	if i := strings.IndexAny(s, "ABCDE"); i >= 0 {
		return s[i : i+1]
	}
	if len(pytext.Fields(s)) > 10 {
		return ""
	}
	for _, c := range choices {
		if r := []rune(c); strings.Contains(pytext.Lower(c), pytext.Lower(s)) && len(r) > 1 {
			return string(r[1])
		}
	}
	return ""
}

// ChoiceMMMUProCoT is the text VLMEvalKit hands on for MMMU-Pro: what follows "Answer:" in the last line starting so,
// or its only distinct capital; the whole reply without such a line.
func ChoiceMMMUProCoT(reply string) string {
	tail, found := reply, false
	for line := range strings.SplitSeq(pytext.Strip(reply), "\n") {
		if rest, ok := strings.CutPrefix(pytext.Strip(line), "Answer:"); ok {
			tail, found = rest, true
		}
	}
	if !found {
		return reply
	}
	letters := map[rune]bool{}
	for _, r := range tail {
		if r >= 'A' && r <= 'Z' {
			letters[r] = true
		}
	}
	if len(letters) == 1 {
		for r := range letters {
			return string(r)
		}
	}
	return tail
}

var errSameOptions = errors.New("options are not distinct")

// ChoiceMolmo is the index of the option allenai/molmo reads: equal, else the only one containing the reply, else the
// nearest in edit distance (the first of equals). It always answers. Options must differ after lower-casing.
func ChoiceMolmo(reply string, options []string) (int, error) {
	reply = pytext.Strip(pytext.Lower(reply))
	lower := mapped(func(s string) string { return pytext.Strip(pytext.Lower(s)) }, options)
	if sorted := slices.Sorted(slices.Values(lower)); len(slices.Compact(sorted)) != len(options) || len(options) == 0 {
		return 0, errSameOptions
	}
	if i := slices.Index(lower, reply); i >= 0 {
		return i, nil
	}
	found, n := 0, 0
	for i, o := range lower {
		if strings.Contains(o, reply) {
			found, n = i, n+1
		}
	}
	if n == 1 {
		return found, nil
	}
	return nearest(reply, lower), nil
}

// nearest is the first of the options with the smallest edit distance.
func nearest(s string, options []string) int {
	best, at := -1, 0
	for i, o := range options {
		if d := Levenshtein(s, o); best < 0 || d < best {
			best, at = d, i
		}
	}
	return at
}
