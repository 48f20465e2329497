package metric

import "math"

// Box is x0, y0, x1, y1 with x to the right and y down, in any one unit. It is continuous: no pixel is added to its
// width.
type Box [4]float64

// Area is 0 for a reversed box.
func (b Box) Area() float64 { return max(0, b[2]-b[0]) * max(0, b[3]-b[1]) }

// HitIoU is the IoU from which Acc@0.5 counts a box as found.
const HitIoU = 0.5

// IoU is intersection over union, in [0,1]; 0 if the boxes do not overlap or neither has an area. Symmetric, and
// unchanged by moving and scaling both. Source: open-compass/VLMEvalKit, dataset/refcoco.py.
func IoU(a, b Box) float64 {
	w := min(a[2], b[2]) - max(a[0], b[0])
	h := min(a[3], b[3]) - max(a[1], b[1])
	if !(w > 0 && h > 0) {
		return 0
	}
	inter := w * h
	union := a.Area() + b.Area() - inter
	if !(union > 0) || math.IsInf(union, 0) {
		return 0
	}
	return inter / union
}

// BoxHit is Acc@threshold for one box: 1 if the IoU reaches it, inclusive.
func BoxHit(prediction, gold Box, threshold float64) float64 {
	return one(IoU(prediction, gold) >= threshold)
}

// CenterInside reports whether the centre of the prediction lies in the gold box, borders included.
// Source: lmms-eval, tasks/refcoco/utils_rec.py (Center_ACC); VLMEvalKit, dataset/utils/tdbench.py.
func CenterInside(prediction, gold Box) bool {
	x, y := (prediction[0]+prediction[2])/2, (prediction[1]+prediction[3])/2
	return gold[0] <= x && x <= gold[2] && gold[1] <= y && y <= gold[3]
}

// IoUGroundingME is VLMEvalKit's for GroundingME: a gold of zeros means "no such object" and is met by zeros only.
func IoUGroundingME(prediction, gold Box) float64 {
	if gold == (Box{}) {
		return one(prediction == Box{})
	}
	inter := max(0, min(gold[2], prediction[2])-max(gold[0], prediction[0])) *
		max(0, min(gold[3], prediction[3])-max(gold[1], prediction[1]))
	signed := func(b Box) float64 { return (b[2] - b[0]) * (b[3] - b[1]) }
	union := signed(gold) + signed(prediction) - inter
	if union > 0 {
		return inter / union
	}
	return 0
}

// ToPixelsVLMEvalKit guesses the scale of a box as VLMEvalKit's RefCOCO code does: largest coordinate up to 1.5 means
// fractions, up to 1000 thousandths, else pixels. The box is clipped to the image and put in order. Pixels on an image
// below 1000 are misread. ok is false without an image size.
func ToPixelsVLMEvalKit(b Box, width, height float64) (out Box, ok bool) {
	if !(width > 0 && height > 0) {
		return Box{}, false
	}
	largest := 0.0
	for _, v := range b {
		if math.IsNaN(v) {
			return Box{}, false
		}
		largest = max(largest, math.Abs(v))
	}
	for i, size := range []float64{width, height, width, height} {
		switch {
		case largest <= 1.5:
			b[i] *= size
		case largest <= 1000:
			b[i] = b[i] / 1000 * size
		}
		b[i] = min(max(b[i], 0), size)
	}
	return Box{min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3])}, true
}
