// Package mask says which part of an image belongs to an object: by a mask image,
// by COCO's run lengths or by polygons. Start reading at [Load]; which pixels of an
// image are inside is decided in values.go.
package mask

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"
)

// Source is where a mask comes from, and which part of it is meant.
type Source struct {
	Path string // an image or a .json with COCO's segmentation, absolute; "" when Segmentation is given
	// Segmentation as in COCO, in JSON types: run lengths, polygons, or an
	// annotation that has one of them.
	Segmentation any
	Class        string // of an image: a value, a palette index, a color "#rrggbb" or Visible; "" is what is not black
	Threshold    int    // of an image: inside from this brightness on; 0 is not given
}

// Mask is a part of an image. It is safe for concurrent use.
type Mask struct {
	Width, Height int // pixels; 0 where polygons do not say what they were drawn on
	bits          []uint64
	polygons      [][][2]float64 // in pixels of Width and Height; nil when bits are there
	inside        int            // pixels
}

// Load reads a mask. Its errors are sentences that begin with the path, for people:
// also where it cannot be known what is inside.
func Load(ctx context.Context, s Source) (*Mask, error) {
	switch {
	case s.Path == "":
		return parse(s.Segmentation)
	case strings.EqualFold(filepath.Ext(s.Path), ".json"):
		if s.Class != "" || s.Threshold != 0 {
			return nil, fmt.Errorf("%s: class and threshold go with an image", s.Path)
		}
		return loadJSON(s.Path)
	}
	return loadImage(ctx, s)
}

// newMask has nothing inside.
func newMask(width, height int) *Mask {
	return &Mask{Width: width, Height: height, bits: make([]uint64, (width*height+63)/64)}
}

// set puts a pixel inside; i counts row by row.
func (m *Mask) set(i int) {
	m.bits[i>>6] |= 1 << (i & 63)
	m.inside++
}

func (m *Mask) at(x, y int) bool {
	i := y*m.Width + x
	return m.bits[i>>6]>>(i&63)&1 != 0
}

// Contains reports whether a point lies inside. x and y are fractions of the image,
// whose size in pixels is for polygons that say none. Nothing outside the image is
// inside.
func (m *Mask) Contains(x, y float64, width, height int) bool {
	if !(x >= 0 && x <= 1 && y >= 0 && y <= 1) {
		return false
	}
	if m.bits != nil {
		return m.at(min(int(x*float64(m.Width)), m.Width-1), min(int(y*float64(m.Height)), m.Height-1))
	}
	if m.Width > 0 {
		width, height = m.Width, m.Height
	}
	return inPolygons(x*float64(width), y*float64(height), m.polygons)
}

// Warnings are what makes a mask suspicious for an image of a size in pixels.
func (m *Mask) Warnings(width, height int) (all []string) {
	if m.bits != nil && m.inside == 0 {
		all = append(all, "nothing is inside: no point can be right")
	}
	if m.bits != nil && m.inside == m.Width*m.Height {
		all = append(all, "all of the image is inside: every point is right")
	}
	if m.Width > 0 && otherShape(m.Width, m.Height, width, height) {
		all = append(all, fmt.Sprintf("it has %dx%d pixels, another aspect ratio than the image with %dx%d: it will be stretched",
			m.Width, m.Height, width, height))
	}
	if w, h := m.extent(); m.Width == 0 && (w > float64(width) || h > float64(height)) {
		all = append(all, fmt.Sprintf("its polygons reach to %gx%g, beyond the image with %dx%d pixels", w, h, width, height))
	}
	return all
}

// otherShape allows for what scaling to whole pixels does to a ratio.
func otherShape(w, h, width, height int) bool {
	rounding := 1/float64(min(w, h)) + 1/float64(max(min(width, height), 1))
	return math.Abs(math.Log(float64(w)*float64(height)/(float64(h)*float64(width)))) > 0.01+rounding
}
