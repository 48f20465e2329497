package catalog

import (
	"fmt"
	"strconv"

	"github.com/vlmspec/vlmspec/runner/metric"
)

type choiceInput struct {
	Answer  text    `json:"answer"`
	Choices choices `json:"choices"`
}

type responseInput struct {
	Response text    `json:"response"`
	Choices  choices `json:"choices"`
}

// randomChoice stands where the original picks at random.
const randomChoice = "RANDOM"

func orRandom(letter string, ok bool) any {
	if !ok {
		return randomChoice
	}
	return letter
}

var choice = []Metric{
	{"mcq.can_infer", Core, "open-compass/VLMEvalKit, vlmeval/utils/matching_util.py can_infer", "letter by option letter, else by option text; false if none", on(func(in choiceInput) (any, error) {
		return orFalse(metric.Choice(string(in.Answer), in.Choices.options())), nil
	})},
	{"mcq.can_infer_option", Core, "open-compass/VLMEvalKit, vlmeval/utils/matching_util.py can_infer_option", "letter by option letter; Z for a refusal; false if none", on(func(in choiceInput) (any, error) {
		return orFalse(metric.ChoiceByLetter(string(in.Answer), in.Choices.options())), nil
	})},
	{"mcq.can_infer_text", Core, "open-compass/VLMEvalKit, vlmeval/utils/matching_util.py can_infer_text", "letter of the only option text in the answer; false if none", on(func(in choiceInput) (any, error) {
		return orFalse(metric.ChoiceByText(string(in.Answer), in.Choices.options())), nil
	})},
	{"mcq.can_infer_sequence", Variant, "open-compass/VLMEvalKit, vlmeval/utils/matching_util.py can_infer_sequence", "order of the letters A to D; false if none", on(func(in struct {
		Answer text `json:"answer"`
	},
	) (any, error) {
		return orFalse(metric.ChoiceSequence(string(in.Answer))), nil
	})},
	{"mcq.circular_exact_matching", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/multiple_choice.py mcq_circular_eval model=None", "questions right in every rotation", on(circular)},
	{"mcq.easi_can_match_option", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/spatial_bench/matching_func.py can_match_option", "letter from an <answer> block, the last lines or a phrase; false if none", on(func(in struct {
		Answer  text    `json:"answer"`
		Choices letters `json:"choices"`
	},
	) (any, error) {
		return orFalse(metric.ChoiceEASI(string(in.Answer), in.Choices)), nil
	})},
	{"mcq.eval_vanilla_exact_matching", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/multiple_choice.py eval_vanilla model=None", "1 if the letter read is the gold one", on(func(in struct {
		choiceInput
		Prediction text `json:"prediction"`
	},
	) (any, error) {
		return map[string]float64{"hit": metric.ChoiceHit(string(in.Prediction), string(in.Answer), in.Choices.options())}, nil
	})},
	{"mcq.extract_characters_regex", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/multiple_choice.py extract_characters_regex", "first capital A to E behind known prefixes", on(func(in struct {
		Text    text   `json:"text"`
		Choices []text `json:"choices,omitempty"`
	},
	) (any, error) {
		if in.Choices == nil {
			return metric.ChoiceRegex(string(in.Text), nil), nil
		}
		return metric.ChoiceRegex(string(in.Text), plain(in.Choices)), nil
	})},
	{"mcq.lmms_extract_mcq_answer", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/_task_utils/mcq_extract.py extract_mcq_answer", "letter in the form of highest priority, the later of equals", on(func(in struct {
		Response text    `json:"response"`
		Choices  letters `json:"choices"`
	},
	) (any, error) {
		return metric.ChoiceLMMS(string(in.Response), in.Choices), nil
	})},
	{"mcq.mmmu_lmms_eval", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/_task_utils/mmmu_mcq_utils.py parse_mmmu_multi_choice_response", "letter by (X), X followed by a space, X., or option text", on(func(in responseInput) (any, error) {
		return orRandom(metric.ChoiceMMMULMMS(string(in.Response), in.Choices.options())), nil
	})},
	{"mcq.mmmu_official", Core, "MMMU-Benchmark/MMMU, mmmu/utils/eval_utils.py parse_multi_choice_response", "letter by (X), X between spaces, or option text", on(func(in responseInput) (any, error) {
		return orRandom(metric.ChoiceMMMU(string(in.Response), in.Choices.options())), nil
	})},
	{"mcq.mmmu_pro_cot_postproc", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/image_mcq.py MMMUProDataset.cot_postproc", "what follows the last \"Answer:\" line's marker", on(textTo(metric.ChoiceMMMUProCoT))},
	{"mcq.mmvp_pairs", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/multiple_choice.py report_acc_MMVP", "mean hit, and share of pairs with both right", on(mmvp)},
	{"mcq.molmo_select_option", Variant, "allenai/molmo, olmo/eval/vqa.py select_mc_option", "index of the equal, containing or nearest option", on(func(in struct {
		Prediction text   `json:"prediction"`
		Options    []text `json:"options"`
	},
	) (any, error) {
		return metric.ChoiceMolmo(string(in.Prediction), plain(in.Options))
	})},
	{"mcq.report_acc", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/multiple_choice.py report_acc", "mean hit per split, l2-category and category", on(report)},
	{"mmstar.lmms_aggregate", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/mmstar/utils.py mmstar_aggregate_results", "mean of the l2-categories' mean scores", on(func(in struct {
		Rows []struct {
			Score      truth `json:"score"`
			L2Category text  `json:"l2_category"`
		} `json:"rows"`
	},
	) (any, error) {
		var scores []float64
		var groups []string
		for _, r := range in.Rows {
			scores, groups = append(scores, float64(r.Score)), append(groups, string(r.L2Category))
		}
		return number(metric.MacroMean(scores, groups))
	})},
}

