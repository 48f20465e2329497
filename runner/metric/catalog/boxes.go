package catalog

import (
	"fmt"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/reader"
)

type boxPair struct {
	Pred metric.Box `json:"pred"`
	Gold metric.Box `json:"gt"`
}

type textInput struct {
	Text text `json:"text"`
}

// parsed makes an entry of a reader; null where it finds no box.
func parsed(read func(string) (metric.Box, bool)) func(textInput) (any, error) {
	return func(in textInput) (any, error) {
		if b, ok := read(string(in.Text)); ok {
			return b, nil
		}
		return nil, nil
	}
}

func always(read func(string) metric.Box) func(string) (metric.Box, bool) {
	return func(s string) (metric.Box, bool) { return read(s), true }
}

var boxes = []Metric{
	{"box.center_accuracy", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/refcoco/utils_rec.py compute_center_accuracy", "whether the prediction's centre lies in the gold box", on(func(in boxPair) (any, error) {
		return metric.CenterInside(in.Pred, in.Gold), nil
	})},
	{"box.tdbench_centroid", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/tdbench.py calculate_centroid_containment", "1 if the prediction's centre lies in the gold box", on(func(in boxPair) (any, error) {
		return truthOf(metric.CenterInside(in.Pred, in.Gold)), nil
	})},
	{"box.groundingme_iou", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/groundingme.py compute_iou", "IoU; a gold of zeros is met by zeros only", on(func(in boxPair) (any, error) {
		return metric.IoUGroundingME(in.Pred, in.Gold), nil
	})},
	{"box.groundingme_parse", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/groundingme.py parse_bbox", "bbox_2d, else the last four numbers in a row, else zeros", on(parsed(always(reader.GroundingME)))},
	{"box.iou_vlmevalkit", Core, "open-compass/VLMEvalKit, vlmeval/dataset/refcoco.py RefCOCODataset._compute_iou", "intersection over union", on(func(in struct {
		A metric.Box `json:"box1"`
		B metric.Box `json:"box2"`
	},
	) (any, error) {
		return metric.IoU(in.A, in.B), nil
	})},
	{"box.lmms_grounding", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/refcoco_grounding/utils.py refcoco_grounding_process_result", "best IoU over all boxes and both scales", on(grounding)},
	{"box.lmms_rec_parse", Variant, "EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/refcoco/utils_rec.py parse_float_sequence_within", "first [a, b, c, d], else zeros", on(parsed(always(reader.RECLMMS)))},
	{"box.refcoco_hit_vlmevalkit", Core, "open-compass/VLMEvalKit, vlmeval/dataset/refcoco.py RefCOCODataset.evaluate steps _parse_prediction,_to_absolute,_compute_iou", "IoU and hit of a box whose scale is guessed", on(refCOCOHit)},
	{"box.tdbench_parse", Variant, "open-compass/VLMEvalKit, vlmeval/dataset/utils/tdbench.py extract_bbox_from_string", "the only run of four fractions, else ERROR", on(func(in textInput) (any, error) {
		b, err := reader.TDBench(string(in.Text))
		if err != nil {
			return "ERROR", nil
		}
		return b, nil
	})},
	{"box.triml_gt_xywh2xyxy", Variant, "TRI-ML/vlm-evaluation, vlm_eval/tasks/harnesses/refcoco.py box_xywh2xyxy", "gold corners as fractions with two decimals", on(func(in struct {
		Box       [4]float64 `json:"box_xywh"`
		Size      [2]float64 `json:"image_wh"`
		Normalize *bool      `json:"normalize"`
	},
	) (any, error) {
		return reader.TriMLGold(in.Box, in.Size[0], in.Size[1], in.Normalize == nil || *in.Normalize)
	})},
	{"box.triml_parse", Core, "TRI-ML/vlm-evaluation, vlm_eval/tasks/harnesses/refcoco.py parse_bbox", "a Python list of four ordered fractions, else null", on(parsed(reader.TriML))},
	{"box.triml_refcoco_score", Variant, "TRI-ML/vlm-evaluation, vlm_eval/tasks/harnesses/refcoco.py RefCOCOScorer.score", "Acc@0.5 per dataset, unreadable boxes wrong", on(refCOCOTriML)},
	{"box.vlmevalkit_parse", Core, "open-compass/VLMEvalKit, vlmeval/dataset/refcoco.py RefCOCODataset._parse_prediction", "first [n n n n], else the first four numbers, else null", on(parsed(reader.RefCOCOVLMEvalKit))},
	{"box.vlmevalkit_to_absolute", Core, "open-compass/VLMEvalKit, vlmeval/dataset/refcoco.py RefCOCODataset._to_absolute", "pixels of a box whose scale is guessed", on(func(in struct {
		Box    *metric.Box `json:"box"`
		Width  float64     `json:"width"`
		Height float64     `json:"height"`
	},
	) (any, error) {
		if in.Box == nil {
			return nil, nil
		}
		if b, ok := metric.ToPixelsVLMEvalKit(*in.Box, in.Width, in.Height); ok {
			return b, nil
		}
		return nil, nil
	})},
}

func grounding(in struct {
	Text   text       `json:"text"`
	Gold   [4]float64 `json:"gt_xywh"`
	Width  float64    `json:"width"`
	Height float64    `json:"height"`
},
) (any, error) {
	g := in.Gold
	gold := metric.Box{g[0], g[1], g[0] + g[2], g[1] + g[3]}
	best, iou := reader.GroundingLMMS(string(in.Text), gold, in.Width, in.Height)
	return map[string]any{"best_box": best, "iou": iou, "acc50": iou >= metric.HitIoU}, nil
}

func refCOCOHit(in struct {
	Text   text        `json:"text"`
	Width  float64     `json:"width"`
	Height float64     `json:"height"`
	Gold   *metric.Box `json:"gt_xyxy"`
},
) (any, error) {
	iou := 0.0
	if b, ok := reader.RefCOCOVLMEvalKit(string(in.Text)); ok && in.Gold != nil {
		if b, ok = metric.ToPixelsVLMEvalKit(b, in.Width, in.Height); ok {
			iou = metric.IoU(b, *in.Gold)
		}
	}
	return map[string]any{"iou": iou, "hit": truthOf(iou >= metric.HitIoU)}, nil
}

func refCOCOTriML(in struct {
	Results map[string]struct {
		Output text       `json:"model_output"`
		Gold   metric.Box `json:"ground_truth_bbox"`
	} `json:"results"`
	Annotations map[string]struct {
		Dataset string `json:"refer_dataset"`
	} `json:"annotations"`
},
) (any, error) {
	by := map[string][]float64{}
	for id, r := range in.Results {
		b, ok := reader.TriML(string(r.Output))
		dataset := in.Annotations[id].Dataset
		by[dataset] = append(by[dataset], truthOf(ok && metric.IoU(b, r.Gold) >= metric.HitIoU))
	}
	out := map[string]float64{}
	for _, dataset := range []string{"RefCOCO", "RefCOCO+", "RefCOCOg"} {
		m, err := metric.Mean(by[dataset])
		if err != nil {
			return nil, fmt.Errorf("no results of %s: division by zero", dataset)
		}
		out["accuracy__"+dataset] = m
		delete(by, dataset)
	}
	for dataset := range by {
		return nil, fmt.Errorf("unknown dataset %q", dataset)
	}
	return out, nil
}
