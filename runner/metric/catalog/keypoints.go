package catalog

import (
	"fmt"

	"github.com/vlmspec/vlmspec/runner/metric"
)

type keypointInput struct {
	Pred    [][][2]float64 `json:"pred"`
	Gold    [][][2]float64 `json:"gt"`
	Visible [][]truth      `json:"visible"`
}

// normedInput has a norm for each instance and axis.
type normedInput struct {
	keypointInput
	Norm [][2]float64 `json:"norm_factor"`
}

func (in normedInput) keypoints() metric.Keypoints {
	k := in.keypointInput.keypoints()
	k.Norm = in.Norm
	return k
}

func (in keypointInput) keypoints() metric.Keypoints {
	k := metric.Keypoints{Pred: in.Pred, Gold: in.Gold}
	for _, row := range in.Visible {
		var visible []bool
		for _, v := range row {
			visible = append(visible, v != 0)
		}
		k.Visible = append(k.Visible, visible)
	}
	return k
}

var keypoints = []Metric{
	{"keypoint.auc_mmpose", Variant, "open-mmlab/mmpose, mmpose/evaluation/functional/keypoint_eval.py keypoint_auc", "mean PCK over thresholds 0, 1/n … (n-1)/n", on(keypointAUC)},
	{"keypoint.coco_ap", Core, "cocodataset/cocoapi, PythonAPI/pycocotools/cocoeval.py COCOeval.summarize", "average precision and recall by object keypoint similarity", on(cocoAP)},
	{"keypoint.epe_mmpose", Variant, "open-mmlab/mmpose, mmpose/evaluation/functional/keypoint_eval.py keypoint_epe", "mean distance in pixels", on(func(in keypointInput) (any, error) {
		return number(metric.EPE(in.keypoints()))
	})},
	{"keypoint.nme_mmpose", Variant, "open-mmlab/mmpose, mmpose/evaluation/functional/keypoint_eval.py keypoint_nme", "mean normalised distance", on(func(in normedInput) (any, error) {
		return number(metric.NME(in.keypoints()))
	})},
	{"keypoint.oks_coco", Core, "cocodataset/cocoapi, PythonAPI/pycocotools/cocoeval.py COCOeval.computeOks", "object keypoint similarity", on(func(in struct {
		Gold triples    `json:"gt_keypoints_xyv"`
		Pred triples    `json:"pred_keypoints_xyv"`
		Box  [4]float64 `json:"gt_bbox_xywh"`
		Area float64    `json:"gt_area"`
	},
	) (any, error) {
		return number(metric.OKS(in.Pred.keypoints(), in.Gold.keypoints(), in.Box, in.Area, metric.COCOSigmas))
	})},
	{"keypoint.pck_mmpose", Core, "open-mmlab/mmpose, mmpose/evaluation/functional/keypoint_eval.py keypoint_pck_accuracy", "share of keypoints below a normalised distance", on(func(in struct {
		normedInput
		Thr float64 `json:"thr"`
	},
	) (any, error) {
		s, err := metric.PCK(in.keypoints(), in.Thr)
		if err != nil {
			return nil, err
		}
		return map[string]any{"per_keypoint": s.PerKeypoint, "avg": s.Mean, "count": s.Count}, nil
	})},
}

// keypointAUC has one norm for all instances and axes.
func keypointAUC(in struct {
	keypointInput
	Norm  float64 `json:"norm_factor"`
	Steps *int    `json:"num_thrs"`
},
) (any, error) {
	k := in.keypoints()
	for range in.Pred {
		k.Norm = append(k.Norm, [2]float64{in.Norm, in.Norm})
	}
	steps := 20
	if in.Steps != nil {
		steps = *in.Steps
	}
	return number(metric.PCKAUC(k, steps))
}

// triples is x, y, v for each keypoint.
type triples []float64

func (t triples) keypoints() []metric.Keypoint {
	var out []metric.Keypoint
	for i := 0; i+2 < len(t); i += 3 {
		out = append(out, metric.Keypoint{X: t[i], Y: t[i+1], V: t[i+2]})
	}
	return out
}

// detectionArea is the area of a detection that the inputs give none.
const detectionArea = 5000

func cocoAP(in struct {
	Gold []struct {
		Image     int        `json:"image_id"`
		Keypoints triples    `json:"keypoints"`
		Box       [4]float64 `json:"bbox"`
		Area      float64    `json:"area"`
		Crowd     truth      `json:"iscrowd,omitempty"`
	} `json:"gt"`
	Pred []struct {
		Image     int      `json:"image_id"`
		Keypoints triples  `json:"keypoints"`
		Score     float64  `json:"score"`
		Area      *float64 `json:"area"`
	} `json:"pred"`
},
) (any, error) {
	var golds []metric.KeypointGold
	for _, g := range in.Gold {
		golds = append(golds, metric.KeypointGold{
			Image: g.Image, Keypoints: g.Keypoints.keypoints(), Box: g.Box, Area: g.Area, Crowd: g.Crowd != 0,
		})
	}
	var detections []metric.KeypointDetection
	for _, d := range in.Pred {
		area := float64(detectionArea)
		if d.Area != nil {
			area = *d.Area
		}
		detections = append(detections, metric.KeypointDetection{
			Image: d.Image, Keypoints: d.Keypoints.keypoints(), Score: d.Score, Area: area,
		})
	}
	s, err := metric.COCOKeypointAP(golds, detections)
	if err != nil {
		return nil, fmt.Errorf("keypoint AP: %w", err)
	}
	return map[string]float64{
		"AP": s.AP, "AP50": s.AP50, "AP75": s.AP75, "APm": s.APM, "APl": s.APL,
		"AR": s.AR, "AR50": s.AR50, "AR75": s.AR75, "ARm": s.ARM, "ARl": s.ARL,
	}, nil
}
