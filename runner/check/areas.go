package check

import (
	"math"
	"strings"

	"github.com/vlmspec/vlmspec/runner/point"
	"github.com/vlmspec/vlmspec/runner/result"
)

// roboPoint is the format of the model whose boxes stand for all points in them.
const roboPoint = "robopoint"

// The image that RoboPoint's scorer counts the pixels of boxes in, whatever its
// size: robopoint/eval/summarize_vqa.py of wentaoyuan/RoboPoint.
const roboWidth, roboHeight = 640, 480

// maxAreas is how many boxes are looked into, pixel by pixel.
const maxAreas = 16

// areas are the boxes of an answer that stand for all points in them.
func (c *pointsInCheck) areas(in Input, img canvas, expected, text string) (s sight[point.Box], stop *result.Verdict) {
	if !strings.EqualFold(c.Format, roboPoint) {
		return s, nil
	}
	o, err := c.options(in, img)
	if err == nil {
		s.Reading, err = point.ReadBoxes(text, o)
	}
	if err != nil {
		return s, illegible(expected, text, err)
	}
	if n := len(s.Items); n > maxAreas {
		v := unread(expected, text, "%s stand for more points than can be looked at, which are those of %d boxes", plural(n, "box"), maxAreas)
		return s, &v
	}
	return s, nil
}

// pixelsInside counts the pixels of a box, half open, and those inside a region.
func pixelsInside(contains func(x, y float64) bool, b point.Box) (inside, all int) {
	whole := func(f, side float64) int { return int(math.Trunc(f*side + 1e-9)) }
	for y := whole(b.Y0, roboHeight); y < whole(b.Y1, roboHeight); y++ {
		for x := whole(b.X0, roboWidth); x < whole(b.X1, roboWidth); x++ {
			if contains((float64(x)+0.5)/roboWidth, (float64(y)+0.5)/roboHeight) {
				inside++
			}
			all++
		}
	}
	return inside, all
}
