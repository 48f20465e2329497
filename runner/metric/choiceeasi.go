package metric

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dlclark/regexp2"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// EASI's patterns need look-behind and look-ahead, which the standard library's engine has not.
func look(pattern string, o regexp2.RegexOptions) *regexp2.Regexp {
	return regexp2.MustCompile(pattern, o)
}

const (
	easiTailLines  = 6
	easiTailWindow = 800 // code points
	easiClosing    = "*_`）]})"
	easiTight      = ".,:;!?)]】》」』，。；、：）"
)

var (
	zeroWidth    = strings.NewReplacer("\u200b", "", "\u200c", "", "\u200d", "", "\ufeff", "")
	spacesRE     = regexp.MustCompile(`([` + pytext.Space + `])[` + pytext.Space + `]*`)
	easiBlockRE  = regexp.MustCompile(`(?is)<[` + pytext.Space + `]*answer\b[^>]*>[` + pytext.Space + `]*([A-Ja-j])(?:[` + pytext.Space + `]*[\.．:：\)\]】、])?.*?<[` + pytext.Space + `]*/[` + pytext.Space + `]*answer[` + pytext.Space + `]*>`)
	thinkEndRE   = regexp.MustCompile(`(?i)</[` + pytext.Space + `]*think[` + pytext.Space + `]*>`)
	thinkStartRE = regexp.MustCompile(`(?i)<[` + pytext.Space + `]*think[` + pytext.Space + `]*>`)
	easiOptionRE = regexp.MustCompile(`(?i)^[*_>\-` + pytext.Space + `]*(?:option|选项)[` + pytext.Space + `]+[A-J][` + pytext.Space + `]*[:：]`)
	easiSingleRE = regexp.MustCompile("^[" + pytext.Space + "]*[*_`>（）\\[\\]【】()]*[" + pytext.Space + "]*([A-Fa-f])[" + pytext.Space + "]*[*_`（）\\[\\]【】()]*[" + pytext.Space + "]*$")
	easiLabelRE  = regexp.MustCompile(`(?i)^[` + pytext.Space + `]*([A-F])[` + pytext.Space + `]*[\.．:：\)\]】、-][` + pytext.Space + `]+`)
)

// ChoiceEASI is can_match_option of VLMEvalKit's spatial benchmarks. In this order: an <answer> block that opens with
// a letter A to J; a letter right before </answer> or </think> in the last 800 characters; the last six lines, first
// those after the thinking, then those of the window: a line that is a letter, starts with a labelled letter, or has
// one distinct stand-alone capital; a phrase such as "final answer: B"; the only stand-alone capital of the text,
// option lists left out. Without choices the letters are A to F.
// Source: open-compass/VLMEvalKit, dataset/utils/spatial_bench/matching_func.py.
func ChoiceEASI(answer string, choices []string) (letter string, ok bool) {
	text := zeroWidth.Replace(pytext.Strip(answer))
	letters := easiLetters(choices)
	if m := easiBlockRE.FindStringSubmatch(text); m != nil {
		return strings.ToUpper(m[1]), true
	}
	tail := lastRunes(text, easiTailWindow)
	for _, tag := range []string{"answer", "think"} {
		pattern := `(?<![A-Za-z])[([{（【]?\s*([` + letters + `])\s*[)\]}）】]?\s*</\s*` + tag + `\s*>`
		if m := firstGroup(pattern, regexp2.IgnoreCase, tail); m != "" {
			return strings.ToUpper(m), true
		}
	}
	for _, segment := range []string{afterThinking(text), tail} {
		if letter = easiFromLines(pytext.Lines(segment)); letter != "" {
			return letter, true
		}
	}
	// A phrase may hold any amount of space anywhere, so one of a run will do.
	if m := firstGroup(easiPhrase(letters), regexp2.IgnoreCase, spacesRE.ReplaceAllString(text, "$1")); m != "" {
		return strings.ToUpper(m), true
	}
	return easiOnly(text, letters)
}

