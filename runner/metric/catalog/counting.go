package catalog

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/vlmspec/vlmspec/runner/metric"
)

var counting = []Metric{
	{"counting.countbenchqa", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/image_vqa.py CountBenchQA.evaluate", "share of predictions with the gold inside, percent", on(func(in pairsInput) (any, error) {
		if len(in.Pairs) == 0 {
			return 0, nil
		}
		m, err := in.meanOf(metric.CountBenchQA)
		return number(100*m, err)
	})},
	{"counting.lmms_pixmo", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/pixmo_count/utils.py pixmo_count_process_results", "1 if the first digit runs are equal texts", on(func(in pairInput) (any, error) {
		return metric.CountPixMo(string(in.Prediction), string(in.Answer)), nil
	})},
	{"counting.tallyqa_extract", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/tallyqa.py extract_count_from_prediction", "first number 0 to 20 in digits or words, null if none", on(tallyQA)},
	{"counting.triml_tallyqa", Variant, "TRI-ML/vlm-evaluation, vlm_eval/tasks/harnesses/tallyqa.py TallyQAScorer.score", "accuracy of the likeliest count per split and pooled", on(tallyQATriML)},
	{"numeric.mean_relative_accuracy", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/spatial_bench/cal_scores.py mean_relative_accuracy start .5 end .95 step .05", "share of ten thresholds the relative error stays below", on(func(in struct {
		Pred   float64 `json:"pred"`
		Target float64 `json:"target"`
	},
	) (any, error) {
		return metric.MeanRelativeAccuracy(in.Pred, in.Target), nil
	})},
}

// tallyQA takes a number as it is, cut to an integer.
func tallyQA(in struct {
	Prediction json.RawMessage `json:"prediction"`
},
) (any, error) {
	var x truth
	if string(in.Prediction) != "null" && json.Unmarshal(in.Prediction, &x) == nil {
		if x < 0 || x > 20 {
			return nil, nil
		}
		return int(x), nil
	}
	s, err := scalarText(in.Prediction)
	if err != nil {
		return nil, err
	}
	if n, ok := metric.CountTallyQA(s); ok {
		return n, nil
	}
	return nil, nil
}

func tallyQATriML(in struct {
	Examples map[string]struct {
		Question      text      `json:"question_id"`
		Probabilities []float64 `json:"mc_probabilities"`
		Gold          float64   `json:"ground_truth_answer"`
	} `json:"examples"`
	Annotations map[string]struct {
		Split string `json:"split"`
	} `json:"annotations"`
},
) (any, error) {
	by := map[string][]float64{}
	for _, id := range slices.Sorted(maps.Keys(in.Examples)) {
		e := in.Examples[id]
		split := in.Annotations[string(e.Question)].Split
		if split != "simple" && split != "complex" {
			return nil, fmt.Errorf("example %s: split %q is neither simple nor complex", id, split)
		}
		hit := truthOf(float64(metric.ArgMax(e.Probabilities)) == e.Gold)
		by[split] = append(by[split], hit)
		by["final"] = append(by["final"], hit)
	}
	out := map[string]float64{}
	for _, split := range []string{"simple", "complex", "final"} {
		m, err := metric.Mean(by[split])
		if err != nil {
			return nil, fmt.Errorf("no examples of split %s: division by zero", split)
		}
		out["accuracy__TallyQA-"+split+"-Accuracy"] = m
	}
	return out, nil
}
