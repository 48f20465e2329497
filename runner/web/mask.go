package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"path/filepath"

	"github.com/vlmspec/vlmspec/runner/mask"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Limits of the masks that a page draws, so that it is written in seconds.
const (
	maskSide  = 256 // pixels, of the longer side
	mostMasks = 2_000
)

// keyOf tells masks apart.
func keyOf(s *result.Shape, size result.Size) string {
	segmentation := ""
	if s.Segmentation != nil {
		data, err := json.Marshal(s.Segmentation)
		if err != nil {
			return ""
		}
		segmentation = string(data)
	}
	return fmt.Sprintf("%q %q %d %dx%d %s", s.Path, s.Class, s.Threshold, size.Width, size.Height, segmentation)
}

func sizeOf(c *result.Case, image int) result.Size {
	if image < 0 || image >= len(c.Images) {
		return result.Size{}
	}
	return result.Size{Width: c.Images[image].Width, Height: c.Images[image].Height}
}

// findMasks gives every mask of a case an index among the images.
func (p *page) findMasks(verdicts []result.Verdict, c *result.Case) {
	for i := range verdicts {
		v := &verdicts[i]
		if v.Overlay != nil {
			p.addMasks(v.Overlay.Expected, sizeOf(c, v.Overlay.Image))
			p.addMasks(v.Overlay.Found, sizeOf(c, v.Overlay.Image))
		}
		p.findMasks(v.Inner, c)
	}
}

func (p *page) addMasks(all []result.Shape, size result.Size) {
	for i := range all {
		s := &all[i]
		if s.Kind != "mask" {
			continue
		}
		key := keyOf(s, size)
		if _, known := p.masks[key]; !known {
			p.masks[key] = p.images.add(&picture{Picture: Picture{Width: size.Width, Height: size.Height, Mask: true}, shape: s, size: size})
		}
	}
}

// drawMask makes a PNG of a mask: white inside, nothing outside.
func (p *page) drawMask(s *result.Shape, size result.Size) ([]byte, error) {
	if p.drawn++; p.drawn > mostMasks {
		return nil, fmt.Errorf("a page draws %d masks at most", mostMasks)
	}
	source := mask.Source{Segmentation: s.Segmentation, Class: s.Class, Threshold: s.Threshold}
	if s.Path != "" {
		if p.o.Imported { // its path is that of another machine
			return nil, fmt.Errorf("the mask stayed where the run was made")
		}
		source.Path = filepath.FromSlash(s.Path)
		if !filepath.IsAbs(source.Path) {
			source.Path = filepath.Join(p.run.Manifest.Project, source.Path)
		}
	}
	m, err := mask.Load(context.Background(), source)
	if err != nil {
		return nil, err
	}
	return rasterized(m, size)
}

func rasterized(m *mask.Mask, size result.Size) ([]byte, error) {
	width, height := size.Width, size.Height
	if width == 0 {
		width, height = max(m.Width, 1), max(m.Height, 1)
	}
	if longer := max(width, height); longer > maskSide {
		width, height = max(width*maskSide/longer, 1), max(height*maskSide/longer, 1)
	}
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Transparent, color.White})
	for y := range height {
		for x := range width {
			if m.Contains((float64(x)+0.5)/float64(width), (float64(y)+0.5)/float64(height), size.Width, size.Height) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}
