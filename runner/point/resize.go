package point

import (
	"fmt"
	"math"
)

// Resize is the rule by which Qwen-VL resizes images: to sides that are multiples of Factor, with a number of pixels
// between MinPixels and MaxPixels. It is smart_resize of https://pypi.org/project/qwen-vl-utils.
type Resize struct {
	Factor               int // 28 for Qwen2-VL and Qwen2.5-VL, 32 for Qwen3-VL
	MinPixels, MaxPixels int // 0 is no bound
}

// Size is that of an image of width by height pixels after the resize. Sides of more than 200:1 are refused, as there.
func (r Resize) Size(width, height int) (w, h int, err error) {
	if width <= 0 || height <= 0 || r.Factor <= 0 {
		return 0, 0, fmt.Errorf("an image of %dx%d pixels cannot be resized", width, height)
	}
	if max(width, height) > 200*min(width, height) {
		return 0, 0, fmt.Errorf("an image of %dx%d pixels is too narrow for the rule of resize", width, height)
	}
	f := float64(r.Factor)
	w, h = r.whole(math.RoundToEven(float64(width)/f)), r.whole(math.RoundToEven(float64(height)/f))
	switch {
	case r.MaxPixels > 0 && w*h > r.MaxPixels:
		by := math.Sqrt(float64(width) * float64(height) / float64(r.MaxPixels))
		w, h = r.whole(math.Floor(float64(width)/by/f)), r.whole(math.Floor(float64(height)/by/f))
	case w*h < r.MinPixels:
		by := math.Sqrt(float64(r.MinPixels) / (float64(width) * float64(height)))
		w, h = r.whole(math.Ceil(float64(width)*by/f)), r.whole(math.Ceil(float64(height)*by/f))
	}
	return w, h, nil
}

// whole is so many factors, at least one.
func (r Resize) whole(factors float64) int { return max(int(factors), 1) * r.Factor }
