package catalog

import "github.com/vlmspec/vlmspec/runner/metric"

type captionInput struct {
	Items []struct {
		Prediction text   `json:"prediction"`
		References []text `json:"references"`
	} `json:"items"`
}

func (in captionInput) captions() []metric.Caption {
	var out []metric.Caption
	for _, c := range in.Items {
		out = append(out, metric.Caption{Prediction: string(c.Prediction), References: plain(c.References)})
	}
	return out
}

var captions = []Metric{
	{"caption.rouge_l", Core, "salaniz/pycocoevalcap, rouge/rouge.py Rouge.calc_score", "F-measure of the longest common subsequence of words", on(func(in struct {
		Prediction text   `json:"prediction"`
		References []text `json:"references"`
	},
	) (any, error) {
		return number(metric.ROUGEL(string(in.Prediction), plain(in.References)))
	})},
	{"caption.triml_cider", Variant, "TRI-ML/vlm-evaluation, vlm_eval/util/evaluation/nocaps/metrics.py cider", "CIDEr-D, 0 to 10", on(func(in captionInput) (any, error) {
		return number(metric.CIDErD(in.captions()))
	})},
	{"caption.vlmevalkit", Core, "open-compass/VLMEvalKit, vlmeval/dataset/image_caption.py COCO_Caption_Scorer.compute_scores with salaniz/pycocoevalcap", "BLEU-1 to 4, ROUGE-L and CIDEr-D of a corpus, times 100", on(captionScores)},
}

func captionScores(in captionInput) (any, error) {
	all := in.captions()
	bleu, err := metric.BLEU(all)
	if err != nil {
		return nil, err
	}
	for i := range bleu {
		bleu[i] *= 100
	}
	var rouge []float64
	for _, c := range all {
		v, err := metric.ROUGEL(c.Prediction, c.References)
		if err != nil {
			return nil, err
		}
		rouge = append(rouge, v)
	}
	mean, err := metric.Mean(rouge)
	if err != nil {
		return nil, err
	}
	cider, err := metric.CIDErD(all)
	return map[string]any{"Bleu": bleu, "ROUGE_L": 100 * mean, "CIDEr": 100 * cider}, err
}
