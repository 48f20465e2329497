package mask

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"

	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/metric"
)

const maxBytes = 64 << 20 // of a .json

const forms = "expected COCO's segmentation: {size: [height, width], counts: ...}, or a list of polygons [[x0, y0, x1, y1, ...], ...] in pixels"

func loadJSON(path string) (*Mask, error) {
	data, err := regular.Text(path, maxBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file", path)
	}
	if err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m, err := parse(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Check is nil when a segmentation in JSON types can be read.
func Check(segmentation any) error {
	_, err := parse(segmentation)
	return err
}

// parse reads a segmentation as COCO writes it (cocodataset.org, "Data format").
func parse(v any) (*Mask, error) {
	switch v := v.(type) {
	case map[string]any:
		return parseMap(v)
	case []any:
		return parsePolygons(v)
	}
	return nil, errors.New(forms)
}

func parseMap(v map[string]any) (*Mask, error) {
	if _, ok := v["annotations"]; ok {
		return nil, errors.New("this is a data set: write the segmentation of one annotation")
	}
	if counts, ok := v["counts"]; ok {
		return parseRuns(v["size"], counts)
	}
	inner, ok := v["segmentation"]
	if !ok {
		return nil, errors.New(forms)
	}
	if deeper, ok := inner.(map[string]any); ok && deeper["counts"] == nil {
		return nil, errors.New(forms)
	}
	m, err := parse(inner)
	if err == nil && m.bits == nil {
		w, hasWidth := v["width"].(float64)
		h, hasHeight := v["height"].(float64)
		if hasWidth && hasHeight {
			m.Width, m.Height, err = sides(h, w)
		}
	}
	return m, err
}

// sides checks a size, which COCO writes with the height first.
func sides(height, width float64) (w, h int, err error) {
	whole := width == math.Trunc(width) && height == math.Trunc(height)
	if !whole || !(width >= 1 && height >= 1 && width <= imaging.MaxSide && height <= imaging.MaxSide && width*height <= imaging.MaxPixels) {
		return 0, 0, fmt.Errorf("a size of %gx%g pixels cannot be", width, height)
	}
	return int(width), int(height), nil
}

// parsePolygons reads a list of polygons, each a flat list of x and y; or one
// polygon, as a list of [x, y]. A point in any of them is inside.
func parsePolygons(list []any) (*Mask, error) {
	m := &Mask{}
	pairs := make([]any, 0, 2*len(list))
	for _, item := range list {
		flat, ok := item.([]any)
		if !ok {
			return nil, errors.New(forms)
		}
		if len(flat) == 2 {
			pairs = append(pairs, flat...)
			continue
		}
		p, err := corners(flat)
		if err != nil {
			return nil, err
		}
		m.polygons = append(m.polygons, p)
	}
	if len(pairs) > 0 {
		p, err := corners(pairs)
		if err != nil {
			return nil, err
		}
		m.polygons = append(m.polygons, p)
	}
	if len(m.polygons) == 0 {
		return nil, errors.New("there is no polygon: " + forms)
	}
	return m, nil
}

func corners(flat []any) ([][2]float64, error) {
	if len(flat) < 6 || len(flat)%2 != 0 {
		return nil, fmt.Errorf("a polygon has x and y of three corners at least, this one has %d numbers", len(flat))
	}
	out := make([][2]float64, len(flat)/2)
	for i, v := range flat {
		f, ok := v.(float64)
		if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("expected a number in a polygon, got %v", v)
		}
		out[i/2][i%2] = f
	}
	return out, nil
}

func inPolygons(x, y float64, polygons [][][2]float64) bool {
	for _, p := range polygons {
		if metric.InPolygon(x, y, p) {
			return true
		}
	}
	return false
}

// extent is the largest x and y of the polygons.
func (m *Mask) extent() (x, y float64) {
	for _, p := range m.polygons {
		for _, c := range p {
			x, y = max(x, c[0]), max(y, c[1])
		}
	}
	return x, y
}
