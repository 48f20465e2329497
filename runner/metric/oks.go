package metric

import (
	"fmt"
	"math"
)

// COCOSigmas are the per-keypoint constants of COCO's 17 body keypoints: nose, eyes, ears, shoulders, elbows, wrists,
// hips, knees, ankles.
var COCOSigmas = []float64{
	.026, .025, .025, .035, .035, .079, .079, .072, .072, .062, .062, .107, .107, .087, .087, .089, .089,
}

// Keypoint is a position in pixels; V is COCO's visibility (0 not labelled, 1 hidden, 2 visible).
type Keypoint struct{ X, Y, V float64 }

// epsilon keeps a zero area from dividing by zero: the distance from 1 to the next double.
const epsilon = 0x1p-52

// OKS is COCO's object keypoint similarity, in [0,1]: the mean over gold keypoints with V > 0 of
//
//	exp(−d² / (2 · (2σ)² · (area + ε)))
//
// with the gold object's segment area in pixels². The prediction's V is not read. If no gold keypoint is labelled, d is
// the distance to the gold box enlarged by its own size on each side, and all keypoints count. box is x, y, width,
// height. Source: cocodataset/cocoapi, pycocotools/cocoeval.py (computeOks).
func OKS(pred, gold []Keypoint, box [4]float64, area float64, sigmas []float64) (float64, error) {
	if len(pred) != len(gold) || len(gold) != len(sigmas) || len(gold) == 0 {
		return 0, fmt.Errorf("OKS of %d predicted and %d gold keypoints with %d sigmas", len(pred), len(gold), len(sigmas))
	}
	labelled := false
	for _, g := range gold {
		labelled = labelled || g.V > 0
	}
	total, n := 0.0, 0.0
	for i, g := range gold {
		if labelled && !(g.V > 0) {
			continue
		}
		dx, dy := pred[i].X-g.X, pred[i].Y-g.Y
		if !labelled {
			dx = outside(pred[i].X, box[0]-box[2], box[0]+2*box[2])
			dy = outside(pred[i].Y, box[1]-box[3], box[1]+2*box[3])
		}
		k := 2 * sigmas[i]
		total += math.Exp(-(dx*dx + dy*dy) / (k * k) / (area + epsilon) / 2)
		n++
	}
	return total / n, nil
}

// outside is how far v lies outside [low, high].
func outside(v, low, high float64) float64 { return max(0, low-v) + max(0, v-high) }