func circular(in struct {
	Rows []struct {
		Index      int     `json:"index"`
		Prediction text    `json:"prediction"`
		Answer     text    `json:"answer"`
		Choices    choices `json:"choices"`
	} `json:"rows"`
},
) (any, error) {
	var rows []metric.CircularRow
	for _, r := range in.Rows {
		rows = append(rows, metric.CircularRow{
			Index: r.Index, Prediction: string(r.Prediction), Gold: string(r.Answer), Choices: r.Choices.options(),
		})
	}
	hits, accuracy, err := metric.Circular(rows)
	mean, err := number(accuracy, err)
	if err != nil {
		return nil, err
	}
	byIndex := map[string]float64{}
	for index, hit := range hits {
		byIndex[strconv.Itoa(index)] = hit
	}
	return map[string]any{"hits": byIndex, "accuracy": mean}, nil
}

func mmvp(in struct {
	Rows []struct {
		Question text  `json:"question"`
		Hit      truth `json:"hit"`
	} `json:"rows"`
},
) (any, error) {
	var hits []float64
	for i, r := range in.Rows {
		if i%2 == 1 && r.Question != in.Rows[i-1].Question {
			return nil, fmt.Errorf("rows %d and %d are no pair: %q and %q", i-1, i, in.Rows[i-1].Question, r.Question)
		}
		hits = append(hits, float64(r.Hit))
	}
	average, both, err := metric.PairAccuracy(hits)
	if err != nil {
		return nil, err
	}
	return map[string]float64{"Average": average, "Overall": both}, nil
}

func report(in struct {
	Rows []struct {
		Hit        truth `json:"hit"`
		Split      *text `json:"split"`
		Category   *text `json:"category"`
		L2Category *text `json:"l2-category"`
	} `json:"rows"`
},
) (any, error) {
	var rows []metric.HitRow
	for _, r := range in.Rows {
		rows = append(rows, metric.HitRow{
			Hit: float64(r.Hit), Split: cell(r.Split), Category: cell(r.Category), L2Category: cell(r.L2Category),
		})
	}
	out := map[string]map[string]any{}
	for split, table := range metric.AccuracyReport(rows) {
		out[split] = map[string]any{}
		for name, v := range table {
			out[split][name] = any("NaN") // as the original's table prints an empty cell
			if v != nil {
				out[split][name] = *v
			}
		}
	}
	return out, nil
}

func cell(t *text) string {
	if t == nil {
		return ""
	}
	return string(*t)
}
