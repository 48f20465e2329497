package catalog

import (
	"fmt"
	"regexp"

	"github.com/vlmspec/vlmspec/runner/metric"
)

type pairInput struct {
	Prediction text `json:"prediction"`
	Answer     text `json:"answer"`
}

type pairsInput struct {
	Pairs []pairInput `json:"pairs"`
}

// meanOf averages a score over pairs.
func (in pairsInput) meanOf(score func(prediction, gold string) float64) (float64, error) {
	var all []float64
	for _, p := range in.Pairs {
		all = append(all, score(string(p.Prediction), string(p.Answer)))
	}
	return metric.Mean(all)
}

var exact = []Metric{
	{"exact_match.gqa_clean_prediction", Variant, "TRI-ML/vlm-evaluation, vlm_eval/tasks/harnesses/gqa.py GQAScorer.convert_results", "GQA prediction without ASCII punctuation, lower case", on(func(in struct {
		Text text `json:"text"`
	},
	) (any, error) {
		return metric.CleanGQA(string(in.Text)), nil
	})},
	{"exact_match.lmms_hf", Core, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/api/metrics.py exact_match_hf_evaluate", "equality after optional deletions; nothing is stripped", on(exactLMMS)},
	{"exact_match.vlmevalkit_ocrvqa", Core, "open-compass/VLMEvalKit, vlmeval/dataset/utils/vqa_eval.py process_line method=accuracy + hit_calculate(OCRVQA_TEST)", "equality with any gold, stripped and lower-cased", on(func(in struct {
		Answer     textList `json:"answer"`
		Prediction text     `json:"prediction"`
	},
	) (any, error) {
		return metric.ExactVLMEvalKit(string(in.Prediction), in.Answer), nil
	})},
	{"contains.mtvqa", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/image_vqa.py MTVQADataset.evaluate", "gold inside the prediction, without periods, per category and Average, percent", on(containsMTVQA)},
	{"contains.zerobench", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/image_vqa.py ZEROBench.evaluate", "gold inside the last {…} of the prediction, mean", on(func(in pairsInput) (any, error) {
		return number(in.meanOf(metric.ContainsZEROBench))
	})},
}

func exactLMMS(in struct {
	Prediction        text     `json:"prediction"`
	Reference         text     `json:"reference"`
	Regexes           []string `json:"regexes_to_ignore,omitempty"`
	IgnoreCase        bool     `json:"ignore_case,omitempty"`
	IgnorePunctuation bool     `json:"ignore_punctuation,omitempty"`
	IgnoreNumbers     bool     `json:"ignore_numbers,omitempty"`
},
) (any, error) {
	o := metric.ExactOptions{IgnoreCase: in.IgnoreCase, IgnorePunctuation: in.IgnorePunctuation, IgnoreNumbers: in.IgnoreNumbers}
	for _, p := range in.Regexes {
		re, err := regexp.Compile(p)
		if err != nil {
			return nil, fmt.Errorf("regexes_to_ignore: %w", err)
		}
		o.Ignore = append(o.Ignore, re)
	}
	return metric.ExactLMMS(string(in.Prediction), string(in.Reference), o), nil
}

func containsMTVQA(in struct {
	Rows []struct {
		pairInput
		Category text `json:"category"`
	} `json:"rows"`
},
) (any, error) {
	by := map[string][]float64{}
	for _, r := range in.Rows {
		s := metric.ContainsMTVQA(string(r.Prediction), string(r.Answer))
		by[string(r.Category)] = append(by[string(r.Category)], s)
		by["Average"] = append(by["Average"], s)
	}
	out := map[string]float64{}
	for name, scores := range by {
		m, _ := metric.Mean(scores) // never empty
		out[name] = 100 * m
	}
	return out, nil
}
