package catalog

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

type openInput struct {
	Response text      `json:"response"`
	Answer   oneOrMany `json:"answer"`
}

var mmmu = []Metric{
	{"mmmu_open.eval", Core, "MMMU-Benchmark/MMMU, mmmu/utils/eval_utils.py eval_open on parse_open_response", "whether a reply to an open question meets a gold answer", on(func(in openInput) (any, error) {
		return metric.MMMUCorrect(string(in.Response), in.Answer), nil
	})},
	{"mmmu_open.extract_numbers", Core, "MMMU-Benchmark/MMMU, mmmu/utils/eval_utils.py extract_numbers", "numbers of a text by form", on(func(in struct {
		Text text `json:"text"`
	},
	) (any, error) {
		return append([]string{}, metric.MMMUNumbers(string(in.Text))...), nil
	})},
	{"mmmu_open.lmms_head_flattened", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/mmmu/utils.py mmmu_process_results + evaluate_mmmu", "first candidate judged letter by letter: a known bug", on(func(in openInput) (any, error) {
		parsed, ok := metric.MMMUCorrectLMMSHead(string(in.Response), in.Answer)
		return map[string]any{"parsed_pred": []string{parsed}, "acc": truthOf(ok)}, nil
	})},
	{"mmmu_open.normalize_str", Core, "MMMU-Benchmark/MMMU, mmmu/utils/eval_utils.py normalize_str", "comparable forms of a text", on(func(in struct {
		Text text `json:"text"`
	},
	) (any, error) {
		return openAnswers(metric.MMMUNormalize(string(in.Text))), nil
	})},
	{"mmmu_open.parse", Core, "MMMU-Benchmark/MMMU, mmmu/utils/eval_utils.py parse_open_response", "candidates of a reply, numbers first", on(func(in struct {
		Response text `json:"response"`
	},
	) (any, error) {
		all := metric.MMMUParse(string(in.Response))
		metric.SortOpenAnswers(all)
		return openAnswers(all), nil
	})},
	{"mmmu_open.vlmevalkit_hit", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/multiple_choice.py mcq_vanilla_eval MMMU, model=None", "hits with open answers as a hidden option A", on(hiddenHits)},
	{"mmmu_open.vlmevalkit_preproc", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/multiple_choice.py MMMU_preproc", "options with open answers as a hidden option A", on(func(in struct {
		Rows []optionRow `json:"rows"`
	},
	) (any, error) {
		out := []map[string]any{}
		for _, r := range in.Rows {
			r = r.hidden()
			out = append(out, map[string]any{"A": r["A"], "B": r["B"]})
		}
		return out, nil
	})},
}

func openAnswers(all []metric.OpenAnswer) []any {
	out := []any{}
	for _, a := range all {
		switch {
		case !a.IsNumber:
			out = append(out, a.Text)
		case math.IsNaN(a.Number) || math.IsInf(a.Number, 0):
			out = append(out, map[string]string{"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[pytext.FormatFloat(a.Number)])
		default:
			out = append(out, a.Number)
		}
	}
	return out
}

// optionRow is a row with its options in the columns A to Z.
type optionRow map[string]json.RawMessage

func (r optionRow) empty(column string) bool { return r[column] == nil || string(r[column]) == "null" }

// text of a column.
func (r optionRow) text(column string) string {
	s, _ := scalarText(r[column])
	return s
}

// hidden makes an open row a choice: option A is the gold answer.
func (r optionRow) hidden() optionRow {
	if !r.empty("A") {
		return r
	}
	out := optionRow{}
	maps.Copy(out, r)
	out["A"], out["B"] = r["answer"], json.RawMessage(`"Other Answers"`)
	return out
}

func (r optionRow) options() metric.Choices {
	out := metric.Choices{}
	for c := 'A'; c <= 'Z'; c++ {
		if !r.empty(string(c)) {
			out[string(c)] = r.text(string(c))
		}
	}
	return out
}

func hiddenHits(in struct {
	Rows []optionRow `json:"rows"`
},
) (any, error) {
	out := []float64{}
	for i, r := range in.Rows {
		if r.empty("answer") {
			return nil, fmt.Errorf("row %d has no answer", i)
		}
		gold := r.text("answer")
		if len(gold) != 1 || !strings.Contains("ABCDEFGHIJKLMNOPQRSTUVWXYZ", gold) {
			gold = "A"
		}
		out = append(out, metric.ChoiceHit(r.text("prediction"), gold, r.hidden().options()))
	}
	return out, nil
}
