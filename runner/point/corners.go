package point

import (
	"slices"
	"strings"
)

// corner is one way to spell a point or box field by field.
type corner struct {
	names []string
	order string // of the four numbers of a box
}

// corners are tried in this order.
var corners = []corner{
	spelt("x_min y_min x_max y_max", "xyxy"),
	spelt("xmin ymin xmax ymax", "xyxy"),
	spelt("min_x min_y max_x max_y", "xyxy"),
	spelt("x_left y_top x_right y_bottom", "xyxy"),
	spelt("left top right bottom", "xyxy"),
	spelt("x1 y1 x2 y2", "xyxy"),
	spelt("x_1 y_1 x_2 y_2", "xyxy"),
	spelt("x0 y0 x1 y1", "xyxy"),
	spelt("x_0 y_0 x_1 y_1", "xyxy"),
	spelt("cx cy width height", "cxcywh"),
	spelt("cx cy w h", "cxcywh"),
	spelt("x_center y_center width height", "cxcywh"),
	spelt("center_x center_y width height", "cxcywh"),
	spelt("left top width height", "xywh"),
	spelt("x y width height", "xywh"),
	spelt("x y w h", "xywh"),
	spelt("x1 y1 width height", "xywh"),
	spelt("x_min y_min width height", "xywh"),
	spelt("xmin ymin width height", "xywh"),
	spelt("x y", ""),
	spelt("cx cy", ""),
	spelt("x_center y_center", ""),
	spelt("center_x center_y", ""),
}

func spelt(names, order string) corner { return corner{strings.Fields(names), order} }

// extents say that x and y are not all there is to read.
var extents = strings.Fields("width height w h")

// cornerPairs are corners that are points themselves.
var cornerPairs = [][2]string{
	{"top_left", "bottom_right"}, {"topleft", "bottomright"}, {"upper_left", "lower_right"}, {"min", "max"},
}

func isCorner(key string) bool {
	return slices.ContainsFunc(cornerPairs, func(p [2]string) bool { return p[0] == key || p[1] == key })
}

// cornersOf reads an object whose fields are named after the axes or corners.
func cornersOf(n node) (shape, bool) {
	for _, pair := range cornerPairs {
		first, second := member(n, pair[0]), member(n, pair[1])
		if first == nil || second == nil {
			continue
		}
		a, okA := cornerPoint(*first)
		b, okB := cornerPoint(*second)
		if okA && okB {
			s, ok := newShape(append(a, b...))
			s.named = first.kids[0].key != "" // else in the order of the format
			return s, ok
		}
	}
	fields := map[string]numeral{}
	for _, kid := range n.kids {
		if v, ok := newNumeral(kid.text); ok && kid.open == 0 && kid.key != "" {
			fields[kid.key] = v
		}
	}
	return fieldShape(fields)
}

func member(n node, key string) *node {
	for i := range n.kids {
		if n.kids[i].key == key {
			return &n.kids[i]
		}
	}
	return nil
}

func cornerPoint(n node) ([]numeral, bool) {
	if s, ok := flatNumerals(n); ok {
		return s, len(s) == 2
	}
	x, y := member(n, "x"), member(n, "y")
	if x == nil || y == nil {
		return nil, false
	}
	vx, okX := newNumeral(x.text)
	vy, okY := newNumeral(y.text)
	return []numeral{vx, vy}, okX && okY
}

// fieldShape makes a shape of fields that belong together.
func fieldShape(fields map[string]numeral) (shape, bool) {
	for _, c := range corners {
		var all []numeral
		for _, name := range c.names {
			if v, ok := fields[name]; ok {
				all = append(all, v)
			}
		}
		if len(all) < len(c.names) || len(all) == 2 && hasAny(fields, extents) {
			continue
		}
		s, ok := newShape(all)
		if c.order != "" {
			s.reorder(c.order)
		}
		s.key, s.named = c.names[0], true
		return s, ok
	}
	return shape{}, false
}

func hasAny(fields map[string]numeral, names []string) bool {
	for _, name := range names {
		if _, ok := fields[name]; ok {
			return true
		}
	}
	return false
}
