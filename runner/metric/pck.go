package metric

import (
	"fmt"
	"math"
)

// Keypoints are N instances of K keypoints: Pred and Gold [N][K] as x, y in one unit, Visible [N][K], and Norm [N] the
// lengths that x and y distances are divided by (box sides, or half the head size for PCKh). An instance with a 0 in
// its norm is left out, as are invisible keypoints.
type Keypoints struct {
	Pred, Gold [][][2]float64
	Visible    [][]bool
	Norm       [][2]float64
}

// left out is how the source marks a distance that does not count.
const leftOut = -1

// distances are ‖(pred−gold)/norm‖₂ by keypoint and instance, in single precision as the source stores them.
func (k Keypoints) distances() ([][]float32, error) {
	if len(k.Gold) != len(k.Pred) || len(k.Visible) != len(k.Pred) || len(k.Norm) != len(k.Pred) {
		return nil, fmt.Errorf("keypoints: %d predictions, %d golds, %d visibilities, %d norms",
			len(k.Pred), len(k.Gold), len(k.Visible), len(k.Norm))
	}
	if len(k.Pred) == 0 {
		return nil, nil
	}
	out := make([][]float32, len(k.Pred[0]))
	for i, points := range k.Pred {
		if len(points) != len(out) || len(k.Gold[i]) != len(out) || len(k.Visible[i]) != len(out) {
			return nil, fmt.Errorf("keypoints: instance %d has another number of keypoints", i)
		}
		norm := k.Norm[i]
		for j, p := range points {
			d := float32(leftOut)
			if k.Visible[i][j] && norm[0] != 0 && norm[1] != 0 {
				x, y := (p[0]-k.Gold[i][j][0])/positiveNorm(norm[0]), (p[1]-k.Gold[i][j][1])/positiveNorm(norm[1])
				d = float32(math.Sqrt(x*x + y*y))
			}
			out[j] = append(out[j], d)
		}
	}
	return out, nil
}

// positiveNorm: the source replaces negative norms by a million.
func positiveNorm(n float64) float64 {
	if n < 0 {
		return 1e6
	}
	return n
}

// PCKScore is the share of keypoints found: by keypoint over instances (−1 where it is never visible), and the mean
// over the Count keypoints that have a share, 0 if none has.
type PCKScore struct {
	PerKeypoint []float64
	Mean        float64
	Count       int
}

// PCK counts a keypoint as found if its normalised distance is below the threshold, strictly, in single precision.
// PCK@0.2 divides by the box size. Source: open-mmlab/mmpose, evaluation/functional/keypoint_eval.py.
func PCK(k Keypoints, threshold float64) (PCKScore, error) {
	d, err := k.distances()
	if err != nil {
		return PCKScore{}, err
	}
	return pck(d, threshold), nil
}

func pck(distances [][]float32, threshold float64) PCKScore {
	s := PCKScore{PerKeypoint: make([]float64, len(distances))}
	for j, row := range distances {
		n, found := 0.0, 0.0
		for _, d := range row {
			if d != leftOut {
				n, found = n+1, found+one(d < float32(threshold))
			}
		}
		s.PerKeypoint[j] = leftOut
		if n > 0 {
			s.PerKeypoint[j] = found / n
			s.Mean += found / n
			s.Count++
		}
	}
	s.Mean = ratio(s.Mean, float64(s.Count))
	return s
}

// PCKAUC is the mean PCK over the thresholds 0, 1/n … (n−1)/n; threshold 0 finds nothing. The source uses n = 20 and
// one norm for both axes.
func PCKAUC(k Keypoints, n int) (float64, error) {
	d, err := k.distances()
	if err != nil {
		return 0, err
	}
	if n <= 0 {
		return 0, fmt.Errorf("PCK area over %d thresholds: %w", n, ErrUndefined)
	}
	total := 0.0
	for i := range n {
		total += 1 / float64(n) * pck(d, float64(i)/float64(n)).Mean
	}
	return total, nil
}

// NME is the mean normalised distance over the keypoints that count, 0 if none does, in single precision.
func NME(k Keypoints) (float64, error) {
	d, err := k.distances()
	if err != nil {
		return 0, err
	}
	var all []float32
	for _, row := range d {
		for _, v := range row {
			if v != leftOut {
				all = append(all, v)
			}
		}
	}
	return float64(pairwiseSum(all) / float32(max(1, len(all)))), nil
}

// EPE is the mean distance in the unit of the coordinates: NME with all norms 1.
func EPE(k Keypoints) (float64, error) {
	k.Norm = make([][2]float64, len(k.Pred))
	for i := range k.Norm {
		k.Norm[i] = [2]float64{1, 1}
	}
	return NME(k)
}

// pairwiseSum adds in numpy's order (eight running totals up to 128 elements, halves above): in single precision the
// order shows.
func pairwiseSum(a []float32) float32 {
	n := len(a)
	if n < 8 {
		s := float32(0)
		for _, v := range a {
			s += v
		}
		return s
	}
	if n > 128 {
		half := n / 2
		half -= half % 8
		return pairwiseSum(a[:half]) + pairwiseSum(a[half:])
	}
	var r [8]float32
	copy(r[:], a)
	i := 8
	for ; i < n-n%8; i += 8 {
		for j := range r {
			r[j] += a[i+j]
		}
	}
	s := ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
	for ; i < n; i++ {
		s += a[i]
	}
	return s
}
