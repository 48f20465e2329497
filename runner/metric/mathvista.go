package metric

import (
	"errors"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// MathVistaQuestion is what the dataset says about the answer.
type MathVistaQuestion struct {
	QuestionType string // "multi_choice" or "free_form"
	AnswerType   string // "text", "integer", "float", "list"
	Choices      []string
	Precision    *float64 // decimals of a float answer
}

var (
	theAnswerIsRE = regexp.MustCompile(`The answer is "(.*)"\.`)
	bracketRE     = regexp.MustCompile(`\(([a-zA-Z])\)`)
)

// MathVistaExtract is the extraction without a language model; ok is false where the original would ask one.
// Source: lupantech/MathVista, evaluation/extract_answer.py.
func MathVistaExtract(reply string, q MathVistaQuestion) (text string, ok bool) {
	switch {
	case reply == "":
		return "", true
	case q.QuestionType == "multi_choice" && slices.Contains(q.Choices, reply):
		return reply, true
	}
	if q.AnswerType == "integer" {
		if n, ok := pytext.Int(reply); ok {
			return n.String(), true
		}
	}
	if q.AnswerType == "float" {
		if x, ok := pytext.Float(reply); ok {
			return pytext.FormatFloat(x), true
		}
	}
	if m := theAnswerIsRE.FindStringSubmatch(reply); m != nil {
		return m[1], true
	}
	return "", false
}

var errMathVistaType = errors.New("MathVista: no rule for this answer type")

// MathVistaNormalize makes an extraction comparable with the gold text; ok is false where the original gives None. A
// multiple-choice extraction always becomes an option: by letter, else the nearest in edit distance.
// Source: evaluation/calculate_score.py.
func MathVistaNormalize(extraction string, q MathVistaQuestion) (text string, ok bool, err error) {
	if q.QuestionType == "multi_choice" {
		text, err = mathVistaOption(pytext.Strip(extraction), q.Choices)
		return text, err == nil, err
	}
	switch q.AnswerType {
	case "integer":
		x, ok := pytext.Float(extraction)
		if !ok || math.IsNaN(x) || math.IsInf(x, 0) {
			return "", false, nil
		}
		n, _ := big.NewFloat(x).Int(nil)
		return n.String(), true, nil
	case "float":
		x, ok := pytext.Float(extraction)
		if !ok || q.Precision == nil {
			return "", false, nil
		}
		return pytext.FormatFloat(pytext.Round(x, int(*q.Precision))), true, nil
	case "list":
		return extraction, true, nil
	}
	return "", false, errMathVistaType
}

func mathVistaOption(extraction string, choices []string) (string, error) {
	if len(choices) == 0 {
		return "", errors.New("MathVista: multiple choice without choices")
	}
	if m := bracketRE.FindStringSubmatch(extraction); m != nil {
		extraction = strings.ToUpper(m[1])
	}
	if len(extraction) == 1 && extraction[0] >= 'A' && int(extraction[0]-'A') < len(choices) {
		return choices[extraction[0]-'A'], nil
	}
	return choices[nearest(extraction, choices)], nil
}
