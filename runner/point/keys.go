package point

import (
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
		"probability probabilities logits weight weights version date time timestamp times duration interval angle rotation price year page grid " +
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
