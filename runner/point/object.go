package point

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// What keys of objects mean. A list of two or four numbers under any other key is
// a point or box that the key names: {"cat": [0.1, 0.2, 0.4, 0.5]}.
var (
	boxKeys   = words("bbox_2d bbox box box_2d bounding_box boundingbox boxes bboxes bounding_boxes rect rectangle bbox2d box2d")
	pointKeys = words("point_2d point points keypoint keypoints point2d click center centre center_point centroid")
	placeKeys = words("coordinate coordinates coords coord location position") // of points or boxes
	labelKeys = strings.Fields("label name class class_name category category_name object text_content alt text caption description")
	orderKeys = strings.Fields("format bbox_format box_format bbox_mode box_mode mode type order")
	// Under these, two or four numbers are no place in the image.
	otherKeys = words("size image_size original_size model_size resolution dimensions shape scale color colour rgb rgba range " +
		"confidence confidences score scores id ids index count number area padding wh aspect_ratio")
	// These hold things, and name none of them.
	holders = words("objects detections predictions results result items annotations output outputs answer answers data response " +
		"instances entities shapes targets elements labels geometry attributes regions")
)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}

// orders are the ways to write four numbers that an answer can name.
var orders = map[string]string{
	"xyxy": "xyxy", "x1y1x2y2": "xyxy", "ltrb": "xyxy", "voc": "xyxy", "pascal_voc": "xyxy", "corners": "xyxy", "xmin_ymin_xmax_ymax": "xyxy",
	"x_min_y_min_x_max_y_max": "xyxy", "x1_y1_x2_y2": "xyxy", "left_top_right_bottom": "xyxy",
	"xywh": "xywh", "ltwh": "xywh", "coco": "xywh", "tlwh": "xywh", "x_y_w_h": "xywh", "x_y_width_height": "xywh", "left_top_width_height": "xywh",
	"cxcywh": "cxcywh", "yolo": "cxcywh", "center": "cxcywh", "xywh_center": "cxcywh",
	"yxyx": "yxyx", "y1x1y2x2": "yxyx", "y1_x1_y2_x2": "yxyx", "y_min_x_min_y_max_x_max": "yxyx", "ymin_xmin_ymax_xmax": "yxyx",
}

// context is what the objects around an object say about it.
type context struct {
	label string
	order string // of the numbers of a box, "" when not named
	keyed bool   // an object is around it
}

// finding gathers the shapes in groups.
type finding struct {
	named, listed []shape // of objects, and of lists without a key
	err           error
}

func (f *finding) walk(n node, c context) {
	if slices.ContainsFunc(n.kids, func(k node) bool { return k.key != "" }) {
		f.object(n, c)
		return
	}
	if s, ok := shapeOf(n); ok {
		f.add(s.in(n, c), c)
		return
	}
	for _, kid := range n.kids {
		if kid.open != 0 {
			f.walk(kid, c)
		}
	}
}

func (f *finding) add(s shape, c context) {
	if c.keyed {
		f.named = append(f.named, s)
	} else {
		f.listed = append(f.listed, s)
	}
}

// object reads the points and boxes of an object, and those within.
func (f *finding) object(n node, c context) {
	c.keyed = true
	if label := labelOf(n); label != "" {
		c.label = label
	}
	if order, err := orderOf(n); err != nil {
		f.err = err
		return
	} else if order != "" {
		c.order = order
	}
	if s, ok := cornersOf(n); ok {
		f.named = append(f.named, s.in(n, c))
	}
	for _, kid := range n.kids {
		f.field(n, kid, c)
	}
}

func (f *finding) field(object, kid node, c context) {
	switch key := kid.key; {
	case boxKeys[key] || pointKeys[key] || placeKeys[key]:
		f.places(object, kid, c)
	case kid.open == 0 && kid.quoted && holders[key]: // {"answer": "0.5, 0.5"}
		f.places(object, kid, c)
	case kid.open == 0 || otherKeys[key] || isCorner(key):
	default:
		if key != "" && !holders[key] && c.label == "" {
			c.label = strings.ReplaceAll(key, "_", " ")
		}
		if s, ok := shapeOf(kid); ok {
			f.named = append(f.named, s.in(kid, c))
			return
		}
		f.walk(kid, c)
	}
}

