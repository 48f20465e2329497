package point

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// orders are the ways to write four numbers that an answer can name.
var orders = map[string]string{
	"xyxy": "xyxy", "x1y1x2y2": "xyxy", "ltrb": "xyxy", "voc": "xyxy", "pascal_voc": "xyxy", "corners": "xyxy", "xmin_ymin_xmax_ymax": "xyxy",
	"x_min_y_min_x_max_y_max": "xyxy", "x1_y1_x2_y2": "xyxy", "left_top_right_bottom": "xyxy",
	"xywh": "xywh", "ltwh": "xywh", "coco": "xywh", "tlwh": "xywh", "x_y_w_h": "xywh", "x_y_width_height": "xywh", "left_top_width_height": "xywh",
	"cxcywh": "cxcywh", "yolo": "cxcywh", "center": "cxcywh", "xywh_center": "cxcywh",
	"yxyx": "yxyx", "y1x1y2x2": "yxyx", "y1_x1_y2_x2": "yxyx", "y_min_x_min_y_max_x_max": "yxyx", "ymin_xmin_ymax_xmax": "yxyx",
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
