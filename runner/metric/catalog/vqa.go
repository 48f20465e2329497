package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
	"github.com/vlmspec/vlmspec/runner/metric/reader"
)

type golds struct {
	Answers    []text   `json:"answers"`
	Prediction text     `json:"prediction"`
	Threshold  *float64 `json:"threshold"`
}

func (g golds) threshold() float64 {
	if g.Threshold == nil {
		return metric.ANLSThreshold
	}
	return *g.Threshold
}

// against makes an entry of a score of a prediction against gold answers.
func against(score func(prediction string, golds []string) (float64, error)) func(golds) (any, error) {
	return func(in golds) (any, error) { return number(score(string(in.Prediction), plain(in.Answers))) }
}

// twoDecimals is a fraction rounded as percent with two decimals, which is what the original stores.
func twoDecimals(score func(string, []string) (float64, error)) func(string, []string) (float64, error) {
	return func(p string, g []string) (float64, error) {
		v, err := score(p, g)
		return metric.Percent2(v) / 100, err
	}
}

func textTo(f func(string) string) func(struct {
	Text text `json:"text"`
}) (any, error) {
	return func(in struct {
		Text text `json:"text"`
	},
	) (any, error) {
		return f(string(in.Text)), nil
	}
}

var vqa = []Metric{
	{"anls.lmms_eval", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/api/metrics.py anls", "ANLS of one answer, 0 below the threshold", on(anls(metric.ANLS))},
	{"anls.vlmevalkit", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/vqa_eval.py process_line method=anls + hit_calculate(DocVQA_VAL)", "ANLS of one answer, 0 below the threshold", on(anls(metric.ANLS))},
	{"anls.smollm_m4", Variant, "huggingface/smollm, vision/m4/evaluation/custom_metrics/doc_vqa_metrics.py average_normalized_levenshtein_similarity", "ANLS of raw texts; the distance must be strictly below the threshold", on(anls(metric.ANLSSmolVLM))},
	{"anls.stvqa_m4c", Variant, "TRI-ML/vlm-evaluation, vlm_eval/util/evaluation/textvqa/m4c_evaluators.py STVQAANLSEvaluator.eval_pred_list", "ANLS of lower-cased, stripped texts", on(against(metric.ANLSSTVQA))},
	{"vqa_normalize.m4c_textvqa", Core, "TRI-ML/vlm-evaluation, vlm_eval/util/evaluation/textvqa/m4c_evaluators.py EvalAIAnswerProcessor.__call__", "EvalAI normaliser: commas and question marks go first", on(textTo(metric.NormalizeM4C))},
	{"vqa_normalize.vlmevalkit", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/vqa_eval.py process_answer", "VQA normaliser; a period next to a digit stays", on(textTo(metric.NormalizeVQA))},
	{"vqa_normalize.vqav2_official_rules", Variant, "TRI-ML/vlm-evaluation, vlm_eval/util/evaluation/vqav2/eval.py process_punctuation + process_digits_articles_contractions", "VQA punctuation, words and contractions; a period stays before a digit", on(textTo(metric.VQARulesOfficial))},
	{"vqa_normalize.whole_table", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/vqa_eval.py process_answer", "VQA normaliser on each of several texts", on(func(in struct {
		Texts []text `json:"texts"`
	},
	) (any, error) {
		out := []string{}
		for _, t := range in.Texts {
			out = append(out, metric.NormalizeVQA(string(t)))
		}
		return out, nil
	})},
	{"vqa_soft_accuracy.lmms_textvqa", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/textvqa/utils.py textvqa_process_results", "leave-one-out soft score, EvalAI normaliser", on(against(metric.VQASoftLMMSTextVQA))},
	{"vqa_soft_accuracy.lmms_vqav2", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/vqav2/utils.py vqav2_process_results", "leave-one-out soft score, both sides normalised", on(against(metric.VQASoftLMMSVQAv2))},
	{"vqa_soft_accuracy.m4c_textvqa", Core, "TRI-ML/vlm-evaluation, vlm_eval/util/evaluation/textvqa/m4c_evaluators.py TextVQAAccuracyEvaluator.eval_pred_list", "leave-one-out soft score over exactly 10 golds, EvalAI normaliser", on(against(metric.VQASoftM4C))},
	{"vqa_soft_accuracy.molmo_min_count", Variant, "allenai/molmo, olmo/eval/vqa.py vqa_score", "matches / 3, at most 1", on(against(func(p string, g []string) (float64, error) {
		return metric.VQASoftMolmo(p, g), nil
	}))},
	{"vqa_soft_accuracy.smollm_m4", Variant, "huggingface/smollm, vision/m4/evaluation/custom_metrics/open_ended_vqa_metrics.py OpenEndedVQAMetrics._compute_vqa_accuracy", "soft score of normalised texts; one gold is compared for equality", on(against(metric.VQASoftSmolVLM))},
	{"vqa_soft_accuracy.triml_vqav2", Variant, "TRI-ML/vlm-evaluation, vlm_eval/util/evaluation/vqav2/eval.py VQAEvaluator.evaluate", "soft score; golds get the punctuation step alone", on(against(metric.VQASoftTriVQAv2))},
	{"vqa_soft_accuracy.vizwiz", Variant, "TRI-ML/vlm-evaluation, vlm_eval/util/evaluation/vizwiz/eval.py VQAEval.evaluate", "soft score, backtick contractions, golds as they are; percent rounded to 2 decimals / 100", on(against(twoDecimals(metric.VQASoftVizWiz)))},
	{"vqa_soft_accuracy.vlmevalkit", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/vqa_eval.py process_line method=vqa_score + hit_calculate(TextVQA_VAL)", "leave-one-out soft score, both sides normalised", on(against(metric.VQASoftVLMEvalKit))},
	{"vqa_soft_accuracy.vqav2_official", Core, "GT-Vision-Lab/VQA, PythonEvaluationTools/vqaEvaluation/vqaEval.py VQAEval.evaluate", "soft score; normalised only if the golds differ; percent rounded to 2 decimals / 100", on(against(twoDecimals(metric.VQASoftOfficial)))},
}

func anls(score func(string, []string, float64) (float64, error)) func(golds) (any, error) {
	return func(in golds) (any, error) {
		return number(score(string(in.Prediction), plain(in.Answers), in.threshold()))
	}
}

type relaxedInput struct {
	Target     text     `json:"target"`
	Prediction text     `json:"prediction"`
	Max        *float64 `json:"max_relative_change"`
}

func relaxed(in relaxedInput) (any, error) {
	tolerance := metric.RelaxedTolerance
	if in.Max != nil {
		tolerance = *in.Max
	}
	return metric.RelaxedCorrect(string(in.Prediction), string(in.Target), tolerance), nil
}

var reading = []Metric{
	{"relaxed_accuracy.lmms_eval", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/chartqa/utils.py relaxed_correctness", "numbers within 5 percent, else equal text", on(relaxed)},
	{"relaxed_accuracy.vlmevalkit", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/vqa_eval.py relaxed_correctness", "numbers within 5 percent, else equal text", on(relaxed)},
	{"relaxed_accuracy.smollm_m4", Variant, "huggingface/smollm, vision/m4/evaluation/custom_metrics/open_ended_vqa_metrics.py OpenEndedVQAMetrics._compute_relaxed_vqa_accuracy", "strictly below 5 percent of the signed gold", on(func(in relaxedInput) (any, error) {
		return truthOf(metric.RelaxedSmolVLM(string(in.Prediction), string(in.Target))), nil
	})},
	{"relaxed_accuracy.vlmevalkit_line", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/vqa_eval.py process_line method=relaxed_accuracy + hit_calculate(ChartQA_TEST)", "relaxed accuracy of a stripped prediction against the best gold", on(func(in struct {
		Answer     textList `json:"answer"`
		Prediction text     `json:"prediction"`
	},
	) (any, error) {
		return number(metric.RelaxedBest(string(in.Prediction), in.Answer))
	})},
	{"ocrbench", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/ocrbench.py OCRBench_eval", "gold inside the answer, summed per category", on(ocrbench)},
	{"ocrbench.single", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/ocrbench.py OCRBench_eval", "1 if a gold is inside the answer", on(func(in struct {
		Prediction text   `json:"prediction"`
		Answers    []text `json:"answers"`
		Category   string `json:"category"`
	},
	) (any, error) {
		return metric.OCRBench(string(in.Prediction), plain(in.Answers), in.Category), nil
	})},
	{"ocrbench.lmms", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/ocrbench/utils.py ocrbench_process_results", "1 if a gold is inside the answer, full-width ASCII folded", on(func(in struct {
		Prediction text      `json:"prediction"`
		Answer     oneOrMany `json:"answer"`
		Dataset    string    `json:"dataset"`
	},
	) (any, error) {
		return metric.OCRBenchLMMS(string(in.Prediction), in.Answer, in.Dataset), nil
	})},
	{"cinepile", Core, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/cinepile/utils.py eval_response", "letter and text of an answer against the gold ones", on(func(in struct {
		Response     text    `json:"response"`
		AnswerLetter *string `json:"answer_letter"`
		AnswerText   text    `json:"answer_text"`
	},
	) (any, error) {
		gold := ""
		if in.AnswerLetter != nil {
			gold = *in.AnswerLetter
		}
		letter, answerText := metric.CinePileAnswer(string(in.Response))
		out := map[string]any{"correct": metric.CinePile(string(in.Response), gold, string(in.AnswerText)), "letter": nil, "text": answerText}
		if letter != "" {
			out["letter"] = letter
		}
		return out, nil
	})},
	{"text.lmms_remove_think", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/robo_spatial/utils.py remove_think", "text behind the thinking, or the <answer>", on(textTo(reader.RemoveThink))},
}

