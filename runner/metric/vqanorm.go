package metric

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// vqaRules is what the copies of the VQA normaliser differ in.
type vqaRules struct {
	keepPeriodAfterDigit bool // "5." stays "5."
	commaRuns            bool // "1,,000" counts as a thousands separator, not only "1,000"
	contractions         map[string]string
}

var (
	rulesVLMEvalKit = vqaRules{keepPeriodAfterDigit: true, contractions: contractions}
	rulesOfficial   = vqaRules{contractions: contractions}
	rulesEvalAI     = vqaRules{commaRuns: true, contractions: contractions}
	rulesVizWiz     = vqaRules{contractions: vizWizContractions}
)

// NormalizeVQA normalises an answer as VLMEvalKit's process_answer does: white space, punctuation, periods, lower case,
// number words to ten, articles, contractions. The result may be empty ("the"). A period stays next to a digit on
// either side. Source: open-compass/VLMEvalKit, vlmeval/dataset/utils/vqa_eval.py and vlmeval/smp/misc.py.
func NormalizeVQA(answer string) string {
	return words(punctuation(oneLine(answer), rulesVLMEvalKit), rulesVLMEvalKit)
}

// NormalizeVQAOfficial is the same with the period rule of GT-Vision-Lab/VQA: only a digit after the period keeps it,
// because the look-behind in the original is mistyped and always true.
func NormalizeVQAOfficial(answer string) string {
	return words(punctuation(oneLine(answer), rulesOfficial), rulesOfficial)
}

// VQARulesOfficial is NormalizeVQAOfficial without the white-space step before the punctuation.
func VQARulesOfficial(answer string) string {
	return words(punctuation(answer, rulesOfficial), rulesOfficial)
}

// NormalizeVQALMMS is lmms-eval's copy for VQAv2, without the pass NormalizeM4C puts in front.
func NormalizeVQALMMS(answer string) string {
	return words(punctuation(oneLine(answer), rulesEvalAI), rulesEvalAI)
}

// NormalizeM4C is the EvalAI processor used for TextVQA by M4C, TRI-ML and lmms-eval: lower case, commas and question
// marks deleted and "'s" split off before the official rules, so no comma is left to mark thousands.
func NormalizeM4C(answer string) string {
	s := pytext.Lower(answer)
	s = m4cTokens.Replace(s)
	return NormalizeVQALMMS(pytext.Strip(s))
}

// The deletions come first in the original; doing them in the same pass would miss "',s".
var m4cTokens = chain{strings.NewReplacer(",", "", "?", ""), strings.NewReplacer("'s", " 's")}

type chain []*strings.Replacer

func (c chain) Replace(s string) string {
	for _, r := range c {
		s = r.Replace(s)
	}
	return s
}

// NormalizeVizWiz is TRI-ML's VizWiz copy: the official rules with backticks in the contractions ("don`t").
func NormalizeVizWiz(answer string) string {
	return words(punctuation(oneLine(answer), rulesVizWiz), rulesVizWiz)
}

// NormalizeVQAMolmo is allenai/molmo's copy: lower-cased before the official rules.
func NormalizeVQAMolmo(answer string) string {
	s := pytext.Strip(pytext.Lower(newlines.Replace(answer)))
	return words(punctuation(s, rulesOfficial), rulesOfficial)
}

// punctuationVQA is the punctuation and period step alone, which is all TRI-ML applies to VQAv2 gold answers.
func punctuationVQA(answer string) string { return punctuation(answer, rulesOfficial) }

var newlines = strings.NewReplacer("\n", " ", "\t", " ")

func oneLine(s string) string { return pytext.Strip(newlines.Replace(s)) }

const vqaMarks = ";/[]\"{}()=+\\_-><@`,?!"

// punctuation deletes each mark, or replaces it by a space if no copy of it in the text touches a space and the text
// has no digit-comma-digit anywhere.
func punctuation(s string, rules vqaRules) string {
	if !strings.ContainsAny(s, vqaMarks+".") {
		return s
	}
	var spaced [utf8.RuneSelf]bool
	for i := 1; i < len(s); i++ {
		if a, b := s[i-1], s[i]; a == ' ' && b < utf8.RuneSelf {
			spaced[b] = true
		} else if b == ' ' && a < utf8.RuneSelf {
			spaced[a] = true
		}
	}
	thousands := hasThousands(s, rules.commaRuns)
	var b strings.Builder
	b.Grow(len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case strings.IndexByte(vqaMarks, c) < 0:
			b.WriteByte(c)
		case !thousands && !spaced[c]:
			b.WriteByte(' ')
		}
	}
	return periods(b.String(), rules.keepPeriodAfterDigit)
}

// hasThousands looks for digit, comma, digit; with runs, for digit, commas, digit.
func hasThousands(s string, runs bool) bool {
	for i := strings.IndexByte(s, ','); i >= 0 && i < len(s); {
		end := i + 1
		for runs && end < len(s) && s[end] == ',' {
			end++
		}
		if digitBefore(s, i) && digitAfter(s, end) {
			return true
		}
		next := strings.IndexByte(s[end:], ',')
		if next < 0 {
			return false
		}
		i = end + next
	}
	return false
}

func digitBefore(s string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return unicode.Is(unicode.Nd, r)
}

func digitAfter(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.Is(unicode.Nd, r)
}

// maxPeriods: every copy passes re.UNICODE, which is 32, where re.sub takes the largest number of replacements.
const maxPeriods = 32

func periods(s string, keepAfterDigit bool) string {
	if !strings.Contains(s, ".") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	removed := 0
	for i := range len(s) {
		if s[i] == '.' && removed < maxPeriods && !digitAfter(s, i+1) && (!keepAfterDigit || !digitBefore(s, i)) {
			removed++
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

var numberWords = map[string]string{
	"none": "0", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
	"six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}

func words(s string, rules vqaRules) string {
	fields := pytext.Fields(pytext.Lower(s))
	out := fields[:0]
	for _, w := range fields {
		if n, ok := numberWords[w]; ok {
			w = n
		}
		if w == "a" || w == "an" || w == "the" {
			continue
		}
		if c, ok := rules.contractions[w]; ok {
			w = c
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}
