package metric

import "math"

// Mask is a greyscale image, row by row; 0 is outside.
type Mask struct {
	Width, Height int
	Pix           []uint8
}

// NewMask is an empty mask.
func NewMask(width, height int) *Mask {
	width, height = max(width, 0), max(height, 0)
	return &Mask{Width: width, Height: height, Pix: make([]uint8, width*height)}
}

// FillRect sets the pixels of the half-open rectangle [x0,x1) × [y0,y1), clipped to the mask.
func (m *Mask) FillRect(x0, y0, x1, y1 int, value uint8) {
	for y := max(y0, 0); y < min(y1, m.Height); y++ {
		for x := max(x0, 0); x < min(x1, m.Width); x++ {
			m.Pix[y*m.Width+x] = value
		}
	}
}

// At is the value of a pixel; ok is false outside the image.
func (m *Mask) At(x, y int) (value uint8, ok bool) {
	if x < 0 || y < 0 || x >= m.Width || y >= m.Height {
		return 0, false
	}
	return m.Pix[y*m.Width+x], true
}

// Pixel is a pixel position, x right, y down, from the upper-left corner.
type Pixel struct{ X, Y int }

// PointsInMask is RoboPoint's where2place score of one answer: the mean over points of mask/255, points outside the
// image counting 0; no points are 0. Range [0,1]. Source: wentaoyuan/RoboPoint, robopoint/eval/summarize_vqa.py.
func PointsInMask(points []Pixel, m *Mask) float64 {
	if len(points) == 0 {
		return 0
	}
	total := 0.0
	for _, p := range points {
		v, _ := m.At(p.X, p.Y)
		total += float64(v) / 255
	}
	return total / float64(len(points))
}

// PointsInMaskPointBench is lmms-eval's strict score: 1 if the first point lies in the mask; for the category
// "counting" all points must, and be as many as expected. Source: lmms-eval, tasks/pointbench/utils.py.
func PointsInMaskPointBench(points []Pixel, m *Mask, category string, expected int) float64 {
	if len(points) == 0 {
		return 0
	}
	check := points[:1]
	if category == "counting" {
		check = points
	}
	for _, p := range check {
		if v, _ := m.At(p.X, p.Y); v == 0 {
			return 0
		}
	}
	return one(category != "counting" || len(points) == expected)
}

// AnyPointInMask is VLMEvalKit's for RefSpatial: fractions become pixels by truncation, are clipped to the image, and
// one inside is enough. Source: dataset/refspatial.py.
func AnyPointInMask(points [][2]float64, m *Mask) bool {
	for _, p := range points {
		x := clipIndex(p[0], m.Width)
		y := clipIndex(p[1], m.Height)
		if v, ok := m.At(x, y); ok && v > 0 {
			return true
		}
	}
	return false
}

func clipIndex(fraction float64, size int) int {
	v := math.Trunc(fraction * float64(size))
	return int(min(max(v, 0), float64(size-1)))
}

// PointingScore is precision, recall and F1 of points against objects.
type PointingScore struct{ Precision, Recall, F1 float64 }

// PointingMolmo is allenai/molmo's: predictions and gold points are matched one to one at the least total distance; a
// match counts if the prediction, rounded half to even, lies in that gold object's mask. F1 has 1e-10 in its
// denominator. Without golds all three are 1 if nothing was predicted, else 0. Source: olmo/eval/evaluators.py.
func PointingMolmo(predictions, golds [][2]float64, masks []*Mask) PointingScore {
	if len(golds) == 0 {
		v := one(len(predictions) == 0)
		return PointingScore{v, v, v}
	}
	if len(predictions) == 0 {
		return PointingScore{}
	}
	cost := make([][]float64, len(predictions))
	for i, p := range predictions {
		cost[i] = make([]float64, len(golds))
		for j, g := range golds {
			cost[i][j] = math.Hypot(p[0]-g[0], p[1]-g[1])
		}
	}
	hits := 0.0
	for i, j := range Assign(cost) {
		if j < 0 || j >= len(masks) {
			continue
		}
		p := predictions[i]
		v, _ := masks[j].At(int(math.RoundToEven(p[0])), int(math.RoundToEven(p[1])))
		hits += one(v > 0)
	}
	p, r := hits/float64(len(predictions)), hits/float64(len(golds))
	if hits == 0 {
		return PointingScore{}
	}
	return PointingScore{p, r, 2 * (p * r) / (p + r + 1e-10)}
}
