package catalog

import (
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

type mathVistaInput struct {
	QuestionType string   `json:"question_type"`
	AnswerType   string   `json:"answer_type"`
	Choices      []text   `json:"choices"`
	Precision    *float64 `json:"precision"`
}

func (in mathVistaInput) question() metric.MathVistaQuestion {
	return metric.MathVistaQuestion{
		QuestionType: in.QuestionType, AnswerType: in.AnswerType, Choices: plain(in.Choices), Precision: in.Precision,
	}
}

// askedModel stands where the original asks a language model.
const askedModel = "LLM"

var mathvista = []Metric{
	{"mathvista.extract_answer_quick", Core, "lupantech/MathVista, evaluation/extract_answer.py extract_answer quick_extract=True, stub LLM returns \"LLM\"", "answer of a reply, LLM where a model would be asked", on(func(in struct {
		mathVistaInput
		Response text `json:"response"`
	},
	) (any, error) {
		if s, ok := metric.MathVistaExtract(string(in.Response), in.question()); ok {
			return s, nil
		}
		return askedModel, nil
	})},
	{"mathvista.normalize_extracted_answer", Core, "lupantech/MathVista, evaluation/calculate_score.py normalize_extracted_answer", "extraction in the form of the gold answer, null if it has none", on(func(in struct {
		mathVistaInput
		Extraction  text `json:"extraction"`
		IgnoreEmpty bool `json:"ignore_empty_extractions,omitempty"`
	},
	) (any, error) {
		if in.IgnoreEmpty && in.QuestionType == "multi_choice" && pytext.Strip(string(in.Extraction)) == "" {
			return nil, nil
		}
		s, ok, err := metric.MathVistaNormalize(string(in.Extraction), in.question())
		if err != nil || !ok {
			return nil, err
		}
		return s, nil
	})},
	{"mathvista.safe_equal", Core, "lupantech/MathVista, evaluation/calculate_score.py safe_equal", "equality of two values", on(func(in struct {
		Prediction any `json:"prediction"`
		Answer     any `json:"answer"`
	},
	) (any, error) {
		return reflect.DeepEqual(pythonEqual(in.Prediction), pythonEqual(in.Answer)), nil
	})},
	{"mathvista.vlmevalkit_post_check", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/mathvista.py post_check", "answer read without a model, and whether the result is right", on(postCheck)},
}

// pythonEqual makes True equal to 1, as Python does.
func pythonEqual(v any) any {
	if b, ok := v.(bool); ok {
		return truthOf(b)
	}
	return v
}

type postCheckLine struct {
	QuestionType string          `json:"question_type"`
	AnswerType   string          `json:"answer_type"`
	Answer       text            `json:"answer"`
	AnswerOption text            `json:"answer_option"`
	Choices      textList        `json:"choices"`
	Prediction   json.RawMessage `json:"prediction"`
	Result       json.RawMessage `json:"res"`
}

func postCheck(in struct {
	Line postCheckLine `json:"line"`
},
) (any, error) {
	prefetch, _, err := in.Line.check(in.Line.Prediction)
	if err != nil {
		return nil, err
	}
	_, final, err := in.Line.check(in.Line.Result)
	return map[string]any{"prefetch": prefetch, "final": final}, err
}

// check returns what the original hands on (false for nothing) and whether it is right. Answers that are neither
// choices nor numbers are compared as the text "None", so they never match.
func (l postCheckLine) check(reply json.RawMessage) (read any, right bool, err error) {
	reply = orNull(reply)
	s, err := scalarText(reply)
	if err != nil {
		return nil, false, err
	}
	if l.QuestionType == "multi_choice" {
		options := metric.Choices{}
		for i, c := range l.Choices {
			options[string(rune('A'+i))] = c
		}
		letter, ok := metric.Choice(s, options)
		return orFalse(letter, ok), ok && letter == string(l.AnswerOption), nil
	}
	switch l.AnswerType {
	case "integer":
		value, ok := integer(s, reply)
		want, okWant := pytext.Int(string(l.Answer))
		if ok && okWant && value.Cmp(want) == 0 {
			return value, true, nil
		}
	case "float":
		value, ok := pytext.Float(s)
		want, okWant := pytext.Float(string(l.Answer))
		if ok && okWant && value == want {
			return value, true, nil
		}
	default:
		if string(l.Answer) == "None" {
			return "None", true, nil
		}
	}
	return false, false, nil
}

func orNull(b json.RawMessage) json.RawMessage {
	if b == nil {
		return json.RawMessage("null")
	}
	return b
}

// integer is int(v): of a text its digits, of a number its whole part.
func integer(s string, raw json.RawMessage) (*big.Int, bool) {
	if strings.HasPrefix(string(raw), `"`) {
		return pytext.Int(s)
	}
	x, ok := pytext.Float(s)
	if !ok || math.IsInf(x, 0) {
		return nil, false
	}
	n, _ := big.NewFloat(x).Int(nil)
	return n, true
}
