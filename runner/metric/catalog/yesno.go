package catalog

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vlmspec/vlmspec/runner/metric"
)

var yesno = []Metric{
	{"yesno.vlmevalkit_extract", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/yorn.py YOrN_Extraction", "Yes, No or Unknown", on(textTo(metric.YesNo))},
	{"yesno.lmms_mme_parse", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/mme/utils.py parse_pred_ans", "yes, no or other", on(textTo(metric.YesNoLMMSMME))},
	{"yesno.lmms_robospatial", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/robo_spatial/utils.py evaluate_binary_answer", "gold word in the last line and not the other one", on(func(in pairInput) (any, error) {
		return metric.YesNoRoboSpatial(string(in.Prediction), string(in.Answer)), nil
	})},
	{"yesno.amber", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/yorn.py AMBER_rating", "mean score per group and of the groups, percent", on(amber)},
	{"yesno.hallusion", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/yorn.py Hallusion_rating", "questions, figures and question groups right, percent", on(hallusion)},
	{"yesno.mme", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/yorn.py MME_rating", "acc + acc_plus per category, perception and reasoning", on(mme)},
	{"yesno.lmms_mme", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/mme/utils.py mme_aggregate_results", "acc + acc_plus summed over categories", on(mmeLMMS)},
	{"yesno.pope", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/yorn.py POPE_rating", "F1, accuracy, precision and recall per category, percent", on(pope)},
	{"yesno.vsr", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/yorn.py VSR_rating", "precision, recall and accuracy in percent, F1 as a fraction", on(vsr)},
	{"yesno.llava_eval_pope", Variant, "haotian-liu/LLaVA, llava/eval/eval_pope.py eval_pope", "counts and scores of replies read by their first sentence", on(popeLLaVA)},
	{"yesno.lmms_pope", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/pope/utils.py pope_process_results + pope_aggregate_*", "scores of replies that must be the gold word; yes ratio of the golds", on(popeLMMS)},
	{"yesno.triml_pope", Variant, "TRI-ML/vlm-evaluation, vlm_eval/tasks/harnesses/pope.py PopeScorer.score", "accuracy, ROC AUC and average precision per split from probabilities", on(popeTriML)},
	{"yesno.triml_vsr", Variant, "TRI-ML/vlm-evaluation, vlm_eval/tasks/harnesses/vsr.py VSRScorer.score", "accuracy, ROC AUC and average precision from probabilities", on(vsrTriML)},
}

func amber(in struct {
	Rows []struct {
		Category string `json:"category"`
		Score    truth  `json:"score"`
	} `json:"rows"`
},
) (any, error) {
	var categories []string
	var scores []float64
	for _, r := range in.Rows {
		categories, scores = append(categories, r.Category), append(scores, float64(r.Score))
	}
	return metric.AMBER(categories, scores)
}

func hallusion(in struct {
	Rows []struct {
		Index      text  `json:"index"`
		Score      truth `json:"score"`
		Category   *text `json:"category"`
		L2Category *text `json:"l2-category"`
	} `json:"rows"`
},
) (any, error) {
	var rows []metric.HallusionRow
	for _, r := range in.Rows {
		rows = append(rows, metric.HallusionRow{
			Index: string(r.Index), Category: cell(r.Category), L2Category: cell(r.L2Category), Right: r.Score != 0,
		})
	}
	scores, err := metric.HallusionBench(rows)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for name, s := range scores {
		out[name] = map[string]float64{"aAcc": s.A, "fAcc": s.F, "qAcc": s.Q}
	}
	return out, nil
}

func mme(in struct {
	Rows []struct {
		Category string `json:"category"`
		Image    text   `json:"image_path"`
		Score    truth  `json:"score"`
	} `json:"rows"`
},
) (any, error) {
	var rows []metric.PairRow
	for _, r := range in.Rows {
		rows = append(rows, metric.PairRow{Category: r.Category, Image: string(r.Image), Score: float64(r.Score)})
	}
	return metric.MME(rows)
}

func mmeLMMS(in struct {
	Rows []struct {
		pairInput
		Category string `json:"category"`
		Question text   `json:"question_id"`
	} `json:"rows"`
},
) (any, error) {
	var rows []metric.PairRow
	for i, r := range in.Rows {
		gold := metric.CleanLMMSMME(string(r.Answer))
		if gold != "yes" && gold != "no" {
			return nil, fmt.Errorf("row %d: gold %q is neither yes nor no", i, r.Answer)
		}
		rows = append(rows, metric.PairRow{
			Category: r.Category, Image: string(r.Question), Score: truthOf(metric.YesNoLMMSMME(string(r.Prediction)) == gold),
		})
	}
	return number(metric.MMELMMS(rows))
}

type yesNoRows struct {
	Rows []struct {
		Answer    text  `json:"answer"`
		Extracted text  `json:"extracted"`
		Category  *text `json:"category"`
	} `json:"rows"`
}

func (in yesNoRows) rows() []metric.POPERow {
	var out []metric.POPERow
	for _, r := range in.Rows {
		out = append(out, metric.POPERow{Gold: string(r.Answer), Answer: string(r.Extracted), Category: cell(r.Category)})
	}
	return out
}

func pope(in yesNoRows) (any, error) {
	scores, err := metric.POPEVLMEvalKit(in.rows())
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for name, s := range scores {
		out[name] = map[string]float64{"Overall": s.F1, "acc": s.Accuracy, "precision": s.Precision, "recall": s.Recall}
	}
	return out, nil
}

func vsr(in yesNoRows) (any, error) {
	s, err := metric.VSRVLMEvalKit(in.rows())
	if err != nil {
		return nil, err
	}
	return map[string]float64{"precision": s.Precision, "recall": s.Recall, "acc": s.Accuracy, "f1_score": s.F1}, nil
}

func popeLLaVA(in struct {
	Texts  []text `json:"texts"`
	Labels []text `json:"labels"`
},
) (any, error) {
	c, err := metric.POPELLaVA(plain(in.Texts), plain(in.Labels))
	if err != nil {
		return nil, err
	}
	return map[string]float64{
		"TP": float64(c.TP), "FP": float64(c.FP), "TN": float64(c.TN), "FN": float64(c.FN), "accuracy": c.Accuracy(),
		"precision": c.Precision(), "recall": c.Recall(), "f1": c.F1(), "yes_ratio": c.YesRatio(),
	}, nil
}

func popeLMMS(in pairsInput) (any, error) {
	var replies, golds []string
	for _, p := range in.Pairs {
		replies, golds = append(replies, string(p.Prediction)), append(golds, string(p.Answer))
	}
	s, err := metric.POPELMMS(replies, golds)
	if err != nil {
		return nil, err
	}
	return map[string]float64{
		"accuracy": s.Accuracy, "precision": s.Precision, "recall": s.Recall, "f1": s.F1, "yes_ratio": s.YesRatio,
	}, nil
}

// binary collects yes probabilities against gold labels.
type binary struct {
	positive []bool
	scores   []float64
	right    float64
}

func (b *binary) add(gold bool, probabilities []float64) {
	b.positive = append(b.positive, gold)
	b.scores = append(b.scores, probabilities[0])
	b.right += truthOf((metric.ArgMax(probabilities) == 0) == gold)
}

func (b *binary) accuracy() float64 { return b.right / float64(len(b.positive)) }

// areas writes ROC AUC and average precision under the prefix.
func (b *binary) areas(out map[string]any, roc, pr string) error {
	v, err := number(metric.ROCAUC(b.positive, b.scores))
	out[roc], out[pr] = v, metric.AveragePrecision(b.positive, b.scores)
	return err
}

func popeTriML(in struct {
	Examples map[string]struct {
		Question      text      `json:"question_id"`
		Probabilities []float64 `json:"yes_no_probabilities"`
		Gold          string    `json:"ground_truth_answer"`
	} `json:"examples"`
	Annotations map[string]struct {
		Split string `json:"split"`
	} `json:"annotations"`
},
) (any, error) {
	var all binary
	splits := map[string]*binary{}
	for _, id := range slices.Sorted(maps.Keys(in.Examples)) {
		e := in.Examples[id]
		a, ok := in.Annotations[string(e.Question)]
		if !ok || len(e.Probabilities) == 0 || e.Gold != "yes" && e.Gold != "no" {
			return nil, fmt.Errorf("example %s has no annotation, probabilities or yes/no answer", id)
		}
		if splits[a.Split] == nil {
			splits[a.Split] = &binary{}
		}
		splits[a.Split].add(e.Gold == "yes", e.Probabilities)
		all.add(e.Gold == "yes", e.Probabilities)
	}
	out := map[string]any{}
	var accuracies []float64
	for _, split := range slices.Sorted(maps.Keys(splits)) {
		b := splits[split]
		accuracies = append(accuracies, b.accuracy())
		out["POPE-"+split+"-Accuracy"] = b.accuracy()
		if err := b.areas(out, "POPE-"+split+"-AUCROC", "POPE-"+split+"-AUCPR"); err != nil {
			return nil, err
		}
	}
	final, err := metric.Mean(accuracies)
	if err != nil {
		return nil, err
	}
	out["POPE-final-Accuracy"] = final
	return out, all.areas(out, "POPE-final-AUCROC", "POPE-final-AUCPR")
}

func vsrTriML(in struct {
	Examples map[string]struct {
		Probabilities []float64 `json:"true_false_probabilities"`
		Gold          truth     `json:"ground_truth_answer"`
	} `json:"examples"`
},
) (any, error) {
	var b binary
	for _, id := range slices.Sorted(maps.Keys(in.Examples)) {
		e := in.Examples[id]
		if len(e.Probabilities) == 0 {
			return nil, fmt.Errorf("example %s has no probabilities", id)
		}
		b.add(e.Gold != 0, e.Probabilities)
	}
	if len(b.positive) == 0 {
		return nil, fmt.Errorf("no examples: %w", metric.ErrUndefined)
	}
	out := map[string]any{"accuracy__VSR-ExactMatch": b.accuracy()}
	if err := b.areas(out, "accuracy__VSR-AUCROC", "accuracy__VSR-AUCPR"); err != nil {
		return nil, err
	}
	return out, b.areas(out, "auc-roc", "auc-pr")
}