func truthOf(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}

func ocrbench(in struct {
	Rows []struct {
		Prediction text   `json:"prediction"`
		Answer     text   `json:"answer"`
		Category   string `json:"category"`
	} `json:"rows"`
},
) (any, error) {
	scores := map[string]float64{}
	for _, c := range slices.Concat(metric.OCRRecognition, metric.OCROther) {
		scores[c] = 0
	}
	for i, r := range in.Rows {
		golds, err := ocrGolds(string(r.Answer))
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
		if _, ok := scores[r.Category]; !ok {
			return nil, fmt.Errorf("row %d: unknown category %q", i, r.Category)
		}
		scores[r.Category] += metric.OCRBench(string(r.Prediction), golds, r.Category)
	}
	out, final, recognition := map[string]float64{}, 0.0, 0.0
	for _, c := range metric.OCRRecognition {
		recognition += scores[c]
	}
	for _, c := range metric.OCROther {
		out[c] = scores[c]
		final += scores[c]
	}
	out["Text Recognition"] = recognition
	out["Final Score"] = final + recognition
	out["Final Score Norm"] = (final + recognition) / 10
	return out, nil
}

// ocrGolds reads the text of a list; of a quoted text, the original tries every character.
func ocrGolds(cell string) ([]string, error) {
	v, err := pytext.Literal(cell)
	if err != nil {
		return nil, fmt.Errorf("gold %q: %w", cell, err)
	}
	switch v := v.(type) {
	case []any:
		return texts(v), nil
	case pytext.Tuple:
		return texts(v), nil
	case string:
		return strings.Split(v, ""), nil
	}
	return nil, fmt.Errorf("gold %q is not a list", cell)
}
