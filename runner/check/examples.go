package check

// example shows how a kind reads: answers that entry reads, and answers that it
// cannot read.
type example struct {
	entry          string // of `expect`, on one image
	reads, refuses [3]string
}

// examples are those of the kinds that read more than text, by name; a test reads
// every one of them.
var examples = map[string]example{
	"boxes": {
		entry:   "boxes: {targets: [[0.1, 0.2, 0.4, 0.6]]}",
		reads:   [3]string{"[0.1, 0.2, 0.4, 0.6]", `{"x": "10%", "y": "20%", "width": "30%", "height": "40%"}`, "<loc0205><loc0102><loc0614><loc0410> cat"},
		refuses: [3]string{"[452, 118, 600, 300]", "[0.4, 0.6, 0.1, 0.2]", "in the upper left"},
	},
	"keypoints": {
		entry:   "keypoints: {targets: [[0.5, 0.25]], within: 0.1}",
		reads:   [3]string{"at (0.5, 0.25)", "x: 50%, y: 25%", `<point x="50.0" y="25.0" alt="cup">cup</point>`},
		refuses: [3]string{"(452, 118)", `{"point": [250, 500]}`, "left of the lamp"},
	},
	"points_in": {
		entry:   "points_in: {box: [0, 0, 0.5, 1], format: qwen3-vl}",
		reads:   [3]string{`[{"point_2d": [452, 118], "label": "cup"}]`, "[452, 118]", "452, 118"},
		refuses: [3]string{"[1920, 1080]", "There are none.", "on the table"},
	},
	"count": {
		entry:   "count: 1",
		reads:   [3]string{"There are none.", "[]", "(0.1, 0.2) and (0.3, 0.4)"},
		refuses: [3]string{"I cannot tell.", "(452, 118)", "(0.1, 0.2) (0.1, 0.2)"},
	},
}
