package metric

import (
	"fmt"
	"slices"
)

// KeypointGold is an annotated person.
type KeypointGold struct {
	Image     int
	Keypoints []Keypoint
	Box       [4]float64 // x, y, width, height
	Area      float64    // of the segment, pixels²
	Crowd     bool
}

// KeypointDetection is a predicted person. Area decides only which unmatched detections an area range ignores.
type KeypointDetection struct {
	Image     int
	Keypoints []Keypoint
	Score     float64
	Area      float64
}

// KeypointAP is COCO's summary; −1 where no gold object falls into the range. M is 32² to 96² pixels², L above.
type KeypointAP struct{ AP, AP50, AP75, APM, APL, AR, AR50, AR75, ARM, ARL float64 }

const (
	cocoMaxDetections = 20 // per image
	cocoRecallPoints  = 101
	cocoThresholds    = 10 // OKS .50, .55 … .95
)

// areaRange is inclusive on both sides.
type areaRange struct{ low, high float64 }

func (a areaRange) has(area float64) bool { return area >= a.low && area <= a.high }

// COCOKeypointAP is COCO's average precision and recall of keypoint detections. Per threshold the detections of an
// image, best score first and at most 20, each take the free gold with the highest OKS that reaches it (the later of
// equals); golds that are crowds, unlabelled or outside the area range are ignored, and so are detections matched to
// them. Precision is made monotone and read at 101 recalls. Source: cocodataset/cocoapi, pycocotools/cocoeval.py.
func COCOKeypointAP(golds []KeypointGold, detections []KeypointDetection) (KeypointAP, error) {
	images, err := cocoImages(golds, detections)
	if err != nil {
		return KeypointAP{}, err
	}
	all := cocoRange(images, areaRange{0, 1e10})
	medium := cocoRange(images, areaRange{32 * 32, 96 * 96})
	large := cocoRange(images, areaRange{96 * 96, 1e10})
	return KeypointAP{
		all.meanAP(), all.ap[0], all.ap[5], medium.meanAP(), large.meanAP(),
		all.meanAR(), all.ar[0], all.ar[5], medium.meanAR(), large.meanAR(),
	}, nil
}

// cocoImage is one image's objects with all similarities.
type cocoImage struct {
	golds []KeypointGold
	dets  []KeypointDetection
	oks   [][]float64
}

func cocoImages(golds []KeypointGold, detections []KeypointDetection) ([]cocoImage, error) {
	by := map[int]*cocoImage{}
	var ids []int
	at := func(id int) *cocoImage {
		if by[id] == nil {
			by[id] = &cocoImage{}
			ids = append(ids, id)
		}
		return by[id]
	}
	for _, g := range golds {
		im := at(g.Image)
		im.golds = append(im.golds, g)
	}
	for _, d := range detections {
		im := at(d.Image)
		im.dets = append(im.dets, d)
	}
	slices.Sort(ids)
	var out []cocoImage
	for _, id := range ids {
		im := by[id]
		slices.SortStableFunc(im.dets, func(a, b KeypointDetection) int { return compare(b.Score, a.Score) })
		im.dets = im.dets[:min(len(im.dets), cocoMaxDetections)]
		for _, d := range im.dets {
			row := make([]float64, len(im.golds))
			for j, g := range im.golds {
				v, err := OKS(d.Keypoints, g.Keypoints, g.Box, g.Area, COCOSigmas)
				if err != nil {
					return nil, fmt.Errorf("image %d: %w", id, err)
				}
				row[j] = v
			}
			im.oks = append(im.oks, row)
		}
		out = append(out, *im)
	}
	return out, nil
}

// cocoResult is AP and AR per threshold in one area range.
type cocoResult struct{ ap, ar [cocoThresholds]float64 }

func (r cocoResult) meanAP() float64 { return meanKnown(r.ap) }
func (r cocoResult) meanAR() float64 { return meanKnown(r.ar) }

// meanKnown: thresholds are all known or all −1.
func meanKnown(v [cocoThresholds]float64) float64 { return sum(v[:]) / cocoThresholds }

type cocoVerdict struct {
	score   float64
	matched bool
	ignored bool
}

func cocoRange(images []cocoImage, area areaRange) cocoResult {
	var out cocoResult
	for t := range cocoThresholds {
		var all []cocoVerdict
		golds := 0
		for _, im := range images {
			verdicts, counted := im.match(0.5+float64(t)*(0.45/(cocoThresholds-1)), area)
			all = append(all, verdicts...)
			golds += counted
		}
		out.ap[t], out.ar[t] = -1, -1
		if golds > 0 {
			slices.SortStableFunc(all, func(a, b cocoVerdict) int { return compare(b.score, a.score) })
			out.ap[t], out.ar[t] = precisionRecall(all, golds)
		}
	}
	return out
}

// match judges an image's detections at one threshold; counted is the number of golds not ignored.
func (im cocoImage) match(threshold float64, area areaRange) (verdicts []cocoVerdict, counted int) {
	ignore := make([]bool, len(im.golds))
	var order []int // golds that count first
	for j, g := range im.golds {
		ignore[j] = g.Crowd || !labelledAny(g.Keypoints) || !area.has(g.Area)
		if !ignore[j] {
			order = append(order, j)
			counted++
		}
	}
	for j := range im.golds {
		if ignore[j] {
			order = append(order, j)
		}
	}
	taken := make([]bool, len(im.golds))
	for i, d := range im.dets {
		best, at := min(threshold, 1-1e-10), -1
		for _, j := range order {
			if taken[j] && !im.golds[j].Crowd {
				continue
			}
			if at >= 0 && !ignore[at] && ignore[j] {
				break
			}
			if im.oks[i][j] >= best {
				best, at = im.oks[i][j], j
			}
		}
		v := cocoVerdict{score: d.Score, matched: at >= 0, ignored: at < 0 && !area.has(d.Area)}
		if at >= 0 {
			taken[at], v.ignored = true, ignore[at]
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, counted
}

func labelledAny(keypoints []Keypoint) bool {
	return slices.ContainsFunc(keypoints, func(k Keypoint) bool { return k.V > 0 })
}

func precisionRecall(sorted []cocoVerdict, golds int) (ap, recall float64) {
	var precisions, recalls []float64
	tp, fp := 0.0, 0.0
	for _, v := range sorted {
		tp += one(v.matched && !v.ignored)
		fp += one(!v.matched && !v.ignored)
		recall = tp / float64(golds)
		precisions = append(precisions, tp/(fp+tp+epsilon))
		recalls = append(recalls, recall)
	}
	for i := len(precisions) - 1; i > 0; i-- {
		precisions[i-1] = max(precisions[i-1], precisions[i])
	}
	for k := range cocoRecallPoints {
		at := float64(k) * (1.0 / (cocoRecallPoints - 1))
		if k == cocoRecallPoints-1 {
			at = 1
		}
		if i, _ := slices.BinarySearch(recalls, at); i < len(precisions) {
			ap += precisions[i]
		}
	}
	return ap / cocoRecallPoints, recall
}
