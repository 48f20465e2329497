package metric

// InPolygon reports by the even-odd rule whether a point lies in a polygon; the first corner follows the last. Points on
// the border are inside. Fewer than three corners have no inside.
func InPolygon(x, y float64, corners [][2]float64) bool {
	if len(corners) < 3 {
		return false
	}
	inside := false
	a := corners[len(corners)-1]
	for _, b := range corners {
		if onSegment(x, y, a, b) {
			return true
		}
		if (a[1] > y) != (b[1] > y) && x < (b[0]-a[0])*(y-a[1])/(b[1]-a[1])+a[0] {
			inside = !inside
		}
		a = b
	}
	return inside
}

func onSegment(x, y float64, a, b [2]float64) bool {
	cross := (b[0]-a[0])*(y-a[1]) - (b[1]-a[1])*(x-a[0])
	return cross == 0 && min(a[0], b[0]) <= x && x <= max(a[0], b[0]) && min(a[1], b[1]) <= y && y <= max(a[1], b[1])
}

// InPolygonRoboSpatial is VLMEvalKit's ray casting for RoboSpatial, which toggles on every vertical edge the ray's height
// crosses, so an axis-parallel rectangle has no inside. For comparison only. Source: dataset/robospatialbench.py.
func InPolygonRoboSpatial(x, y float64, corners [][2]float64) bool {
	if len(corners) == 0 {
		return false
	}
	inside := false
	a := corners[0]
	for i := range corners {
		b := corners[(i+1)%len(corners)]
		if y > min(a[1], b[1]) && y <= max(a[1], b[1]) {
			cross := a[0]
			if a[1] != b[1] {
				cross = (y-a[1])*(b[0]-a[0])/(b[1]-a[1]) + a[0]
			}
			if a[0] == b[0] || x <= cross {
				inside = !inside
			}
		}
		a = b
	}
	return inside
}
