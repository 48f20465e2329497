package metric

import (
	"regexp"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

var (
	cineLetterRE = regexp.MustCompile(`(?i)^[A-E]$`)
	cineAnswerRE = regexp.MustCompile(`(?i)Answer:[` + pytext.Space + `]*([A-E])\)?\.?[` + pytext.Space + `]*(.*)`)
)

// CinePileAnswer reads a lone letter A to E, or "Answer: B) text"; otherwise letter is "" and text the whole reply.
// Source: lmms-eval, tasks/cinepile/utils.py.
func CinePileAnswer(reply string) (letter, text string) {
	s := pytext.Strip(strings.ReplaceAll(reply, "*", ""))
	if cineLetterRE.MatchString(s) {
		return strings.ToUpper(s), ""
	}
	if m := cineAnswerRE.FindStringSubmatch(s); m != nil {
		return strings.ToUpper(m[1]), pytext.Strip(m[2])
	}
	return "", s
}

// CinePile is 1 if the letters are equal and the texts, if both are there, are too, ignoring case; without a letter on
// one side the texts decide.
func CinePile(reply, goldLetter, goldText string) float64 {
	letter, text := CinePileAnswer(reply)
	sameText := pytext.Lower(text) == pytext.Lower(goldText)
	if goldLetter == "" || letter == "" {
		return one(sameText)
	}
	return one(letter == goldLetter && (sameText || text == "" || goldText == ""))
}