// places reads what stands under a key of places: numbers, lists of numbers,
// objects.
func (f *finding) places(object, kid node, c context) {
	add := func(all []numeral) {
		if s, ok := newShape(all); ok {
			s.key = kid.key
			f.named = append(f.named, s.in(object, c))
		}
	}
	all, flat := flatNumerals(kid)
	arity := 2
	if boxKeys[kid.key] {
		arity = 4
	}
	switch {
	case flat && !boxKeys[kid.key] && !pointKeys[kid.key]:
		add(all)
	case flat && len(all)%arity == 0:
		for part := range slices.Chunk(all, arity) {
			add(part)
		}
	case flat: // five numbers, say, which are nobody's box
	case arity == 4 && len(kid.kids) == 2 && isPair(kid.kids[0]) && isPair(kid.kids[1]): // two corners
		first, _ := flatNumerals(kid.kids[0])
		second, _ := flatNumerals(kid.kids[1])
		add(append(first, second...))
	case slices.ContainsFunc(kid.kids, func(k node) bool { return k.key != "" }):
		kid.start, kid.end = object.start, object.end
		f.object(kid, c)
	default:
		for _, k := range kid.kids {
			if all, ok := flatNumerals(k); ok {
				add(all)
			} else if k.open != 0 {
				f.walk(k, c)
			}
		}
	}
}

func isPair(n node) bool {
	all, ok := flatNumerals(n)
	return ok && len(all) == 2
}

// flatNumerals reads a list of numbers, or a text of them; a list that is cut off
// is none.
func flatNumerals(n node) (all []numeral, ok bool) {
	if n.open == 0 {
		return numerals(n)
	}
	if !n.closed || n.impure || len(n.kids) == 0 {
		return nil, false
	}
	for _, kid := range n.kids {
		if kid.open != 0 || kid.key != "" {
			return nil, false
		}
		one, ok := newNumeral(kid.text)
		if !ok {
			return nil, false
		}
		all = append(all, one)
	}
	return all, true
}

// shapeOf reads a list that is two or four numbers.
func shapeOf(n node) (shape, bool) {
	if n.open == 0 {
		return shape{}, false
	}
	all, ok := flatNumerals(n)
	if !ok {
		return shape{}, false
	}
	return newShape(all)
}

// in gives a shape its place in the answer, and what is said about it.
func (s shape) in(n node, c context) shape {
	s.label, s.start, s.end = c.label, n.start, n.end
	if len(s.v) == 4 && !s.named {
		s.reorder(c.order)
	}
	return s
}

// reorder brings the four numbers of a box to x0, y0, x1, y1.
func (s *shape) reorder(order string) {
	v := s.v
	switch order {
	case "":
		return
	case "xywh":
		s.v = []float64{v[0], v[1], v[0] + v[2], v[1] + v[3]}
	case "cxcywh":
		s.v = []float64{v[0] - v[2]/2, v[1] - v[3]/2, v[0] + v[2]/2, v[1] + v[3]/2}
	case "yxyx":
		s.v = []float64{v[1], v[0], v[3], v[2]}
	}
	s.named = true
}

func labelOf(n node) string {
	for _, key := range labelKeys {
		for _, kid := range n.kids {
			if kid.key != key || kid.open != 0 {
				continue
			}
			if label := strings.TrimSpace(kid.text); label != "" && label != "null" && label != "None" {
				return label
			}
		}
	}
	return ""
}

// orderOf is the order that an object names for its boxes. An unknown one under
// a key that is about nothing else is an error.
func orderOf(n node) (string, error) {
	for i, key := range orderKeys {
		for _, kid := range n.kids {
			if kid.key != key || kid.open != 0 {
				continue
			}
			if order := orderNamed(kid.text); order != "" {
				return order, nil
			}
			about := strings.Contains(key, "box") || i == 0 && hasBox(n)
			if about && !scaleRE.MatchString(kid.text) {
				return "", fmt.Errorf("%w: the answer says %s: %.40q, which is none of xyxy, xywh, cxcywh, yxyx", ErrAmbiguous, key, kid.text)
			}
		}
	}
	return "", nil
}

// scaleRE matches what says how large the numbers are, not in which order.
var scaleRE = regexp.MustCompile(`(?i)^(?:pixels?|absolute|relative|normali[sz]ed|percent|json)$`)

var noLetters = regexp.MustCompile(`[^a-z0-9]+`)

func orderNamed(text string) string {
	name := strings.Trim(noLetters.ReplaceAllString(strings.ToLower(text), "_"), "_")
	if order, ok := orders[name]; ok {
		return order
	}
	for _, order := range []string{"cxcywh", "xyxy", "xywh", "yxyx"} {
		if strings.Contains(name, order) {
			return order
		}
	}
	return ""
}

func hasBox(n node) bool {
	return slices.ContainsFunc(n.kids, func(k node) bool { return boxKeys[k.key] })
}
