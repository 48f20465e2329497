package metric

import (
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// OCRMath is OCRBench's category of formulas, in which case counts and spaces do not.
const OCRMath = "Handwritten Mathematical Expression Recognition"

// OCRRecognition are the categories whose scores OCRBench adds up to Text Recognition.
var OCRRecognition = []string{
	"Regular Text Recognition", "Irregular Text Recognition", "Artistic Text Recognition", "Handwriting Recognition",
	"Digit String Recognition", "Non-Semantic Text Recognition",
}

// OCROther are the remaining categories.
var OCROther = []string{"Scene Text-centric VQA", "Doc-oriented VQA", "Key Information Extraction", OCRMath}

// OCRBench is 1 if one of the golds is part of the answer, both lower-cased, stripped and on one line.
// Source: open-compass/VLMEvalKit, dataset/utils/ocrbench.py.
func OCRBench(answer string, golds []string, category string) float64 {
	form := ocrText
	if category == OCRMath {
		form = ocrFormula
	}
	for _, g := range golds {
		if strings.Contains(form(answer), form(g)) {
			return 1
		}
	}
	return 0
}

// OCRBenchLMMS is lmms-eval's, which also folds full-width ASCII, except in formulas (dataset HME100k).
// Source: lmms-eval, tasks/ocrbench/utils.py.
func OCRBenchLMMS(answer string, golds []string, dataset string) float64 {
	answer = pytext.Strip(answer)
	form := func(s string) string { return ocrText(foldFullWidth(s)) }
	if dataset == "HME100k" {
		form = ocrFormula
	}
	for _, g := range golds {
		if strings.Contains(form(answer), form(g)) {
			return 1
		}
	}
	return 0
}

func ocrText(s string) string { return strings.ReplaceAll(pytext.Strip(pytext.Lower(s)), "\n", " ") }

var noSpaceNorNewline = strings.NewReplacer("\n", "", " ", "")

func ocrFormula(s string) string { return noSpaceNorNewline.Replace(pytext.Strip(s)) }

func foldFullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		}
		return r
	}, s)
}