func easiLetters(choices []string) string {
	var present strings.Builder
	for _, c := range choices {
		if r := []rune(pytext.Upper(pytext.Strip(c))); len(r) > 0 {
			present.WriteString(string(r[:1]))
		}
	}
	var out strings.Builder
	for _, r := range "ABCDEFGHIJ" {
		if strings.ContainsRune(present.String(), r) {
			out.WriteString(string(r))
		}
	}
	if out.String() == "" {
		return "ABCDEF"
	}
	return out.String()
}

func easiPhrase(letters string) string {
	return `(?:final\s*answer|the\s*answer\s*is|answer(?:\s*is)?|correct\s*answer|答案|最终答案|结论|所以|因此|我选(?:择)?|选择|选)` +
		`\s*[:：>＝=]?\s*[([{（【]?\s*([` + letters + `])\s*[)\]}）】]?(?:\b|[.)、。])`
}

func lastRunes(s string, n int) string {
	r := []rune(s)
	return string(r[max(0, len(r)-n):])
}

func firstGroup(pattern string, o regexp2.RegexOptions, text string) string {
	m, err := look(pattern, o).FindStringMatch(text)
	if err != nil || m == nil {
		return ""
	}
	return m.GroupByNumber(1).String()
}

// afterThinking is what follows the last </think>, or the last <think> if it never ends.
func afterThinking(text string) string {
	for _, re := range []*regexp.Regexp{thinkEndRE, thinkStartRE} {
		if all := re.FindAllStringIndex(text, -1); len(all) > 0 {
			return pytext.Strip(text[all[len(all)-1][1]:])
		}
	}
	return text
}

// easiFromLines reads the last lines, latest first.
func easiFromLines(lines []string) string {
	lines = lines[max(0, len(lines)-easiTailLines):]
	for _, line := range slices.Backward(lines) {
		line = pytext.Strip(line)
		if line == "" || easiOptionRE.MatchString(line) {
			continue
		}
		for _, re := range []*regexp.Regexp{easiSingleRE, easiLabelRE} {
			if m := re.FindStringSubmatch(line); m != nil {
				return strings.ToUpper(m[1])
			}
		}
		if letter, ok := onlyLetter(line, "ABCDEF", runes.easiInline); ok {
			return letter
		}
	}
	return ""
}

func easiOnly(text, letters string) (string, bool) {
	var kept []string
	for _, line := range pytext.Lines(text) {
		if !easiOptionRE.MatchString(line) {
			kept = append(kept, line)
		}
	}
	return onlyLetter(strings.Join(kept, "\n"), letters, runes.standsAlone)
}

// onlyLetter is the one letter that stands in a text, maybe more than once, with no letter before it and what fits behind it.
func onlyLetter(text, letters string, fits func(s runes, after int) bool) (string, bool) {
	s, only := runes(text), rune(0)
	for i, r := range s {
		if !strings.ContainsRune(letters, r) || s.latin(i-1) || !fits(s, i+1) {
			continue
		}
		if only != 0 && only != r {
			return "", false
		}
		only = r
	}
	if only == 0 {
		return "", false
	}
	return string(only), true
}

func (s runes) latin(i int) bool {
	return i >= 0 && i < len(s) && (s[i] >= 'A' && s[i] <= 'Z' || s[i] >= 'a' && s[i] <= 'z')
}

func (s runes) space(i int) bool { return i < len(s) && pytext.IsSpace(s[i]) }

// standsAlone is what matches \s*[)\]}）】]?(?![A-Za-z]): all but a letter.
func (s runes) standsAlone(i int) bool { return !s.latin(i) }

// easiInline is what matches \s*[*_`）\]})]*(?=$|[\s.,:;!?)\]】》」』，。；、：）]): space, or closing marks up to one that may
// stand behind them, or to the end.
func (s runes) easiInline(i int) bool {
	for ; i < len(s) && !s.space(i) && !strings.ContainsRune(easiTight, s[i]); i++ {
		if !strings.ContainsRune(easiClosing, s[i]) {
			return false
		}
	}
	return true
}
