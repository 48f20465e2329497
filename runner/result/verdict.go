package result

// Verdict is what one check said about one answer.
type Verdict struct {
	Kind    string  `json:"kind"` // of the check: "equals"
	Outcome Outcome `json:"outcome"`
	Score   float64 `json:"score"`            // 0..1
	Weight  float64 `json:"weight,omitempty"` // 0 counts as 1
	Warn    bool    `json:"warn,omitempty"`   // reported, never fails the case
	// Unread says that the answer cannot be read: the outcome is failed, also under
	// `not`, and Reason begins with "cannot be read: ".
	Unread bool `json:"unread,omitempty"`
	// Expected, Actual and Reason are for people: shortened, control characters
	// visible. Nothing reads them back; what a program needs is in the fields below.
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"` // what was read out of the answer
	Reason   string `json:"reason,omitempty"` // a sentence a person can act on
	// Read is the text that was judged, whole: the answer, or the part of it that `on` names.
	Read     string    `json:"read,omitempty"`
	Measures []Measure `json:"measures,omitempty"`
	Class    *Class    `json:"class,omitempty"` // of yes_no, for F1
	File     string    `json:"file,omitempty"`
	Line     int       `json:"line,omitempty"`
	Overlay  *Overlay  `json:"overlay,omitempty"`
	Judge    *Judge    `json:"judge,omitempty"`
	Inner    []Verdict `json:"inner,omitempty"`  // of the checks in any_of, all_of and none_of
	Golden   *Golden   `json:"golden,omitempty"` // of the check golden, where it could judge
}

// Measure is a number that a check compared with what is allowed: what a gauge
// or a threshold is drawn from.
type Measure struct {
	What   string   `json:"what"`             // "value", "iou", "distance", "similarity", "grade"
	Unit   string   `json:"unit,omitempty"`   // "s", "tokens", "" for a plain number
	Target *int     `json:"target,omitempty"` // index of the target in the check, from 0
	Found  *int     `json:"found,omitempty"`  // index of the point or box of the answer that it was matched with, from 0
	Value  float64  `json:"value"`
	Min    *float64 `json:"min,omitempty"` // least that passes, inclusive; nil is no bound
	Max    *float64 `json:"max,omitempty"` // most that passes, inclusive; nil is no bound
}

// Class is what an answer was sorted into, and what it should have been.
type Class struct {
	Expected string `json:"expected"`
	Found    string `json:"found,omitempty"` // "" where the answer cannot be read
}

// Judge is what another model was asked about an answer, and what it said.
type Judge struct {
	Backend string `json:"backend"`
	Prompt  string `json:"prompt"`
	Answer  string `json:"answer"`
	Tries   int    `json:"tries"` // until a grade could be read
	Cached  bool   `json:"cached,omitempty"`
	// Reasoning is what it thought before it answered.
	Reasoning string `json:"reasoning,omitempty"`
	Rubric    string `json:"rubric,omitempty"`
	// Digest is that of what it was told to look for: rubric, form of the prompt, whether
	// it sees the images, and what passes. Together with what answered it is the judge that
	// people's labels are about.
	Digest string `json:"digest,omitempty"`
}

// Overlay is what a vision check looked at, for drawing over the image.
// Coordinates are normalised to [0,1], x right, y down.
type Overlay struct {
	Image    int     `json:"image"`           // index into the case's images
	Drawn    string  `json:"drawn,omitempty"` // PNG with the shapes over the image, relative to the project
	Expected []Shape `json:"expected,omitempty"`
	Found    []Shape `json:"found,omitempty"`
}

// Shape is a point, circle, box or polygon.
type Shape struct {
	Kind   string       `json:"kind"`             // "point", "circle", "box", "polygon", "mask"
	Points [][2]float64 `json:"points,omitempty"` // point: 1; circle: centre; box: two corners; polygon: vertices
	Radius float64      `json:"radius,omitempty"` // circle: fraction of the image's longer side unless a check says otherwise
	Path   string       `json:"path,omitempty"`   // mask: image file, or .json
	// Segmentation, Class and Threshold are of a mask, as in package mask.
	Segmentation any    `json:"segmentation,omitempty"`
	Class        string `json:"class,omitempty"`
	Threshold    int    `json:"threshold,omitempty"`
	Label        string `json:"label,omitempty"`
	OK           bool   `json:"ok,omitempty"` // matched
}
